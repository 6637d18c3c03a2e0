"""What is recorded is written with the deed or not at all, in one chain per organization, and says no content."""

import json
from contextlib import suppress
from datetime import UTC, date
from enum import Enum
from hashlib import sha256
from pathlib import Path

import pytest
import rfc8785
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from tenancy import audit, audit_kinds
from tenancy.audit import AuditKind, record, verify_chain
from tenancy.audit_chain import START, link
from tenancy.encryption import day_scope, readable
from tenancy.encryption.keyring import keys_of
from tenancy.encryption.shredding import destroy_keys
from tenancy.isolation import NoOrganization, activate
from tenancy.models import AuditEvent, AuditHead, DestroyedKey
from tests.at_once import at_once, errors_of

from .conftest import NOON, make_business


class Reason(Enum):
    ASKED = "asked"


def kinds() -> list[str]:
    return list(AuditEvent.objects.order_by("sequence").values_list("event", flat=True))


def test_events_are_written_at_the_end_in_the_order_they_were_recorded(harbor):
    with activate(harbor.organization):
        record(event=AuditKind.CONVERSATION_CLAIMED, object=harbor.conversation)
        record(event=AuditKind.CONVERSATION_RESOLVED, object=harbor.conversation)
        assert kinds() == []
    with activate(harbor.organization):
        assert kinds() == ["conversation:claimed", "conversation:resolved"]
        first, second = AuditEvent.objects.order_by("sequence")
        assert (first.sequence, second.sequence) == (1, 2)
        assert bytes(first.previous_hash) == START
        assert bytes(second.previous_hash) == bytes(first.hash)
        assert bytes(AuditHead.objects.get().hash) == bytes(second.hash)
        assert first.object_type == "texting.conversation"
        assert first.object_id == str(harbor.conversation.pk)
    assert verify_chain(harbor.organization).sound


def test_an_event_tells_who_what_where_and_details(harbor):
    with activate(harbor.organization):
        record(
            event=AuditKind.CONTACT_REVEALED,
            actor=harbor.contact,
            object=harbor.contact,
            address="2001:0DB8::0001",
            reason=Reason.ASKED,
            count=3,
            day=date(2026, 3, 14),
            ids=[harbor.contact.pk],
            flags={"fresh": True, "none": None},
        )
    with activate(harbor.organization):
        event = AuditEvent.objects.get()
    assert event.actor_id == harbor.contact.pk
    assert event.address == "2001:db8::1"
    assert json.loads(event.details) == {
        "reason": "asked",
        "count": 3,
        "day": "2026-03-14",
        "ids": [str(harbor.contact.pk)],
        "flags": {"fresh": True, "none": None},
    }


def test_an_event_without_details_needs_no_key(harbor):
    with activate(harbor.organization):
        record(event=AuditKind.SIGNED_IN)
    with activate(harbor.organization):
        event = AuditEvent.objects.get()
    assert (event.details, event.actor_id, event.object_type, event.address) == (None, None, "", "")


@pytest.mark.parametrize("detail", ["x" * 501, b"bytes", object()], ids=["long", "bytes", "object"])
def test_content_has_no_place_in_the_log(harbor, detail):
    with activate(harbor.organization), pytest.raises(TypeError, match="cannot be a detail"):
        record(event=AuditKind.NOTE_ADDED, detail=detail)


def test_an_address_must_be_one_and_a_kind_must_be_known(harbor):
    with activate(harbor.organization):
        with pytest.raises(ValueError, match="does not appear to be an IPv4 or IPv6 address"):
            record(event=AuditKind.SIGNED_IN, address="somewhere")
        with pytest.raises(ValueError, match="not a valid AuditKind"):
            record(event="sign_in:imagined")
    with activate(harbor.organization):
        assert kinds() == []


def test_nothing_can_be_recorded_outside_an_organization(harbor):
    with pytest.raises(NoOrganization):
        record(event=AuditKind.SIGNED_IN)


def test_a_deed_that_was_rolled_back_leaves_no_event(harbor):
    with pytest.raises(ZeroDivisionError), activate(harbor.organization):
        record(event=AuditKind.MESSAGE_SENT)
        raise ZeroDivisionError
    with activate(harbor.organization):
        record(event=AuditKind.NOTE_ADDED)
        transaction.set_rollback(True)
    with activate(harbor.organization):
        record(event=AuditKind.CONVERSATION_READ)
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            record(event=AuditKind.MESSAGE_SENT)
            raise ZeroDivisionError
        with transaction.atomic():
            record(event=AuditKind.MESSAGE_REFUSED)
    with activate(harbor.organization):
        assert kinds() == ["conversation:read", "message:refused"]
    assert verify_chain(harbor.organization).sound


def test_an_event_can_be_written_at_once(harbor):
    with activate(harbor.organization):
        record(event=AuditKind.SIGNED_IN)
        audit.flush()
        assert kinds() == ["sign_in:succeeded"]
        audit.flush()
        record(event=AuditKind.SIGNED_OUT)
    with activate(harbor.organization):
        assert kinds() == ["sign_in:succeeded", "sign_in:ended"]


def test_each_organization_has_a_chain_of_its_own(harbor, northside):
    for business in (harbor, northside, harbor):
        with activate(business.organization):
            record(event=AuditKind.SIGNED_IN)
    with activate(harbor.organization):
        assert list(AuditEvent.objects.order_by("sequence").values_list("sequence", flat=True)) == [1, 2]
    assert [verify_chain(business.organization).events for business in (harbor, northside)] == [2, 1]


def test_the_head_is_locked_after_the_keys_were_fetched_and_for_few_statements(harbor):
    with activate(harbor.organization):
        record(event=AuditKind.SIGNED_IN)
    with CaptureQueriesContext(connection) as queries, activate(harbor.organization):
        for number in range(5):
            record(event=AuditKind.SIGNED_IN, number=number)
    statements = [query["sql"].split('"')[0].strip() for query in queries.captured_queries]
    lock = next(at for at, query in enumerate(queries.captured_queries) if "FOR UPDATE" in query["sql"])
    assert statements[lock + 1 :][:2] == ["INSERT INTO", "UPDATE"]
    assert len(statements) == 7, "in and out of the transaction, the organization in and out, lock, insert, update"


def test_destroying_the_key_of_the_details_does_not_break_the_chain(harbor):
    with activate(harbor.organization):
        record(event=AuditKind.ROLE_CHANGED, role="admin")
    with activate(harbor.organization):
        event = AuditEvent.objects.get()
        destroy_keys("audit", event.at.date().isoformat(), reason="retention")
        assert readable(AuditEvent.objects.get(), "details", "(deleted)") == "(deleted)"
    report = verify_chain(harbor.organization)
    assert report.sound
    assert report.events == 2


def test_a_destroyed_key_leaves_its_id_in_the_log(harbor):
    with activate(harbor.organization):
        [key_id] = destroy_keys("contact", str(harbor.contact.pk), reason="erasure")
        assert destroy_keys("contact", str(harbor.contact.pk), reason="erasure") == []
    with activate(harbor.organization):
        event = AuditEvent.objects.get()
    assert (event.event, event.object_type, event.object_id) == ("key:destroyed", "tenancy.datakey", key_id.hex())
    assert json.loads(event.details) == {"kind": "contact", "reason": "erasure", "scope": str(harbor.contact.pk)}


def test_a_key_that_went_before_its_purge_was_rolled_back_is_told_of_by_the_next_try_and_only_once(harbor):
    scope = str(harbor.contact.pk)
    with suppress(RuntimeError), activate(harbor.organization):
        [key_id] = destroy_keys("contact", scope, reason="erasure")
        raise RuntimeError("the purge broke off, or its process was killed")
    with activate(harbor.organization):
        assert not AuditEvent.objects.filter(event="key:destroyed").exists()
    for expected in ([key_id], []):
        with activate(harbor.organization):
            with suppress(RuntimeError), transaction.atomic():
                destroy_keys("contact", scope, reason="erasure")
                raise RuntimeError("only this part of it")
            assert destroy_keys("contact", scope, reason="erasure") == expected
    with activate(harbor.organization):
        assert AuditEvent.objects.get(event="key:destroyed").object_id == key_id.hex()


@pytest.mark.django_db(transaction=True)
def test_what_is_kept_of_a_destroyed_key_goes_when_the_log_tells_of_it():
    business = make_business("Harbor Dental", "harbor")
    day = day_scope(NOON.date())
    with activate(business.organization):
        business.add_message("Hello")
    for rows_left, breaks in ((1, True), (0, False)):
        with suppress(RuntimeError), activate(business.organization):
            destroy_keys("body", day, reason="purge")
            if breaks:
                raise RuntimeError("killed")
        with keys_of(business.organization.pk):
            assert DestroyedKey.objects.count() == rows_left


@pytest.mark.django_db(transaction=True)
def test_many_writers_at_once_make_one_chain_without_gaps():
    business = make_business("Harbor Dental", "harbor")

    def work() -> None:
        for _ in range(10):
            with activate(business.organization):
                record(event=AuditKind.SIGNED_IN, note="in")
                record(event=AuditKind.SIGNED_OUT)

    assert errors_of(at_once(*[work] * 6)) == []
    report = verify_chain(business.organization)
    assert (report.events, report.findings) == (120, [])


def test_every_kind_is_a_resource_and_an_action():
    written = sum(module.read_text().count(" = Kind(") for module in Path(audit_kinds.__file__).parent.glob("*.py"))
    assert len(AuditKind) == written > 300  # no name stands twice in an area
    for kind in AuditKind:
        resource, action = kind.value.split(":")
        assert resource.replace("_", "").isalpha()
        assert action.replace("_", "").isalpha()
    assert AuditKind.SECOND_FACTOR_ADDED.label == "Second factor added"


@given(
    event=st.fixed_dictionaries(
        {
            "id": st.uuids(),
            "organization_id": st.uuids(),
            "sequence": st.integers(1, 2**53 - 1),
            "at": st.datetimes(timezones=st.timezones()),
            "actor_id": st.none() | st.uuids(),
            "event": st.text(),
            "object_type": st.text(),
            "object_id": st.text(st.characters(max_codepoint=0x2FF, exclude_categories=["Cs"])),
            "address": st.text(st.sampled_from('\0\x1f\x7f\x80\b\t\n\f\r"\\/<>&\u2028\ufeff\U0001f600')),
            "details": st.none() | st.binary(),
        }
    ),
    previous=st.binary(min_size=32, max_size=32),
)
def test_the_hash_is_of_canonical_json(event, previous):
    actor, details = event["actor_id"], event["details"]
    facts = {
        **{name: event[name] for name in ("sequence", "event", "object_type", "object_id", "address")},
        "id": str(event["id"]),
        "organization": str(event["organization_id"]),
        "at": event["at"].astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": actor and str(actor),
        "details": None if details is None else details.hex(),
    }
    assert link(previous, event) == sha256(b"\0" + rfc8785.dumps(facts) + previous).digest()


def test_the_hash_covers_every_column_and_the_event_before(harbor):
    with activate(harbor.organization):
        record(event=AuditKind.SIGNED_IN, actor=harbor.contact, object=harbor.line, address="10.0.0.1", note="x")
    with activate(harbor.organization):
        [event] = AuditEvent.objects.values()
    original = link(START, event)
    assert original == bytes(event["hash"])
    columns = {field.attname for field in AuditEvent._meta.concrete_fields} - {"hash", "previous_hash"}
    replacements = {"sequence": 9, "at": harbor.conversation.opened_at, "details": None, "actor_id": None}
    for column in columns:
        assert link(START, event | {column: replacements.get(column, "another")}) != original, column
    assert link(b"\1" * 32, event) != original
