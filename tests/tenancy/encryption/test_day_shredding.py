"""A day's keys are destroyed, and what must stay of that day is readable all the same, whatever happens on the way."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.db.models import Q

from tenancy.encryption import (
    CannotSeal,
    KeyDestroyed,
    Sealed,
    Undecryptable,
    day_scope,
    day_shredding,
    keyring,
    records,
)
from tenancy.encryption.day_shredding import shred_day
from tenancy.encryption.fields import ENDED
from tenancy.encryption.shredding import destroy_keys
from tenancy.isolation import activate
from tenancy.models import AuditEvent, DataKey
from texting.models import Contact, Message

from ..conftest import NOON, add_contact

DAY = NOON.date()
AT_ONCE = timedelta(0)


def nothing(model):
    """Nothing must stay."""


@pytest.fixture
def texts(harbor):
    """Two texts of one day."""
    with activate(harbor.organization):
        return harbor.organization.pk, [harbor.add_message(body) for body in ("to keep", "to end")]


def stored(row) -> bytes:
    return bytes(Message.objects.filter(pk=row.pk).values_list("body", flat=True).get())


def read(row) -> str:
    keyring.forget_everything()
    return Message.objects.get(pk=row.pk).body


def keep(*rows):
    """What says that these texts must stay, and nothing else."""
    return lambda model: Q(pk__in=[row.pk for row in rows]) if model is Message else None


def ids(owner) -> list[bytes]:
    return keyring.stored_ids(owner, "body", day_scope(DAY))


def shred(owner, survivors, **more):
    return shred_day(owner, "body", DAY, more.pop("key_ids", None) or ids(owner), survivors, reason="purge", **more)


def test_without_survivors_no_row_is_written(texts):
    owner, rows = texts
    with activate(owner):
        before = [stored(row) for row in rows]
        done = shred(owner, nothing)
        assert (done.gone, done.resealed) == (True, 0)
        assert [stored(row) for row in rows] == before
        for row in rows:
            with pytest.raises(KeyDestroyed):
                read(row)
        assert ids(owner) == []


def test_what_must_stay_is_readable_and_a_copy_taken_before_is_not(texts):
    owner, (kept, doomed) = texts
    with activate(owner):
        [old] = ids(owner)
        copy = stored(kept)
        done = shred(owner, keep(kept), stay=AT_ONCE)
        assert (done.gone, done.resealed) == (True, 1)
        assert read(kept) == "to keep"
        assert old in records.key_ids(copy)
        assert old not in records.key_ids(stored(kept))
        assert old not in ids(owner)
        with pytest.raises(KeyDestroyed):
            read(doomed)
        Message.objects.filter(pk=kept.pk).update(body=Sealed(copy))
        with pytest.raises(KeyDestroyed):
            read(kept)
    with activate(owner):
        [event] = AuditEvent.objects.filter(event="key:destroyed")
    assert event.object_id == old.hex()


def test_old_keys_stay_until_no_other_process_can_hold_one_and_late_rows_are_kept(texts, harbor):
    owner, (kept, doomed) = texts
    with activate(owner):
        old = keyring.current(owner, "body", day_scope(DAY))
        key_ids = ids(owner)
        waiting = shred(owner, keep(kept))
        assert not waiting.gone
        assert waiting.again_at is not None
        assert set(key_ids) < set(ids(owner))
        assert read(doomed) == "to end"
        # Another process, which holds the old key, writes a text that must stay.
        keyring._cache.keep(owner, old, "body", day_scope(DAY))
        late = harbor.add_message("came late")
        assert old.key_id in records.key_ids(stored(late))
        done = shred(owner, keep(kept, late), key_ids=key_ids, stay=AT_ONCE)
        assert (done.gone, done.resealed) == (True, 1)
        assert [read(row) for row in (kept, late)] == ["to keep", "came late"]


class Killed(Exception):
    pass


@pytest.mark.parametrize("point", ["after_key_renewed", "after_forms_kept", "after_resealed"])
def test_a_run_that_died_is_finished_by_the_next(texts, monkeypatch, point):
    owner, (kept, doomed) = texts

    def die(name):
        if name == point:
            raise Killed

    with activate(owner):
        key_ids = ids(owner)
        with monkeypatch.context() as patched:
            patched.setattr(day_shredding, "crash_here", die)
            with pytest.raises(Killed):
                shred(owner, keep(kept), stay=AT_ONCE)
        assert len(ids(owner)) == 2
        done = shred(owner, keep(kept), key_ids=key_ids, stay=AT_ONCE)
        assert done.gone
        assert len(ids(owner)) == 1
        assert read(kept) == "to keep"
        with pytest.raises(KeyDestroyed):
            read(doomed)


def test_an_erased_contact_s_words_are_left_as_noise_and_damage_stops_everything(texts, harbor):
    owner, (kept, _) = texts
    with activate(owner):
        erased = add_contact("Ada", "+12125550199")
        noise = harbor.add_message("erased", contact=erased)
        destroy_keys("contact", str(erased.pk), reason="erasure")
        done = shred(owner, keep(kept, noise), stay=AT_ONCE)
        assert (done.gone, done.resealed, done.noise) == (True, 1, 1)
        damaged = bytearray(stored(kept))
        damaged[-1] ^= 1
        Message.objects.filter(pk=kept.pk).update(body=Sealed(bytes(damaged)))
        with pytest.raises(Undecryptable):
            shred(owner, keep(kept), stay=AT_ONCE)
        assert ids(owner)


def test_a_young_day_and_rows_that_cannot_be_written_anew_are_refused(texts):
    owner, _ = texts
    with activate(owner):
        with pytest.raises(CannotSeal, match="too young"):
            shred_day(owner, "body", datetime.now(UTC).date() - timedelta(days=1), [], nothing, reason="purge")
        event = AuditEvent(sequence=1, event="contact:changed", at=NOON, details="{}", previous_hash=b"", hash=b"")
        AuditEvent.objects.bulk_create([event])
        key_ids = keyring.stored_ids(owner, "audit", day_scope(DAY))
        with pytest.raises(CannotSeal, match="cannot be written anew"):
            shred_day(owner, "audit", DAY, key_ids, lambda model: Q(), reason="purge")
        assert set(key_ids) <= set(keyring.stored_ids(owner, "audit", day_scope(DAY)))
        assert AuditEvent.objects.get(pk=event.pk).details == "{}"


def test_what_has_ended_opens_as_if_its_key_were_destroyed(texts):
    owner, (kept, _) = texts
    with activate(owner):
        Message.objects.filter(pk=kept.pk).update(body=ENDED)
        with pytest.raises(KeyDestroyed):
            read(kept)


def test_nothing_is_sealed_for_a_contact_who_was_erased(harbor):
    with activate(harbor.organization):
        contact = add_contact("Ada", "+12125550199")
        destroy_keys("contact", str(contact.pk), reason="erasure")
        with pytest.raises(KeyDestroyed, match="erased"), transaction.atomic():
            harbor.add_message("after all", contact=contact)
        with pytest.raises(KeyDestroyed, match="erased"):
            keyring.make_current(harbor.organization.pk, [("contact", str(contact.pk))])
        assert Contact.objects.filter(pk=contact.pk).exists()
    with keyring.keys_of(harbor.organization.pk):
        assert not DataKey.objects.filter(kind="contact", scope=str(contact.pk)).exists()


@pytest.mark.django_db(transaction=True)
def test_who_dies_right_after_the_keys_went_has_lost_nothing_that_came_late(harbor, monkeypatch):
    owner = harbor.organization.pk
    with activate(owner):
        kept = harbor.add_message("to keep")
    old, late = keyring.current(owner, "body", day_scope(DAY)), []

    def another_process_writes(point):
        if point == "after_resealed" and not late:
            keyring._cache.keep(owner, old, "body", day_scope(DAY))
            with activate(owner):
                late.append(harbor.add_message("came late"))

    def die_after(*args, **more):
        destroy_keys(*args, **more)
        raise Killed

    monkeypatch.setattr(day_shredding, "crash_here", another_process_writes)
    monkeypatch.setattr(day_shredding, "destroy_keys", die_after)
    with pytest.raises(Killed):
        shred_day(
            owner,
            "body",
            DAY,
            [old.key_id],
            lambda model: Q() if model is Message else None,
            reason="purge",
            stay=AT_ONCE,
        )
    with activate(owner):
        assert old.key_id not in ids(owner)
        assert [read(row) for row in (kept, *late)] == ["to keep", "came late"]
