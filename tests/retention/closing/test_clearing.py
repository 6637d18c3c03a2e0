"""When an organization has ended its rows are deleted: all of them, whoever dies meanwhile, and nobody else's."""

import io
import json

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.models import Membership, User
from compliance.models import ConsentEvent, Suppression
from retention import certificates
from retention.closing import asking, belonging, clearing, ending
from retention.models import Closing
from tenancy.audit_checkpoints import trusted_keys
from tenancy.audit_verification import verify_chain
from tenancy.isolation import activate
from tenancy.models import AuditEvent, Organization
from tests.kept import kept_upon
from tests.retention.closing.passing import let_its_day_pass
from tests.retention.closing.test_closing import carrier
from tests.texting.desk import FIRST, SECOND
from texting.duplicates import merging
from texting.models import Line

__all__ = ["carrier"]

ALWAYS = {"retention.Closing", "tenancy.AuditHead", "tenancy.AuditCheckpoint", "tenancy.AuditEvent"}
ALWAYS |= {"accounts.OperatorEvent"}
KEPT = ALWAYS | {"compliance.ConsentEvent", "compliance.Suppression"}
AS_PROOF = {"accounts.Team", "texting.Line", "compliance.Program", "compliance.Disclosure", "accounts.Membership"}


def table_names(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return {name for (name,) in cursor.fetchall()}


def rows_of(organization):
    """How many rows there are by model, asked of the database's catalogue and not of the models."""
    names = table_names(
        "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.relkind = 'r'"
        " AND a.attname = 'organization_id' AND c.relnamespace = 'public'::regnamespace AND NOT a.attisdropped"
    )
    labels = {table.name: table.label for table in belonging.tables()}
    assert names <= set(labels), "a table that nobody deletes from when an organization ends"
    with activate(organization), connection.cursor() as cursor:
        found = {}
        for name in names:
            cursor.execute(f'SELECT count(*) FROM "{name}" WHERE organization_id = %s', [organization.pk])
            [[number]] = cursor.fetchall()
            if number:
                found[labels[name]] = number
    return found


@kept_upon("desk")
def ended(desk):
    """Texts, an opt-out that a person wrote down, a second owner's account that is in no other organization."""
    desk.resolve(desk.take(desk.hear("About my crown", number=FIRST)))
    desk.answer(desk.hear("Are you open?", number=SECOND), "Until six")
    desk.hear("STOP", number=FIRST)
    older, newer = (desk.contact(number).pk for number in (FIRST, SECOND))
    with activate(desk.organization):  # the older one into the newer: into a row that is deleted before it
        merging.merge(member=desk.cast.owner, survivor=newer, other=older)
    desk.hear("My sink", number=FIRST, line=desk.other_line)
    with activate(desk.organization):
        asking.ask(member=desk.cast.owner, typed="Harbor Dental")
        let_its_day_pass()
    assert ending.go_on(desk.organization.pk)
    return desk


def closing_of(desk):
    with activate(desk.organization):
        return Closing.objects.get()


def test_only_what_must_stay_is_left_and_the_neighbour_loses_nothing(ended):
    before, other = rows_of(ended.organization), rows_of(ended.cast.other_organization)
    assert len(before) > 15, "there is something to delete"
    assert clearing.clear(ended.organization.pk)
    after = rows_of(ended.organization)
    assert set(after) <= KEPT | AS_PROOF, "a table of an ended organization still has rows"
    assert rows_of(ended.cast.other_organization) == other
    closing = closing_of(ended)
    assert closing.cleared["texting.Message"] == before["texting.Message"]
    said = certificates.verify(closing.rows_certificate, trusted_keys())
    assert (said["ended"], said["organization"]["name"]) == (closing.cleared, "Harbor Dental")
    row = Organization.everyone.get(pk=ended.organization.pk)
    assert (row.name, row.help_contact, "harbor" in row.slug) == ("", "", False)
    assert not clearing.clear(ended.organization.pk), "twice is once"


def test_proof_stays_with_what_it_refers_to_until_its_years_are_over(ended):
    clearing.clear(ended.organization.pk)
    with activate(ended.organization):
        assert {one.words for one in ConsentEvent.objects.filter(action="withdrawn")} == {"STOP"}
        assert Suppression.objects.exists()
        lines = set(ConsentEvent.objects.exclude(line=None).values_list("line", flat=True))
        assert set(Line.objects.values_list("pk", flat=True)) == lines
        Closing.objects.update(escrow_until=timezone.now())
    assert ending.round_of_closings()["cleared"] == 1
    assert set(rows_of(ended.organization)) <= ALWAYS
    assert json.loads(closing_of(ended).rows_certificate)["is_final"]


def test_people_go_with_it_but_not_who_works_elsewhere_too(ended, monkeypatch):
    delete_some = clearing._delete_some

    def contacts_one_by_one(organization_id, table, roots, size):
        return delete_some(organization_id, table, roots, 1 if table.label == "texting.Contact" else size)

    monkeypatch.setattr(clearing, "_delete_some", contacts_one_by_one)
    people = set(Membership.objects.filter(organization=ended.organization).values_list("user_id", flat=True))
    Membership.objects.create(user=ended.cast.agent.user, organization=ended.cast.other_organization)
    clearing.clear(ended.organization.pk)
    left = set(User.objects.filter(pk__in=people).values_list("pk", flat=True))
    named = set(Membership.objects.filter(organization=ended.organization).values_list("user_id", flat=True))
    assert left == {ended.cast.agent.user_id} | named
    assert ended.cast.owner.user_id not in left


def test_killed_at_each_step_the_next_one_goes_on_and_nothing_is_counted_twice(ended, monkeypatch):
    class Killed(BaseException):
        pass

    def die(point):
        places.append(point)
        if len(places) % 11 in {0, 5}:
            deaths.append(point)
            raise Killed

    before, places, deaths = rows_of(ended.organization), [], []
    monkeypatch.setattr(clearing, "crash_here", die)
    monkeypatch.setattr(clearing, "BATCH", 50)
    while True:
        try:
            if clearing.clear(ended.organization.pk):
                break
        except Killed:
            continue
    assert min(map(deaths.count, ("before_rows_cleared", "after_rows_cleared"))) >= 2
    cleared = closing_of(ended).cleared
    assert {label: cleared[label] for label in ("texting.Message", "texting.Turn")} == {
        label: before[label] for label in ("texting.Message", "texting.Turn")
    }
    assert set(rows_of(ended.organization)) <= KEPT | AS_PROOF


def test_what_is_left_of_the_log_can_be_verified_and_a_cut_is_found(ended):
    clearing.clear(ended.organization.pk)
    with activate(ended.organization):
        events = list(AuditEvent.objects.order_by("sequence").values_list("event", flat=True))
    assert events[0] == "key:destroyed"
    assert events[-1] == "organization:cleared"
    assert verify_chain(ended.organization).sound
    with activate(ended.organization):
        AuditEvent.objects.filter(sequence__gt=AuditEvent.objects.order_by("sequence").first().sequence + 1).delete()
    assert not verify_chain(ended.organization).sound


def test_only_of_an_organization_that_has_ended_the_log_can_be_deleted_from_and_no_end_is_undone(desk, ended):
    for organization, change in (
        (desk.cast.other_organization, lambda: AuditEvent.objects.all().delete()),
        (ended.organization, lambda: AuditEvent.objects.update(event="line:created")),
    ):
        with activate(organization), pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            change()
    with pytest.raises(DatabaseError, match="never undone"), transaction.atomic():
        Organization.everyone.filter(pk=ended.organization.pk).update(ended_at=None)
    with activate(ended.organization):
        AuditEvent.objects.all().delete()
    with activate(desk.cast.other_organization):
        assert AuditEvent.objects.exists()


def test_the_certificates_are_printed_for_its_id_when_its_name_is_gone(ended, tmp_path):
    clearing.clear(ended.organization.pk)
    for option in ("certificate", "rows_certificate"):
        out = io.StringIO()
        call_command("end_organization", str(ended.organization.pk), stdout=out, **{option: True})
        (tmp_path / option).write_text(out.getvalue().strip())
        said = io.StringIO()
        call_command("verify_certificate", str(tmp_path / option), stdout=said)
        assert "Harbor Dental" in said.getvalue()


@pytest.mark.django_db
def test_each_table_comes_before_what_it_refers_to():
    """Of the references in the database, whichever way models say them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint"
            " WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND conrelid <> confrelid"
        )
        references = cursor.fetchall()
    place = {table.name: at for at, table in enumerate(belonging.tables())}
    checked = [(source, target) for source, target in references if target in place]
    assert len(checked) > 200
    assert [pair for pair in checked if place.get(pair[0], 9999) > place[pair[1]]] == []
