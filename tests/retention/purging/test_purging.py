"""A night's purge: what is past its period is unreadable, says so, and is proved gone; what must stay is as it was."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from compliance.models import Finding
from retention import certificates
from retention.choices import Choices
from retention.foreseeing import foresee
from retention.kinds import Kind
from retention.models import Purge, PurgeStep
from retention.purging import ending, running, stepping
from retention.purging.ending import end_rows
from tenancy.audit_checkpoints import trusted_keys
from tenancy.encryption import KeyDestroyed, Sealed, day_shredding, keyring
from tenancy.ids import new_id
from tenancy.isolation import activate
from tenancy.models import AuditEvent, DataKey
from tests.texting.desk import SECOND
from texting.models import CarrierCopy, Conversation, EndedAs, Message, Note, TextWord
from texting.searching.keeping import keep_words

from .conftest import LONG_AGO, keep_answer, set_days, written_over


@pytest.fixture(autouse=True)
def signing(settings):
    settings.AUDIT_SIGNING_KEY = b"k" * 32


def purge(desk, **days) -> Purge:
    """What the clock does this night."""
    with activate(desk.organization):
        for kind, number in days.items():
            set_days(Kind(kind), number)
    assert running.run_nights()["failed"] == 0
    with activate(desk.organization):
        return Purge.objects.latest("at")


def fresh(row):
    keyring.forget_everything()
    return type(row).objects.get(pk=row.pk)


def test_old_texts_end_and_young_ones_do_not(desk, told, without_waiting):
    old, young = told("A melon, please"), told("Two melons", at=timezone.now(), number=SECOND)
    with activate(desk.organization):
        note = Note.objects.create(
            conversation=old.conversation,
            contact=old.contact,
            author=desk.cast.agent,
            body="Melon",
            created_at=LONG_AGO,
        )
        copy = bytes(Message.objects.filter(pk=old.pk).values_list("body", flat=True).get())
        keep_words([old, young, note])
        answers = [keep_answer(desk.cast.agent, row.pk) for row in (old, note, young)]
        assert set(TextWord.objects.values_list("row_id", flat=True)) == {old.pk, young.pk, note.pk}
    done = purge(desk, bodies=30)
    with activate(desk.organization):
        ended = fresh(old)
        assert set(TextWord.objects.values_list("row_id", flat=True)) == {young.pk}, "nothing finds what has ended"
        assert (ended.body, ended.ended_as, ended.ended_at) == (None, EndedAs.RETENTION, done.at)
        assert (fresh(note).body, fresh(old.conversation).preview) == (None, None)
        assert [fresh(one).answer for one in answers] == [None, None, "A melon"]
        assert (fresh(young).body, fresh(young.conversation).preview) == ("Two melons", "Two melons")
        seen = foresee(Choices.load(), zone="UTC", at=timezone.now(), kinds=[Kind.BODIES])
        assert sum(seen.by_night()) == 1, "the young one is still to end, what has ended is not"
        # The row as a copy of the database still holds it.
        Message.objects.filter(pk=old.pk).update(body=Sealed(copy), ended_at=None, ended_as="")
        with pytest.raises(KeyDestroyed):
            _ = fresh(old).body
        [step] = PurgeStep.objects.filter(purge=done)
        assert (step.state, step.day) == ("verified", LONG_AGO.date())
        assert step.ended == {"texting.Message": 1, "texting.Note": 1, "texting.Conversation": 1}
        assert CarrierCopy.objects.get(message_id=old.pk, deletes=True).state == "waiting"
        assert AuditEvent.objects.filter(event="purge:done").count() == 1
        assert {event.object_id for event in AuditEvent.objects.filter(event="key:destroyed")} == set(step.key_ids)
    with keyring.keys_of(desk.organization.pk):
        assert not DataKey.objects.filter(kind="body", scope=LONG_AGO.date().isoformat()).exists()


def test_what_a_process_writes_late_under_a_destroyed_key_ends_too(desk, told, monkeypatch, without_waiting):
    """It held the key for a moment longer, and its row came when all rows of that day had ended."""
    old, times = told("A melon, please"), []
    with activate(desk.organization):
        copy = bytes(Message.objects.filter(pk=old.pk).values_list("body", flat=True).get())

    def late(organization, steps, at):
        end_rows(organization, steps, at)
        times.append(at)
        if len(times) == 1:
            with activate(organization):
                Message.objects.filter(pk=old.pk).update(body=Sealed(copy), ended_at=None, ended_as="")

    monkeypatch.setattr(stepping, "end_rows", late)
    done = purge(desk, bodies=30)
    with activate(desk.organization):
        assert (fresh(old).body, fresh(old).ended_as) == (None, EndedAs.RETENTION)
        assert PurgeStep.objects.get(purge=done).state == "verified"
    assert len(times) == 2


def test_findings_end_by_their_own_period_while_their_text_stays(desk, told, without_waiting):
    """Last digits and digest go; type and time stay, which reports count. One that is young keeps both."""
    told("My card is 4111 1111 1111 1111")
    told("It is 5555 5555 5555 4444", at=timezone.now(), number=SECOND)
    with activate(desk.organization):
        old, young = Finding.objects.order_by("pk")
        Finding.objects.filter(pk=old.pk).update(found_at=LONG_AGO)
        assert "1111" in old.masked
    purge(desk, findings=30)
    with activate(desk.organization):
        after = {one.pk: one for one in Finding.objects.all()}
        assert ("1111" in after[old.pk].masked, after[old.pk].digest, after[old.pk].type) == (False, None, old.type)
        assert (after[young.pk].masked, after[young.pk].digest) == (young.masked, young.digest)
        assert not Message.objects.exclude(ended_at=None).exists()


def test_who_ends_findings_says_with_each_batch_that_they_are_alive(desk, told, monkeypatch):
    told("My card is 4111 1111 1111 1111")
    told("It is 5555 5555 5555 4444", number=SECOND)
    monkeypatch.setattr(ending, "BATCH", 1)
    with activate(desk.organization):
        Finding.objects.update(found_at=LONG_AGO)
        set_days(Kind.FINDINGS, 30)
        almost_dead = timezone.now() + timedelta(seconds=1)
        done = Purge.objects.create(at=timezone.now(), trigger="night", busy_until=almost_dead)
        step = PurgeStep.objects.create(purge=done, kind=Kind.FINDINGS)
        left = []
        monkeypatch.setattr(ending.Pace, "rest", lambda _pace: left.append(fresh(done).busy_until))
        ending.end_findings(desk.organization.pk, step, done.at)
        assert len(left) == 2
        assert almost_dead + timedelta(minutes=10) < left[0] < left[1]


def keep_its_conversation(subject):
    path = subject.conversation
    kept = Conversation.objects.filter(contact__number_masked__endswith="0181")
    return subject.of(path, "__in", kept.values("pk")) if path else None


def test_what_something_keeps_stays_readable_and_is_counted(desk, told, settings, without_waiting):
    kept, doomed = told("keep me"), told("end me", number=SECOND)
    settings.RETENTION_KEEPERS = [f"{__name__}.keep_its_conversation"]
    done = purge(desk, bodies=30)
    with activate(desk.organization):
        assert fresh(kept).body == "keep me"
        assert fresh(kept.conversation).preview == "keep me"
        assert fresh(doomed).body is None
        said = json.loads(fresh(done).certificate)
        assert said["kept"] == {f"{__name__}.keep_its_conversation": 2}
        assert said["ended"]["bodies"] == {"texting.Message": 1, "texting.Conversation": 1}
    settings.RETENTION_KEEPERS = []
    with activate(desk.organization):
        Purge.objects.update(night=timezone.now().date() - timedelta(days=9))
    purge(desk)
    with activate(desk.organization):
        assert fresh(kept).body is None


def test_a_team_with_a_longer_period_keeps_its_texts_of_the_same_day(desk, told, without_waiting):
    mine, theirs = told("main line"), told("billing", line=desk.billing_line, number=SECOND)
    with activate(desk.organization):
        set_days(Kind.BODIES, 700, desk.billing_line.team)
    purge(desk, bodies=30)
    with activate(desk.organization):
        assert (fresh(mine).body, fresh(theirs).body) == (None, "billing")
        assert fresh(theirs.conversation).preview == "billing"


def test_once_a_night_and_what_waits_for_other_processes_goes_on_later(desk, told, settings, monkeypatch):
    kept, doomed = told("keep me"), told("end me", number=SECOND)
    settings.RETENTION_KEEPERS = [f"{__name__}.keep_its_conversation"]
    first = purge(desk, bodies=30)
    with activate(desk.organization):
        assert first.state == "running"
        assert fresh(doomed).body == "end me"
        PurgeStep.objects.update(again_at=timezone.now())
    monkeypatch.setattr(day_shredding, "REPLACED_KEYS_STAY", timedelta(0))
    assert purge(desk).pk == first.pk
    with activate(desk.organization):
        assert fresh(first).state == "done"
        assert (fresh(kept).body, fresh(doomed).body) == ("keep me", None)
    assert purge(desk).pk == first.pk


class Killed(BaseException):
    """As if the process were gone: nothing catches it."""


PLACES = [
    (day_shredding, "after_key_renewed"),
    (day_shredding, "after_resealed"),
    (stepping, "after_day_shredded"),
    (ending, "before_rows_ended"),
    (stepping, "after_purge_step"),
]


@pytest.mark.usefixtures("without_waiting")
@pytest.mark.parametrize("place", PLACES, ids=[point for _, point in PLACES])
def test_killed_anywhere_it_resumes_and_verifies(desk, told, settings, monkeypatch, place):
    module, point = place
    kept, doomed = told("keep me"), told("end me", number=SECOND)
    settings.RETENTION_KEEPERS = [f"{__name__}.keep_its_conversation"]

    def die(name):
        if name == point:
            raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(module, "crash_here", die)
        with pytest.raises(Killed):
            purge(desk, bodies=30)
    with activate(desk.organization):
        Purge.objects.update(busy_until=None)
    done = purge(desk)
    with activate(desk.organization):
        assert done.state == "done"
        [step] = PurgeStep.objects.filter(purge=done)
        assert step.state == "verified"
        assert step.ended == {"texting.Message": 1, "texting.Conversation": 1}
        assert (fresh(kept).body, fresh(doomed).body) == ("keep me", None)
        told_of = AuditEvent.objects.filter(event="key:destroyed", object_id__in=step.key_ids)
        assert told_of.count() == len(step.key_ids)


def test_another_process_at_it_is_left_alone_until_it_must_be_dead(desk, told, monkeypatch, without_waiting):
    text = told("end me")
    monkeypatch.setattr(running, "advance_all", lambda *rest: None)
    purge(desk, bodies=30)
    monkeypatch.undo()
    with activate(desk.organization):
        Purge.objects.update(busy_until=timezone.now() + timedelta(minutes=5))
    assert not running.go_on(desk.organization.pk)
    with activate(desk.organization):
        assert fresh(text).body == "end me"


def test_the_certificate_becomes_final_when_carriers_have_answered_and_any_change_is_found(desk, told, without_waiting):
    text = told("end me")
    done = purge(desk, bodies=30)
    with activate(desk.organization):
        assert not done.is_final
        CarrierCopy.objects.filter(message_id=text.pk).update(state="deleted", due_at=None)
        assert certificates.renew() == 1
        done = fresh(done)
        assert (done.is_final, "is not written over yet" in certificates.waits_for(json.loads(done.certificate))) == (
            False,
            True,
        )
        assert certificates.renew() == 0, "nothing has changed"
        over = written_over(done.ended_at)
        assert certificates.renew() == 1
        assert certificates.renew() == 0
        done = fresh(done)
    said = certificates.verify(done.certificate, trusted_keys())
    assert done.is_final
    assert said["keys_destroyed_at"] == done.ended_at.isoformat()
    assert said["keys_written_over_at"] == over.isoformat()
    assert said["carriers"] == {"waiting": 0, "gone": 1, "refused": 0}
    assert said["rules"][2]["kind"] == "bodies"
    whole = json.loads(done.certificate)
    for path in leaves(whole):
        altered = json.loads(done.certificate)
        change(altered, path)
        with pytest.raises(certificates.BadCertificate):
            certificates.verify(json.dumps(altered), trusted_keys())
    for name in whole:
        with pytest.raises(certificates.BadCertificate):
            certificates.verify(json.dumps({key: value for key, value in whole.items() if key != name}), trusted_keys())
    twice = done.certificate.replace('"carriers":', '"carriers":{},"carriers":', 1)
    for text in (twice, "", "[]", "{", '"x"', done.certificate + "x"):
        with pytest.raises(certificates.BadCertificate):
            certificates.verify(text, trusted_keys())


def leaves(value, path=()):
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if entries is None:
        yield path
    for key, entry in entries or ():
        yield from leaves(entry, (*path, key))


def change(value, path):
    *way, last = path
    for key in way:
        value = value[key]
    old = value[last]
    value[last] = (not old) if isinstance(old, bool) else (old or 0) + 1 if not isinstance(old, str) else f"{old}x"


def test_one_without_a_certificate_does_not_wait_behind_those_whose_disk_nobody_tidies(
    desk, told, monkeypatch, without_waiting
):
    """Where keys are never written over no certificate is final, and the oldest would be looked at for ever."""
    text = told("end me")
    done = purge(desk, bodies=30)
    monkeypatch.setattr(certificates, "_NOBODY_ANSWERS", 1)
    with activate(desk.organization):
        CarrierCopy.objects.filter(message_id=text.pk).update(state="deleted", due_at=None)
        assert certificates.renew() == 1
        later = again(done)
        assert certificates.renew() == 1
        assert fresh(later).certificate
        unfinished = Purge.objects.filter(is_final=False)
        assert not certificates.worth_a_look(unfinished).exists(), "they wait for the disk alone"
        written_over(later.ended_at)
        assert [certificates.renew() for _time in range(3)] == [1, 1, 0]
        assert not unfinished.exists()


def test_one_whose_carriers_have_not_answered_is_looked_at_still(desk, told, without_waiting):
    told("end me")
    done = purge(desk, bodies=30)
    with activate(desk.organization):
        assert list(certificates.worth_a_look(Purge.objects.filter(is_final=False))) == [done]


def again(done: Purge) -> Purge:
    """Another purge a minute later that did the same and has no certificate yet."""
    steps = list(PurgeStep.objects.filter(purge=done))
    other = Purge.objects.get(pk=done.pk)
    other.pk, other._state.adding = new_id(), True
    other.at, other.ended_at = done.at + timedelta(minutes=1), done.ended_at + timedelta(minutes=1)
    other.night, other.certificate = done.night + timedelta(days=1), ""
    other.save()
    for step in steps:
        step.pk, step._state.adding, step.purge = new_id(), True, other
        step.save()
    return other
