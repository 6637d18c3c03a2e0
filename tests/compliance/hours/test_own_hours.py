"""Settings > Quiet hours: who may change what, with which reason, and what the table shows."""

import csv
import io

import pytest

from compliance.hours import quiet_hours
from compliance.hours.hours_table import rows
from compliance.models import HoursChange, HoursRules
from tenancy.audit import AuditKind
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.cast import cast, signed_in

__all__ = ["cast"]

PAGE, SAVE, TABLE, FILE = (
    "/settings/hours/",
    "/settings/hours/save/",
    "/settings/hours/table/",
    "/settings/hours/table.csv",
)
USUAL = {
    "soft_opens": "08:00", "soft_closes": "21:00",
    "wk_opens": "08:00", "wk_closes": "20:00", "sat_opens": "09:00", "sat_closes": "18:00",
    "sun_opens": "", "sun_closes": "", "reason": "",
}  # fmt: skip


def stored(cast):
    with activate(cast.organization):
        return HoursRules.objects.first()


def events(cast):
    with activate(cast.organization):
        return AuditEvent.objects.filter(event=AuditKind.HOURS_CHANGED).count()


def test_an_admin_changes_the_courtesy_hours_and_it_is_kept(cast, client):
    admin = signed_in(client, cast.admin)
    assert admin.post(SAVE, USUAL | {"soft_opens": "09:30", "soft_closes": "19:00"}).status_code == 302
    assert f"{stored(cast)}" == "09:30 to 19:00"
    with activate(cast.organization):
        change = HoursChange.objects.get()
        assert (change.before, change.after) == (
            {"soft_opens": "08:00", "soft_closes": "21:00"},
            {"soft_opens": "09:30", "soft_closes": "19:00"},
        )
    assert events(cast) == 1
    page = admin.get(PAGE).content.decode()
    assert "From: 08:00 → 09:30" in page
    assert 'value="09:30"' in page


def test_saving_the_same_again_leaves_no_trace(cast, client):
    admin = signed_in(client, cast.admin)
    assert admin.post(SAVE, USUAL).status_code == 302
    assert events(cast) == 0


@pytest.mark.parametrize(
    "change",
    [{"without": ["ME", "IN"]}, {"only_warns": "on"}, {"healthcare": "on"}],
    ids=lambda change: next(iter(change)),
)
def test_what_takes_a_reason_is_refused_without_one(cast, client, change):
    admin = signed_in(client, cast.admin)
    answer = admin.post(SAVE, USUAL | change)
    assert answer.status_code == 422
    assert "Say in a few words why" in answer.content.decode()
    assert events(cast) == 0
    assert admin.post(SAVE, USUAL | change | {"reason": "Counsel read the statute"}).status_code == 302
    assert events(cast) == 1
    with activate(cast.organization):
        assert HoursChange.objects.get().reason == "Counsel read the statute"
    assert "Counsel read the statute" in admin.get(PAGE).content.decode()


def test_the_reason_is_not_in_the_log(cast, client):
    signed_in(client, cast.admin).post(SAVE, USUAL | {"without": ["ME"], "reason": "Mrs Bell said so"})
    with activate(cast.organization):
        event = AuditEvent.objects.get(event=AuditKind.HOURS_CHANGED)
    assert "Bell" not in str(event.details)
    assert "ME" in str(event.details)


@pytest.mark.parametrize(
    "wrong",
    [
        {"soft_opens": "21:00", "soft_closes": "08:00"},
        {"soft_opens": "08:00", "soft_closes": "08:00"},
        {"soft_opens": ""},
        {"soft_opens": "25:00"},
        {"soft_opens": "\x00"},
        {"without": ["FL"]},
        {"without": ["ME", "<script>"]},
        {"wk_opens": "20:00", "wk_closes": "08:00"},
        {"sat_opens": "09:00", "sat_closes": ""},
        {"reason": "x" * 501},
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_changed(cast, client, wrong):
    answer = signed_in(client, cast.admin).post(SAVE, USUAL | wrong)
    assert answer.status_code == 422
    assert events(cast) == 0
    row = stored(cast)
    assert row is None or f"{row}" == "08:00 to 21:00"


def test_another_organization_is_not_changed_by_it(cast, client):
    signed_in(client, cast.admin).post(SAVE, USUAL | {"soft_opens": "10:00"})
    with activate(cast.other_organization):
        assert HoursRules.objects.first() is None


@pytest.mark.parametrize("who", ["agent", "supervisor", "auditor"])
@pytest.mark.parametrize("page", [PAGE, TABLE, FILE])
def test_who_may_not_manage_hours_does_not_see_the_pages(cast, client, who, page):
    member = signed_in(client, getattr(cast, who))
    assert member.get(page).status_code == 403
    assert member.post(SAVE, USUAL | {"soft_opens": "10:00"}).status_code == 403
    assert stored(cast) is None


def test_the_table_has_every_state_with_its_source_and_version(cast, client):
    page = signed_in(client, cast.admin).get(TABLE).content.decode()
    for text in ("Florida", "Fla. Stat. 501.616(6)", "8:00 to 20:00", "3 in 24 hours", quiet_hours.rules_version()):
        assert text in page
    assert len(rows(quiet_hours.usual_rules())) == 51 + 3


def test_a_search_finds_by_state_and_by_source(cast, client):
    admin = signed_in(client, cast.admin)
    found = admin.get(TABLE, {"q": "rhode"}, HTTP_HX_REQUEST="true", HTTP_HX_TARGET="rows").content.decode()
    assert "Rhode Island" in found
    assert "Florida" not in found
    assert "Texas" in admin.get(TABLE, {"q": "301.051"}).content.decode()
    assert "No row has these words" in admin.get(TABLE, {"q": "x" * 5000 + "\x00"}).content.decode()


def test_a_row_that_is_left_out_shows_the_federal_hours(cast, client):
    admin = signed_in(client, cast.admin)
    admin.post(SAVE, USUAL | {"without": ["ME"], "reason": "People send them"})
    found = admin.get(TABLE, {"q": "maine"}).content.decode()
    assert "left out: federal hours" in found
    assert "8:00 to 21:00" in found


def test_the_file_holds_the_whole_table_and_is_in_the_log(cast, client):
    answer = signed_in(client, cast.admin).get(FILE)
    lines = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(lines) == 54
    florida = next(line for line in lines if line["code"] == "FL")
    assert (florida["weekday"], florida["cap"]) == ("8:00 to 20:00", "3 in 24 hours")
    with activate(cast.organization):
        assert AuditEvent.objects.filter(event=AuditKind.HOURS_EXPORTED).count() == 1
