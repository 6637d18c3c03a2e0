"""A person is erased: nothing opens any more, nothing of others is touched, what must stay stops it."""

import json
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from compliance.ledger import consent
from compliance.models import ConsentEvent, ProfileChange, Suppression
from retention import certificates
from retention.erasing import asking, rows, running
from retention.models import Erasure, SubjectRequest
from retention.requests import reading
from retention.requests.cannot_do import CannotDo
from tenancy.audit_checkpoints import trusted_keys
from tenancy.encryption import blind_index, keyring, shredding
from tenancy.encryption.key_sources import CONTACT
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.callers import make_caller
from tests.found import keep_finding
from tests.kept import kept_upon
from tests.retention.asked import ask_request, copied_for
from tests.retention.placed import place_hold
from tests.retention.purging.conftest import written_over
from tests.texting.attachments.keeping import keep_file
from tests.texting.attachments.samples import png_with_place
from tests.texting.desk import FIRST, SECOND
from texting import tagging
from texting.ended import end_words
from texting.fields import defining
from texting.fields.kinds import Kind
from texting.fields.writing import set_values
from texting.models import (
    Attachment,
    AttachmentChunk,
    CarrierCopy,
    Contact,
    ContactWord,
    Conversation,
    Draft,
    FieldValue,
    Message,
    Note,
    TextWord,
)
from texting.models.contact import NUMBER_INDEX

WORDS = "Ring my sister about the crown"


class Died(Exception):
    """The process, for a moment."""


@kept_upon("desk")
def person(desk):
    """A customer with two conversations, a note, a draft, a file, a tag, a finding; both conversations are resolved."""
    one = desk.resolve(desk.hear(WORDS, number=FIRST, name="Delia Moreno"))
    desk.resolve(desk.hear("About the bill", number=FIRST, line=desk.billing_line))
    desk.resolve(desk.hear("About my braces", number=SECOND, name="Rosa Bright"))
    with activate(desk.organization):
        more = {"conversation": one, "contact_id": one.contact_id, "author": desk.cast.agent}
        Note.objects.create(body="Delia is allergic", created_at=timezone.now(), **more)
        Draft.objects.create(body="Dear Delia", updated_at=timezone.now(), **more)
        keep_finding(
            message_id=one.pk,
            conversation_id=one.pk,
            type="SSN",
            masked="[SSN ••••9817]",
            was_removed=True,
            digest=b"d" * 16,
        )
        keep_file(Message.objects.get(conversation=one), png_with_place())
        tag = tagging.add_tag(member=desk.cast.owner, name="VIP")
        tagging.put_on(member=desk.cast.owner, tag=tag, contact_ids=[one.contact_id])
        field = defining.add_field(member=desk.cast.owner, name="Policy number", kind=Kind.TEXT)
        set_values(member=desk.cast.owner, contact=one.contact, typed={field.pk: "A-17"})
        assert FieldValue.objects.filter(contact_id=one.contact_id).exists()
        return one.contact


def begin(desk, member=None):
    """An admin asks for it; the worker has not looked yet."""
    with activate(desk.organization):
        request = SubjectRequest.objects.first() or ask_request(desk.cast.admin, FIRST, kind="erase")
        return asking.ask(member=member or desk.cast.admin, request=request)


BY_CHANCE = re.compile(r"\\x[0-9a-f]+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\.\d+\+00")
"""Sealed bytes, ids and parts of seconds, in which any four digits turn up."""


def everything(desk) -> str:
    """All rows of the organization as the database holds them, but for what is noise."""
    with activate(desk.organization), connection.cursor() as cursor:
        found = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            found += [row for (row,) in cursor.fetchall()]
    return BY_CHANCE.sub("", "\n".join(found))


def test_nothing_of_the_person_opens_and_everything_of_others_does(desk, person):
    before = everything(desk)
    mask = person.number_masked
    assert (mask in before, "9817" in before) == (True, True)
    erasure = begin(desk)
    assert running.go_on(desk.organization.pk) == 1
    with activate(desk.organization):
        erasure = Erasure.objects.get(pk=erasure.pk)
        assert erasure.state == Erasure.State.DONE
        assert keyring.stored_ids(desk.organization.pk, CONTACT, str(person.pk)) == []
        assert not any(found.exists() for _model, _field, found in rows.naming(erasure))
        mine = Message.objects.filter(contact_id=person.pk)
        assert {(text.body, text.ended_as) for text in mine} == {(None, "erased")}
        assert (erasure.ended["texting.Message"], erasure.ended["texting.Note"]) == (2, 1)
        assert Attachment.objects.get(contact_id=person.pk).state == "gone"
        assert not AttachmentChunk.objects.filter(contact_id=person.pk).exists()
        assert not Draft.objects.filter(contact_id=person.pk).exists()
        assert erasure.ended["texting.ContactTag"] == 1
        assert not FieldValue.objects.filter(contact_id=person.pk).exists()
        assert not ContactWord.objects.filter(contact_id=person.pk).exists()
        assert not TextWord.objects.filter(row_id__in=mine.values("pk")).exists()
        assert CarrierCopy.objects.filter(wanted_at=erasure.at, deletes=True).count() == 2
        other = Message.objects.get(contact__number_masked__endswith="0182")
        assert (other.body, other.contact.name) == ("About my braces", "Rosa Bright")
    after = everything(desk)
    assert mask not in after
    assert "9817" not in after


def test_no_answer_kept_for_a_program_says_words_or_names_of_the_person(desk, person):
    key = make_caller(desk.cast.owner)
    with activate(desk.organization):
        thread = Conversation.objects.filter(contact_id=person.pk).first().pk
    asked = (
        ("POST", f"conversations/{thread}/notes", {"body": "Delia rang"}),
        ("PATCH", f"contacts/{person.pk}", {"name": "Delia M."}),
    )
    for number, one in enumerate(asked):
        first, again = (key.ask(*one, **{"Idempotency-Key": f"d{number}"}) for _twice in range(2))
        assert (first.content, "Delia" in first.content.decode()) == (again.content, True), first.content
    begin(desk)
    running.go_on(desk.organization.pk)
    for number, one in enumerate(asked):
        gone = key.ask(*one, **{"Idempotency-Key": f"d{number}"})
        assert (gone.status_code, gone.json()["type"].partition("#")[2]) == (409, "answer-gone")


def test_the_number_stays_blocked_and_comes_back_as_somebody_new(desk, person):
    begin(desk)
    running.go_on(desk.organization.pk)
    index = blind_index_of(desk, FIRST)
    with activate(desk.organization):
        assert not Contact.objects.filter(number_index=index).exists()
        assert Suppression.objects.filter(number_index=index, team=None).count() == 1
        assert consent.states_of_numbers([index])[index].suppressions
        assert ConsentEvent.objects.filter(number_index=index, action="given").exists(), "proof stays"
    again = desk.hear("START", number=FIRST)
    with activate(desk.organization):
        assert again.contact_id != person.pk
        assert again.contact.number == FIRST
        assert not Suppression.objects.filter(number_index=index).exists()


def blind_index_of(desk, number):
    with activate(desk.organization):
        return blind_index(NUMBER_INDEX, number)


def test_the_log_holds_no_number_and_is_found_by_it_and_the_certificate_verifies(desk, person):
    with activate(desk.organization):
        other = ask_request(desk.cast.owner, FIRST, kind="access")
    with activate(desk.organization):
        ask_request(desk.cast.admin, FIRST, kind="erase")
        request = SubjectRequest.objects.get(kind="erase")
        erasure = asking.ask(member=desk.cast.admin, request=request)
    running.go_on(desk.organization.pk)
    with activate(desk.organization):
        for row in SubjectRequest.objects.all():
            assert (row.state, row.number_masked) == ("done", "")
            assert reading.words_of(row, "phone") == ""
        _page, found = reading.page_of(desk.cast.admin, "closed", FIRST, 1)
        assert {one.request.pk for one in found} == {request.pk, other.pk}
        erasure = Erasure.objects.get(pk=erasure.pk)
        said = certificates.verify(erasure.certificate, trusted_keys())
        assert said["keys"] == erasure.key_ids != []
        assert said["stayed"]["compliance.Suppression"] == 1
        there = (Contact.objects.filter(pk=person.pk), Conversation.objects.filter(contact=person.pk))
        counted = [said["remains"][label] for label in ("texting.Contact", "texting.Conversation")]
        assert counted == [rows.count() for rows in there]
        assert said["remains"]["texting.Message"] == Message.objects.filter(contact=person.pk).count()
        assert not erasure.is_final
        with pytest.raises(certificates.BadCertificate):
            certificates.verify(erasure.certificate.replace('"law":"gdpr"', '"law":"ccpa"'), trusted_keys())
        CarrierCopy.objects.update(state="gone", due_at=None)
        running.renew()
        assert json.loads(Erasure.objects.get(pk=erasure.pk).certificate)["carriers"]["gone"] == 2
        kinds = AuditEvent.objects.filter(object_id=str(erasure.pk)).order_by("sequence")
        assert list(kinds.values_list("event", flat=True)) == ["erasure:asked", "erasure:done"]


def test_a_copy_that_was_wanted_before_counts_for_the_certificate(desk, person):
    with activate(desk.organization):
        text = Message.objects.filter(contact_id=person.pk).earliest("created_at")
        CarrierCopy.objects.create(
            message_id=text.pk, line=text.line, state="gone", wanted_at=timezone.now() - timedelta(days=3)
        )
    begin(desk)
    assert running.go_on(desk.organization.pk) == 1
    with activate(desk.organization):
        running.renew()
        erasure = Erasure.objects.get()
        assert not erasure.is_final
        assert json.loads(erasure.certificate)["carriers"] == {"waiting": 2, "gone": 0, "refused": 0}
        assert running.renew() == 0  # nothing has changed
        CarrierCopy.objects.filter(deletes=True).update(state="deleted", due_at=None)
        assert running.renew() == 1
        erasure.refresh_from_db()
        assert (erasure.is_final, running.renew()) == (False, 0), "what the key left is not written over"
        written_over(erasure.ended_at)
        assert (running.renew(), running.renew()) == (1, 0)
        erasure.refresh_from_db()
        assert erasure.is_final
        assert json.loads(erasure.certificate)["carriers"] == {"waiting": 0, "gone": 2, "refused": 0}


def test_it_ended_after_its_last_key_was_destroyed_and_the_page_says_what_is_late(desk, person, monkeypatch):
    """What those keys left is not written over by what began before they were gone."""
    gone_at = []

    def destroy(*keys, **more):
        found = shredding.destroy_keys(*keys, **more)
        gone_at.append(timezone.now())
        return found

    monkeypatch.setattr(running, "destroy_keys", destroy)
    begin(desk)
    assert running.go_on(desk.organization.pk) == 1
    admin = desk.as_(desk.cast.admin)
    with activate(desk.organization):
        erasure = Erasure.objects.get()
        assert len(gone_at) == 2
        assert erasure.ended_at >= gone_at[-1]
        assert json.loads(erasure.certificate)["ended_at"] == erasure.ended_at.isoformat()
        CarrierCopy.objects.update(state="deleted", due_at=None)
        running.renew()
        assert not certificates.worth_a_look(Erasure.objects.filter(is_final=False)).exists()
    place = f"/settings/requests/{erasure.request_id}/"
    assert "was not written over yet" not in admin.get(place).text
    with activate(desk.organization):
        Erasure.objects.update(ended_at=timezone.now() - timedelta(hours=25))
    assert "was not written over yet" in admin.get(place).text


@pytest.mark.parametrize(("ended_as", "deletes"), [("redacted", False), ("deleted", True), ("retention", True)])
def test_copies_of_texts_that_had_ended_before_are_asked_to_go_and_counted(desk, person, ended_as, deletes):
    """Its words went a day ago; the carrier has not answered yet."""
    before = timezone.now() - timedelta(days=1)
    with activate(desk.organization):
        text = Message.objects.filter(contact_id=person.pk).earliest("created_at")
        end_words([text.pk], ended_as=ended_as, at=before)
        assert CarrierCopy.objects.get(message_id=text.pk).deletes == deletes
    begin(desk)
    assert running.go_on(desk.organization.pk) == 1
    with activate(desk.organization):
        copy = CarrierCopy.objects.get(message_id=text.pk)
        assert (copy.deletes, copy.state, copy.wanted_at) == (True, "waiting", before), "a purge's stays the purge's"
        CarrierCopy.objects.exclude(pk=copy.pk).update(state="deleted", due_at=None)
        running.renew()
        erasure = Erasure.objects.get()
        assert not erasure.is_final
        assert json.loads(erasure.certificate)["carriers"]["waiting"] > 0
        CarrierCopy.objects.update(state="deleted", due_at=None)
        written_over(erasure.ended_at)
        assert running.renew() == 1
        erasure.refresh_from_db()
        assert (erasure.is_final, json.loads(erasure.certificate)["carriers"]["gone"]) == (True, 2)


def test_a_hold_stops_it_before_and_also_when_it_was_asked_for_already(desk, person, monkeypatch):
    with activate(desk.organization):
        placed = place_hold(desk.cast.admin, about=FIRST)
    with pytest.raises(CannotDo, match="legal hold"):
        begin(desk)
    with activate(desk.organization):
        type(placed).objects.update(
            state="released",
            release_asked_by=desk.cast.admin,
            release_asked_at=timezone.now(),
            released_by=desk.cast.owner,
            released_at=timezone.now(),
        )
    erasure = begin(desk)
    with activate(desk.organization):
        place_hold(desk.cast.admin, about=FIRST)
    running.go_on(desk.organization.pk)
    with activate(desk.organization):
        assert Erasure.objects.get(pk=erasure.pk).state == Erasure.State.STOPPED
        assert Contact.objects.get(pk=person.pk).name == "Delia Moreno"
        assert not Suppression.objects.exists()


def test_an_open_conversation_and_a_law_that_keeps_stop_it_with_the_day(desk, person):
    desk.hear("One more thing", number=FIRST)
    with pytest.raises(CannotDo, match="conversation is open"):
        begin(desk)
    with activate(desk.organization):
        Conversation.objects.filter(status="open").update(status="resolved", resolved_at=timezone.now(), assignee=None)
        ProfileChange.objects.create(profile="broker_dealer", holds=True, by=desk.cast.owner)
    with pytest.raises(CannotDo, match=r"profile says so .* On \d+ \w+ 20"):
        begin(desk)


@pytest.mark.parametrize("is_held", [True, False])
def test_another_copy_that_came_on_hold_while_it_ran_stays(desk, person, monkeypatch, is_held):
    erasure = begin(desk)

    def die(_point):
        raise Died

    with monkeypatch.context() as patched, pytest.raises(Died):
        patched.setattr(rows, "crash_here", die)
        running.go_on(desk.organization.pk)
    with activate(desk.organization):
        export = copied_for(desk.cast.admin, ask_request(desk.cast.admin, FIRST, kind="access"))
        if is_held:
            place_hold(desk.cast.admin, about=FIRST)
        Erasure.objects.update(busy_until=timezone.now() - timedelta(seconds=1))
    assert running.go_on(desk.organization.pk) == 1
    with activate(desk.organization):
        assert Erasure.objects.get(pk=erasure.pk).state == "done"
        export.refresh_from_db()
        assert export.state == ("ready" if is_held else "ended")
        assert export.parts.exists() == is_held


def test_above_the_limit_two_people_are_needed(desk, person, monkeypatch):
    monkeypatch.setattr(asking, "ALONE", 1)
    erasure = begin(desk)
    assert running.go_on(desk.organization.pk) == 0
    with activate(desk.organization):
        with pytest.raises(CannotDo, match="Another person"):
            asking.agree(member=desk.cast.admin, erasure=erasure, seen=asking.changed(erasure).mark)
        assert Contact.objects.get(pk=person.pk).name == "Delia Moreno"
        asking.agree(member=desk.cast.owner, erasure=erasure, seen=asking.changed(erasure).mark)
        with pytest.raises(CannotDo, match="any more"):
            asking.call_off(member=desk.cast.owner, erasure=erasure)
    assert running.go_on(desk.organization.pk) == 1


def test_without_proof_or_for_a_copy_only_nothing_is_erased(desk, person):
    with activate(desk.organization):
        unproved = ask_request(desk.cast.admin, FIRST, kind="erase", proof="")
        with pytest.raises(CannotDo, match="proved"):
            asking.ask(member=desk.cast.admin, request=unproved)
        copy = ask_request(desk.cast.admin, FIRST, kind="access")
        with pytest.raises(CannotDo, match="copy only"):
            asking.ask(member=desk.cast.admin, request=copy)


@pytest.mark.parametrize("place", ["keys", "first rows", "later rows"])
def test_it_goes_on_wherever_it_died(desk, person, monkeypatch, place):
    erasure = begin(desk)
    calls = []

    def die(point):
        calls.append(point)
        if len(calls) == (3 if place == "later rows" else 1):
            raise Died

    with monkeypatch.context() as patched, pytest.raises(Died):
        patched.setattr(shredding if place == "keys" else rows, "crash_here", die)
        running.go_on(desk.organization.pk)
    with activate(desk.organization):  # not asked anew: what is destroyed is destroyed
        place_hold(desk.cast.admin, about=f"/contacts/{person.pk}/")
        Erasure.objects.update(busy_until=timezone.now() - timedelta(seconds=1))
    assert running.go_on(desk.organization.pk) == 1
    with activate(desk.organization):
        done = Erasure.objects.get(pk=erasure.pk)
        assert (done.state, len(done.key_ids)) == (Erasure.State.DONE, 1)
        assert done.ended["texting.Message"] == 2
        assert Suppression.objects.count() == 1


@pytest.mark.parametrize("dies_at", [1, 2, 5])
def test_a_stop_between_its_steps_is_heard(desk, person, monkeypatch, dies_at):
    begin(desk)
    calls = []

    def die(point):
        calls.append(point)
        if len(calls) == dies_at:
            raise Died

    with monkeypatch.context() as patched, pytest.raises(Died):
        patched.setattr(rows, "crash_here", die)
        running.go_on(desk.organization.pk)
    with activate(desk.organization):
        assert not Erasure.objects.filter(state=Erasure.State.DONE).exists()
    heard = desk.hear("START", number=FIRST)
    stopped = desk.hear("STOP", number=FIRST)
    with activate(desk.organization):
        assert (heard.contact_id, stopped.contact_id != person.pk) == (stopped.contact_id, True)
        index = blind_index(NUMBER_INDEX, FIRST)
        assert Suppression.objects.filter(number_index=index, team=None).exists()
        assert Erasure.objects.get().busy_until <= timezone.now() + timedelta(minutes=2)
        Erasure.objects.update(busy_until=timezone.now() - timedelta(seconds=1))
    assert running.go_on(desk.organization.pk) == 1
    with activate(desk.organization):
        came = Message.objects.filter(conversation=stopped, direction="in").order_by("created_at")
        assert [text.body for text in came] == ["START", "STOP"]
        assert Suppression.objects.filter(number_index=index, team=None).exists()


def test_each_batch_says_anew_that_somebody_is_at_it(desk, person, monkeypatch):
    begin(desk)
    seen = []

    def look(_point):
        seen.append(Erasure.objects.get().busy_until > timezone.now())
        Erasure.objects.update(busy_until=timezone.now() - timedelta(hours=1))

    monkeypatch.setattr(rows, "crash_here", look)
    assert running.go_on(desk.organization.pk) == 1
    assert len(seen) > 5
    assert all(seen)
