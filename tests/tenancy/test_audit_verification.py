"""Somebody with every right on the database changes the log in every way there is, and is seen each time."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO
from uuid import uuid4

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import CommandError, call_command

from tenancy.audit import AuditKind, Report, record, verify_chain
from tenancy.audit_chain import COLUMNS, START, link
from tenancy.audit_checkpoints import (
    BadNote,
    Checkpoint,
    append_notes,
    file_of,
    newest_note,
    read_note,
    read_notes,
    trusted_keys,
    write_note,
)
from tenancy.audit_verification import ChainBroken, sign_news
from tenancy.isolation import activate
from tenancy.models import AuditCheckpoint, AuditEvent, AuditHead, Organization
from tenancy.tasks import sign_checkpoints

Connect = Callable[..., psycopg.Connection]
NOTE = Checkpoint(uuid4(), 7, b"h" * 32, datetime(2026, 3, 14, 12, tzinfo=UTC))


def write_events(organization: Organization, count: int) -> None:
    with activate(organization):
        for number in range(count):
            record(event=AuditKind.CONVERSATION_READ, address="10.0.0.1", number=number)


@pytest.fixture
def folder(tmp_path, settings):
    settings.AUDIT_CHECKPOINT_DIR = str(tmp_path)
    return tmp_path


@pytest.fixture
def organizations(transactional_db, folder) -> list[Organization]:
    """Two organizations of eight events each: a checkpoint after five, and another at the end."""
    both = [Organization.objects.create(name=slug.title(), slug=slug) for slug in ("harbor", "northside")]
    for count in (5, 3):
        for organization in both:
            write_events(organization, count)
        sign_checkpoints()
    return both


def verified(organization: Organization, folder=None) -> Report:
    notes = read_notes(folder, organization.pk) if folder else ()
    return verify_chain(organization, checkpoints=notes)


def problems(report: Report) -> str:
    return " | ".join(f"{finding.sequence}: {finding.problem}" for finding in report.findings)


def test_an_untouched_log_is_sound(organizations, folder):
    for organization in organizations:
        report = verified(organization, folder)
        assert (report.events, report.checkpoints, report.findings) == (8, 4, [])
        assert report.sound


def execute(connect: Connect, organization: Organization, *statements: str) -> None:
    with connect() as connection:
        for statement in statements:
            done = connection.execute(statement, {"organization": organization.pk})
            assert done.rowcount, f"changed nothing: {statement}"


MINE = "organization_id = %(organization)s"
EDITS = {
    "id": "id = gen_random_uuid()",
    "at": "at = at + interval '1 microsecond'",
    "actor_id": "actor_id = gen_random_uuid()",
    "event": "event = 'conversation:claimed'",
    "object_type": "object_type = 'x'",
    "object_id": "object_id = 'x'",
    "address": "address = '10.0.0.2'",
    "details": "details = set_byte(details, 60, (get_byte(details, 60) + 1) %% 256)",
    "no details": "details = NULL",
    "hash": "hash = set_byte(hash, 0, (get_byte(hash, 0) + 1) %% 256)",
    "previous_hash": "previous_hash = set_byte(previous_hash, 0, (get_byte(previous_hash, 0) + 1) %% 256)",
}


def test_an_edited_event_is_found(organizations, superuser):
    """Any column, in the first event, one in the middle and the last one."""
    with superuser() as connection:
        connection.execute("CREATE TEMP TABLE untouched AS SELECT * FROM tenancy_auditevent")
        for edit in EDITS.values():
            for sequence in (1, 4, 8):
                execute(
                    superuser,
                    organizations[0],
                    f"UPDATE tenancy_auditevent SET {edit} WHERE {MINE} AND sequence = {sequence}",
                )
                assert sequence in {finding.sequence for finding in verified(organizations[0]).findings}, edit
                assert verified(organizations[1]).sound
                connection.execute("DELETE FROM tenancy_auditevent")
                connection.execute("INSERT INTO tenancy_auditevent SELECT * FROM untouched")
    assert verified(organizations[0]).sound


@pytest.mark.parametrize("sequence", [1, 4])
def test_a_deleted_event_is_found(organizations, superuser, sequence):
    execute(superuser, organizations[0], f"DELETE FROM tenancy_auditevent WHERE {MINE} AND sequence = {sequence}")
    assert f"{sequence + 1}: expected event {sequence} here" in problems(verified(organizations[0]))


def test_an_inserted_event_is_found(organizations, superuser):
    execute(
        superuser,
        organizations[0],
        f"UPDATE tenancy_auditevent SET sequence = sequence + 100 WHERE {MINE} AND sequence >= 4",
        "INSERT INTO tenancy_auditevent (id, organization_id, sequence, at, event, object_type, object_id, address,"
        " previous_hash, hash) SELECT gen_random_uuid(), organization_id, 4, at, event, '', '', '', hash, hash"
        f" FROM tenancy_auditevent WHERE {MINE} AND sequence = 3",
        f"UPDATE tenancy_auditevent SET sequence = sequence - 99 WHERE {MINE} AND sequence >= 104",
    )
    report = verified(organizations[0])
    assert "4: was altered" in problems(report)
    assert report.events == 9


def test_an_event_added_at_the_end_is_found(organizations, superuser):
    execute(
        superuser,
        organizations[0],
        "INSERT INTO tenancy_auditevent (id, organization_id, sequence, at, event, object_type, object_id, address,"
        " previous_hash, hash) SELECT gen_random_uuid(), organization_id, 9, at, event, '', '', '', hash, hash"
        f" FROM tenancy_auditevent WHERE {MINE} AND sequence = 8",
    )
    assert "does not end where its head says" in problems(verified(organizations[0]))


def test_reordered_events_are_found(organizations, superuser):
    execute(
        superuser,
        organizations[0],
        f"UPDATE tenancy_auditevent SET sequence = 99 WHERE {MINE} AND sequence = 3",
        f"UPDATE tenancy_auditevent SET sequence = 3 WHERE {MINE} AND sequence = 4",
        f"UPDATE tenancy_auditevent SET sequence = 4 WHERE {MINE} AND sequence = 99",
    )
    found = {finding.sequence for finding in verified(organizations[0]).findings}
    assert {3, 4} <= found


CUT = f"DELETE FROM tenancy_auditevent WHERE {MINE} AND sequence > 6"
HEAD_FOLLOWS = (
    "UPDATE tenancy_audithead SET sequence = last.sequence, hash = last.hash FROM (SELECT * FROM tenancy_auditevent"
    f" WHERE {MINE} ORDER BY sequence DESC LIMIT 1) last WHERE tenancy_audithead.{MINE}"
)


def test_a_cut_tail_is_found_by_the_head(organizations, superuser):
    execute(superuser, organizations[0], CUT)
    assert "6: the log does not end where its head says" in problems(verified(organizations[0]))


def test_a_cut_tail_whose_head_was_moved_along_is_found_by_the_stored_checkpoint(organizations, superuser):
    execute(superuser, organizations[0], CUT, HEAD_FOLLOWS)
    assert problems(verified(organizations[0])) == "8: events were cut off: a checkpoint knows of more"


def test_a_cut_tail_without_a_trace_in_the_database_is_found_by_the_copy_outside(organizations, superuser, folder):
    execute(
        superuser,
        organizations[0],
        CUT,
        HEAD_FOLLOWS,
        f"DELETE FROM tenancy_auditcheckpoint WHERE {MINE} AND sequence > 6",
    )
    assert verified(organizations[0]).sound, "the database alone cannot tell: that is what the copy is for"
    assert problems(verified(organizations[0], folder)) == "8: events were cut off: a checkpoint knows of more"


@pytest.mark.parametrize("table", ["auditevent", "audithead", "auditcheckpoint"])
def test_a_log_that_was_removed_as_a_whole_is_found(organizations, superuser, folder, table):
    tables = ["auditevent", "audithead", "auditcheckpoint"]
    execute(
        superuser,
        organizations[0],
        *(f"DELETE FROM tenancy_{each} WHERE {MINE}" for each in tables[tables.index(table) :]),
    )
    report = verified(organizations[0], folder)
    assert report.sound is (table == "auditcheckpoint"), "the copies outside stand for the deleted ones"


def test_two_organizations_whose_logs_were_swapped_are_found(organizations, superuser, folder):
    one, two = (organization.pk for organization in organizations)
    with superuser() as connection:
        for table in ("auditevent", "audithead"):
            connection.execute(
                f"CREATE TEMP TABLE {table} AS SELECT * FROM tenancy_{table};"
                f"UPDATE {table} SET organization_id ="
                f" CASE organization_id WHEN '{one}' THEN '{two}' ELSE '{one}' END::uuid;"
                f"DELETE FROM tenancy_{table}; INSERT INTO tenancy_{table} SELECT * FROM {table}"
            )
    for organization in organizations:
        report = verified(organization, folder)
        assert "1: was altered" in problems(report)
        assert "5: differs from a signed checkpoint" in problems(report)


def rewrite(connect: Connect, organization: Organization, **changed: object) -> None:
    """Compute the whole chain anew after a change to event 4, as whoever knows this program can."""
    with activate(organization):
        events = list(AuditEvent.objects.order_by("sequence").values(*COLUMNS))
    previous = START
    with connect() as connection:
        for event in events:
            if event["sequence"] == 4:
                event.update(changed)
            linked = link(previous, event)
            connection.execute(
                "UPDATE tenancy_auditevent SET event = %s, previous_hash = %s, hash = %s WHERE id = %s",
                [event["event"], previous, linked, event["id"]],
            )
            previous = linked
        connection.execute(
            "UPDATE tenancy_audithead SET hash = %s WHERE organization_id = %s", [previous, organization.pk]
        )


def test_a_chain_that_was_computed_anew_is_found_by_its_checkpoints(organizations, superuser):
    rewrite(superuser, organizations[0], event="conversation:claimed")
    report = verified(organizations[0])
    assert [finding.sequence for finding in report.findings] == [5, 8]
    assert "the log was rewritten" in problems(report)


def test_a_checkpoint_signed_with_another_key_proves_nothing(organizations, superuser, settings, folder):
    """Whoever rewrites the log cannot sign it: the key stands outside the database."""
    rewrite(superuser, organizations[0], event="conversation:claimed")
    with activate(organizations[0]):
        head = AuditHead.objects.get()
        forged = replace(NOTE, organization_id=organizations[0].pk, sequence=8, hash=bytes(head.hash))
    own, settings.AUDIT_SIGNING_KEY = settings.AUDIT_SIGNING_KEY, os.urandom(32)
    note = write_note(forged)
    settings.AUDIT_SIGNING_KEY = own
    with superuser() as connection:
        connection.execute("DELETE FROM tenancy_auditcheckpoint WHERE organization_id = %s", [organizations[0].pk])
    report = verify_chain(organizations[0], checkpoints=[note, *read_notes(folder, organizations[0].pk)])
    assert "not signed by a key that is trusted" in problems(report)
    assert "5: differs from a signed checkpoint" in problems(report)


def test_an_edited_checkpoint_is_found(organizations, superuser):
    execute(
        superuser,
        organizations[0],
        f"UPDATE tenancy_auditcheckpoint SET note = replace(note, E'\\n8\\n', E'\\n7\\n') WHERE {MINE}",
    )
    assert "not signed" in problems(verified(organizations[0]))


def test_a_checkpoint_of_another_organization_is_found(organizations, folder):
    report = verify_chain(organizations[0], checkpoints=read_notes(folder, organizations[1].pk))
    assert "a checkpoint of another organization" in problems(report)


def test_checkpoints_that_contradict_each_other_are_found(organizations):
    other = write_note(replace(NOTE, organization_id=organizations[0].pk, sequence=8))
    assert "8: two checkpoints contradict each other" in problems(verify_chain(organizations[0], checkpoints=[other]))


def test_only_the_first_findings_are_kept(organizations):
    report = verify_chain(organizations[0], checkpoints=["nonsense"] * 150)
    assert len(report.findings) == 100
    assert not report.sound


# --- Signing ---


def test_a_log_is_signed_when_it_has_news_and_only_then(organizations, folder):
    with activate(organizations[0]):
        assert sign_news() is None
        assert AuditCheckpoint.objects.count() == 2
    write_events(organizations[0], 1)
    sign_checkpoints()
    assert [note.split("\n")[1] for note in read_notes(folder, organizations[0].pk)] == ["5", "8", "9"]
    assert [note.split("\n")[1] for note in read_notes(folder, organizations[1].pk)] == ["5", "8"]


@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE tenancy_auditevent SET event = 'x' WHERE {MINE} AND sequence = 10",
        f"DELETE FROM tenancy_auditevent WHERE {MINE} AND sequence = 10",
        f"DELETE FROM tenancy_auditevent WHERE {MINE} AND sequence = 11",
        f"UPDATE tenancy_audithead SET sequence = 6 WHERE {MINE}",
        f"DELETE FROM tenancy_audithead WHERE {MINE}",
    ],
)
def test_a_log_that_was_tampered_with_is_not_signed_again(organizations, superuser, folder, statement, caplog):
    write_events(organizations[0], 3)
    execute(superuser, organizations[0], statement)
    with activate(organizations[0]), pytest.raises(ChainBroken):
        sign_news()
    write_events(organizations[1], 1)
    sign_checkpoints()
    assert "ChainBroken" in caplog.text
    assert len(list(read_notes(folder, organizations[0].pk))) == 2
    assert len(list(read_notes(folder, organizations[1].pk))) == 3, "the others go on"


def test_notes_that_could_not_be_copied_are_copied_later(organizations, folder):
    path = file_of(folder, organizations[0].pk)
    path.write_text(path.read_text()[:-150])  # a crash tore the last one
    write_events(organizations[0], 1)
    sign_checkpoints()
    assert [note.split("\n")[1] for note in read_notes(folder, organizations[0].pk)] == ["5", "8", "9"]
    path.unlink()
    sign_checkpoints()
    assert [note.split("\n")[1] for note in read_notes(folder, organizations[0].pk)] == ["5", "8", "9"]
    assert verified(organizations[0], folder).sound


def test_without_a_signing_key_nothing_is_signed_and_the_log_says_so(organizations, settings, caplog):
    settings.AUDIT_SIGNING_KEY = b""
    write_events(organizations[0], 1)
    sign_checkpoints()
    assert "AUDIT_SIGNING_KEY is not set" in caplog.text
    with activate(organizations[0]):
        assert AuditCheckpoint.objects.count() == 2


def test_an_old_signing_key_stays_trusted_when_it_is_named(organizations, settings):
    import base64

    old = Ed25519PrivateKey.from_private_bytes(settings.AUDIT_SIGNING_KEY).public_key().public_bytes_raw()
    settings.AUDIT_SIGNING_KEY = os.urandom(32)
    assert not verified(organizations[0]).sound
    settings.AUDIT_OLD_PUBLIC_KEYS = [base64.b64encode(old).decode()]
    assert verified(organizations[0]).sound
    write_events(organizations[0], 1)
    with activate(organizations[0]):
        assert sign_news()
    assert verified(organizations[0]).sound


# --- Notes ---


def test_a_note_reads_back_and_has_the_form_of_a_signed_note():
    note = write_note(NOTE)
    assert read_note(note, trusted_keys()) == NOTE
    origin, size, _, _, empty, signature, end = note.split("\n")
    assert (size, empty, end) == ("7", "", "")
    assert origin.endswith(f"/audit/{NOTE.organization_id}")
    assert signature.startswith("\u2014 ")


@pytest.mark.parametrize("line", range(6))
def test_a_note_with_any_line_changed_is_refused(line):
    lines = write_note(NOTE).split("\n")
    lines[line] = write_note(
        replace(NOTE, organization_id=uuid4(), sequence=8, hash=b"i" * 32, at=datetime.now(UTC))
    ).split("\n")[line]
    lines[line] = lines[line] or "more"
    with pytest.raises(BadNote):
        read_note("\n".join(lines), trusted_keys())


@pytest.mark.parametrize("note", ["", "\n" * 5, "a\nb\nc\nd\n\n\u2014 e f\n", "nonsense"])
def test_what_is_no_note_is_refused(note):
    with pytest.raises(BadNote):
        read_note(note, trusted_keys())


def test_a_public_key_must_be_one():
    with pytest.raises(BadNote, match="32 bytes in base64"):
        trusted_keys("c2hvcnQ=")


def test_files_keep_notes_in_order_and_give_the_newest(tmp_path):
    organization = NOTE.organization_id
    assert newest_note(tmp_path, organization) is None
    assert list(read_notes(tmp_path, organization)) == []
    notes = [write_note(replace(NOTE, sequence=number)) for number in range(1, 40)]
    append_notes(tmp_path, organization, notes[:20])
    append_notes(tmp_path, organization, [])
    append_notes(tmp_path, organization, notes[20:])
    assert list(read_notes(tmp_path, organization)) == notes
    assert newest_note(tmp_path, organization) == notes[-1]


# --- The command ---


def run_command(*arguments: str) -> str:
    out = StringIO()
    call_command("verify_audit", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_says_what_it_saw(organizations):
    said = run_command()
    assert "harbor: 8 events, 4 checkpoints: sound" in said
    assert "northside: 8 events, 4 checkpoints: sound" in said
    assert "northside" not in run_command("--organization", "harbor", "--checkpoints", "")


def test_the_command_fails_when_something_was_changed(organizations, superuser):
    execute(superuser, organizations[0], f"DELETE FROM tenancy_auditevent WHERE {MINE} AND sequence = 4")
    out = StringIO()
    with pytest.raises(CommandError, match="tampered") as error:
        call_command("verify_audit", stdout=out)
    assert error.value.returncode == 1
    assert "harbor: 7 events, 4 checkpoints: NOT SOUND" in out.getvalue()
    assert "event 5: expected event 4 here" in out.getvalue()
    assert "northside: 8 events, 4 checkpoints: sound" in out.getvalue()


def test_the_command_refuses_what_it_does_not_know(organizations):
    with pytest.raises(CommandError, match="no organization nobody"):
        run_command("--organization", "nobody")
    with pytest.raises(CommandError, match="cannot be used"):
        run_command("--public-key", "nonsense")
