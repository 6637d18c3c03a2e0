"""What the application's own role can do in SQL to rows that are never deleted, of an organization that is alive."""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.models import Membership
from retention.closing import asking, ending
from retention.models import Closing
from tenancy.isolation import AppendOnly, activate
from tenancy.models import AuditEvent, Organization
from tests.retention.closing.passing import let_its_day_pass
from tests.retention.placed import place_hold
from tests.texting.desk import FIRST, desk

__all__ = ["desk"]
pytestmark = pytest.mark.django_db


def _tricked(desk, *statements, values):
    with activate(desk.organization):
        before = AuditEvent.objects.count()
        assert before
    try:
        with activate(desk.organization), connection.cursor() as cursor:
            for one in statements:
                cursor.execute(one, values)
            connection.check_constraints()
    except DatabaseError:
        pass
    with activate(desk.organization):
        return before, AuditEvent.objects.count(), Organization.everyone.get(pk=desk.organization.pk).ended_at


def test_a_temporary_table_in_place_of_the_directory(desk):
    desk.hear()
    before, after, ended = _tricked(
        desk,
        "CREATE TEMP TABLE tenancy_organization (id uuid, ended_at timestamptz) ON COMMIT DROP",
        "INSERT INTO pg_temp.tenancy_organization VALUES (%(id)s, now())",
        "DELETE FROM tenancy_auditevent",
        "DROP TABLE pg_temp.tenancy_organization",
        values={"id": desk.organization.pk},
    )
    assert (after, ended) == (before, None)


def test_an_end_in_the_same_transaction_and_another_row_in_its_place(desk):
    desk.hear()
    before, after, ended = _tricked(
        desk,
        "INSERT INTO tenancy_organization SELECT (json_populate_record(o, json_build_object("
        "'id', gen_random_uuid(), 'slug', 'x-decoy', 'ended_at', now()))).* FROM tenancy_organization o"
        " WHERE id = %(id)s",
        "UPDATE tenancy_organization SET id = '00000000-0000-0000-0000-00000000dead' WHERE id = %(id)s",
        "UPDATE tenancy_organization SET id = %(id)s WHERE slug = 'x-decoy'",
        "DELETE FROM tenancy_auditevent",
        "DELETE FROM tenancy_organization WHERE slug = 'x-decoy'",
        "UPDATE tenancy_organization SET id = %(id)s WHERE id = '00000000-0000-0000-0000-00000000dead'",
        values={"id": desk.organization.pk},
    )
    assert (after, ended) == (before, None)


def _tried(desk, *statements):
    """As the app's role, each statement in a transaction of its own; how often the database refused, and what ended."""
    other = desk.cast.other_organization.pk
    values = {"id": desk.organization.pk, "other": other, "owner": desk.cast.owner.pk, "admin": desk.cast.admin.pk}
    refused = 0
    for one in statements:
        try:
            with activate(desk.organization), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(one, values)
        except DatabaseError:
            refused += 1
    return refused, list(Organization.everyone.exclude(ended_at=None).values_list("pk", flat=True))


END = "UPDATE tenancy_organization SET ended_at = now() WHERE id = %(id)s"
FORGED = (
    "INSERT INTO retention_closing SELECT (json_populate_record(NULL::retention_closing, json_build_object("
    "'id', gen_random_uuid(), 'organization_id', %(id)s, 'state', '{state}', 'asked_by_id', %(owner)s, 'decided_by_id',"
    " %(admin)s, 'asked_at', now() - interval '40 days', 'line_ids', '[]'::json, 'owner_ids', '[]'::json, 'carriers',"
    " '{{}}'::json, 'cleared', '{{}}'::json, 'counts', '{{}}'::json, 'keys', 0, 'certificate', '',"
    " 'rows_certificate', '' {more}))).*"
)
PAST = ", 'begun_at', now() - interval '40 days', 'ends_at', now() - interval '1 day', 'ended_at', now()"


@pytest.mark.parametrize(
    "tricks",
    [
        (END,),
        ("INSERT INTO tenancy_organization SELECT (json_populate_record(o, json_build_object('id', gen_random_uuid(),"
         " 'slug', 'x-decoy', 'ended_at', now()))).* FROM tenancy_organization o WHERE id = %(id)s",),
        ("SET LOCAL session_replication_role = replica; " + END,),
        ("ALTER TABLE tenancy_organization DISABLE TRIGGER ALL; " + END,),
        ("SET LOCAL search_path = pg_temp, public; CREATE TEMP TABLE retention_closing AS SELECT %(id)s::uuid AS"
         " organization_id, 'ended' AS state, now() - interval '1 day' AS ends_at; " + END,),
        ("SELECT set_config('app.organization_id', '', true); " + END,),
        ("UPDATE tenancy_organization SET ended_at = now() WHERE id = %(other)s",),
        (FORGED.format(state="ended", more=PAST), END),
        (FORGED.format(state="counting", more=PAST), END),
        (FORGED.format(state="asked", more=PAST), END),
    ],
    ids=["plain", "insert", "replica", "disable", "temporary table", "no organization", "another organization",
         "forged end", "forged day", "forged dates"],
)  # fmt: skip
def test_no_statement_ends_an_organization(desk, tricks):
    assert _tried(desk, *tricks) == (len(tricks), [])


def test_what_was_asked_for_goes_step_by_step_and_not_before_its_day(desk):
    """Each step that a forger could take; the last one waits for a month in which every owner reads of it."""
    Membership.objects.filter(pk=desk.cast.admin.pk).update(is_owner=True)
    steps = (  # alone; too soon; without a day; all at once
        "UPDATE retention_closing SET state = 'counting', ends_at = now() + interval '30 days'",
        "UPDATE retention_closing SET state = 'counting', ends_at = now() + interval '1 day',"
        " decided_by_id = %(admin)s",
        "UPDATE retention_closing SET state = 'counting', decided_by_id = %(admin)s",
        "UPDATE retention_closing SET state = 'ended', ends_at = now() - interval '1 day'",
        END,
    )
    with activate(desk.organization):
        asking.ask(member=desk.cast.owner, typed="Harbor Dental")
    assert _tried(desk, *steps) == (len(steps), [])
    with activate(desk.organization):
        asking.agree(member=Membership.objects.get(pk=desk.cast.admin.pk))
    later = (
        "UPDATE retention_closing SET ends_at = now()",
        "UPDATE retention_closing SET state = 'carriers'",
        "UPDATE retention_closing SET state = 'asked', ends_at = NULL",
        "UPDATE retention_closing SET state = 'ended'",
        "UPDATE retention_closing SET asked_by_id = NULL",
        "UPDATE retention_closing SET decided_by_id = NULL",
        END,
    )
    assert _tried(desk, *later) == (len(later), [])
    with activate(desk.organization):
        let_its_day_pass()
    assert _tried(desk, END) == (1, []), "the day is over, and its keys are there"
    ending.round_of_closings()
    with activate(desk.organization):
        assert Closing.objects.get().ends_at < timezone.now() - timedelta(hours=1)
    done = Organization.everyone.get(pk=desk.organization.pk).ended_at
    assert done is not None
    undone = (
        "UPDATE tenancy_organization SET ended_at = NULL WHERE id = %(id)s",
        "UPDATE tenancy_organization SET ended_at = now() - interval '9 years' WHERE id = %(id)s",
        "UPDATE retention_closing SET state = 'taken_back'",
        "UPDATE retention_closing SET organization_id = %(other)s",
    )
    assert _tried(desk, *undone) == (len(undone), [desk.organization.pk])


MOVED = "set_config('app.organization_id', %(living)s, true)"
MOVES = {
    "in a condition": f"DELETE FROM tenancy_auditevent WHERE (SELECT {MOVED}) <> ''",
    "in a row": f"DELETE FROM tenancy_auditevent USING (SELECT {MOVED} AS moved OFFSET 0) AS x WHERE x.moved <> ''",
    "before": f"WITH x AS MATERIALIZED (SELECT {MOVED} AS moved) DELETE FROM tenancy_auditevent USING x"
    " WHERE x.moved <> ''",
    "afterwards": f"WITH gone AS (DELETE FROM tenancy_auditevent RETURNING 1) SELECT {MOVED} FROM gone",
}


@pytest.fixture
def ended(desk):
    """The organization beside it, at its end."""
    with activate(desk.cast.other_organization):
        asking.begin_from_outside()
        let_its_day_pass()
    for _ in range(3):
        ending.round_of_closings()
    return Organization.everyone.exclude(ended_at=None).get()


def test_whoever_is_in_an_ended_organization_deletes_no_row_of_a_living_one(desk, ended):
    """A statement that begins in the one and goes on in the other (0349)."""
    desk.hear()
    with activate(desk.organization):
        before = AuditEvent.objects.count()
    for name, statement in MOVES.items():
        with suppress(DatabaseError), activate(ended), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, {"living": str(desk.organization.pk)})
        with activate(desk.organization):
            assert AuditEvent.objects.count() == before > 0, name
    with activate(ended):
        assert not AuditEvent.objects.exists(), "its own rows went with the last of them"


def test_no_table_that_is_never_deleted_lacks_that():
    tables = {
        model._meta.db_table
        for model in apps.get_models()
        if any(isinstance(each, AppendOnly) for each in model._meta.constraints)
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'only_of_the_ended'")
        assert {name for (name,) in cursor.fetchall()} == tables
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgfoid = 'refuse_change'::regproc")
        assert {name for (name,) in cursor.fetchall()} == tables


ASKED = FORGED.replace("'asked_by_id', %(owner)s, 'decided_by_id', %(admin)s, ", "")
"""By nobody."""
COUNTS = "UPDATE retention_closing SET state = 'counting', ends_at = now() + interval '30 days'"
NOTED = (
    "INSERT INTO accounts_operatorevent (id, at, act, organization_id)"
    " VALUES (gen_random_uuid(), now(), 'organization:end_begun', %(id)s)"
)


def test_a_forged_closing_is_on_every_page_and_in_the_operators_log(desk):
    """Whoever writes the row: the banner has its day, and nothing else takes that away."""
    assert _tried(desk, ASKED.format(state="asked", more=""), COUNTS) == (1, []), "no operator's log tells"
    assert _tried(desk, NOTED, COUNTS) == (0, [])
    told = Organization.everyone.get(pk=desk.organization.pk)
    with activate(desk.organization):
        closing = Closing.objects.get()
    assert (told.closes_at, told.end_asked_at) == (closing.ends_at, closing.asked_at) != (None, None)
    assert "This organization ends" in desk.as_(desk.cast.agent).get("/inbox/").content.decode()
    hidden = (
        "UPDATE tenancy_organization SET closes_at = NULL WHERE id = %(id)s",
        "UPDATE tenancy_organization SET end_asked_at = NULL WHERE id = %(id)s",
        "UPDATE tenancy_organization SET closes_at = NULL, end_asked_at = NULL WHERE id = %(id)s"
        " AND (SELECT set_config('app.organization_id', %(other)s::text, true)) <> ''",
        "UPDATE tenancy_organization SET closes_at = now() WHERE id = %(other)s",
    )
    assert _tried(desk, *hidden) == (len(hidden), [])
    assert Organization.everyone.get(pk=desk.organization.pk).closes_at == closing.ends_at


def test_what_is_on_hold_ends_by_no_statement(desk):
    desk.hear("About my crown")
    with activate(desk.organization):
        asking.begin_from_outside()
        place_hold(desk.cast.admin, about=FIRST)
        let_its_day_pass()
    steps = [f"UPDATE retention_closing SET state = '{state}'" for state in ("carriers", "ending", "ended")]
    assert _tried(desk, *steps) == (3, [])
