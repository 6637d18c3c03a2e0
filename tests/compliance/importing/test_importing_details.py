"""A list brings tags and values of fields: where nothing stands yet, by who may change them, and never a bad one."""

import json

import pytest
from django.urls import reverse

from compliance.importing import details, starting, working
from compliance.importing.starting import CannotImport
from compliance.models import ConsentImport, ConsentImportRow
from tenancy.isolation import activate
from tests.compliance.importing_lists import ANSWERS, bring_in, fresh, look, make_program, number, outcomes, rows
from tests.texting.desk import desk
from texting import tagging, threads
from texting.fields import defining
from texting.fields.kinds import Kind
from texting.fields.reading import written
from texting.fields.writing import set_values
from texting.finding_people import find_people
from texting.models import ContactField, FieldRight, Tag
from texting.phone_numbers import parse
from texting.queries.tags import tags_of
from texting.searching.asking import read

__all__ = ["desk"]

HEAD = "Phone,Date,Next date,Plan,Spanish,Tags"


@pytest.fixture
def fields(desk):
    with activate(desk.organization):
        made = {
            "visit": defining.add_field(member=desk.cast.owner, name="Next date", kind=Kind.DATE),
            "plan": defining.add_field(member=desk.cast.owner, name="Plan", kind=Kind.CHOICE, options=["Gold", "Blue"]),
            "spanish": defining.add_field(member=desk.cast.owner, name="Spanish", kind=Kind.YES_NO),
        }
        tagging.add_tag(member=desk.cast.owner, name="VIP")
        tagging.add_tag(member=desk.cast.owner, name="Moved away")
        return made


@pytest.fixture
def program(desk):
    with activate(desk.organization):
        return make_program(desk.cast.owner)


def listed(*lines):
    return "\n".join([HEAD, *lines]).encode()


def known(desk, at):
    return threads.contact_for(parse(number(at)))


def test_values_and_tags_are_written_in_their_spelling(desk, program, fields):
    made = bring_in(
        desk.cast.owner,
        listed(f"{number(1)},03/05/2026,03/31/2027,gold,Y,vip; Moved away", f"{number(2)},03/05/2026,,,,"),
        program,
    )
    assert sum(outcomes(made).values()) == outcomes(made)["weak"] == 2, "without a wording"
    with activate(desk.organization):
        one = known(desk, 1)
        assert written(fields["visit"]) == {one.pk: "2027-03-31"}
        assert (written(fields["plan"]), written(fields["spanish"])) == ({one.pk: "Gold"}, {one.pk: "yes"})
        assert [tag.name for tag in tags_of([one.pk])[one.pk]] == ["Moved away", "VIP"]


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("3/31/2027 2:30 PM", "2027-03-31T14:30"),
        ("3/31/2027, 2:30 p.m.", "2027-03-31T14:30"),
        ("3/31/2027 9:30", "2027-03-31T09:30"),
        ("03/31/2027 12:05 AM", "2027-03-31T00:05"),
        ("3/31/2027 2 pm", "2027-03-31T14:00"),
        ("2027-03-31 14:30:00", "2027-03-31T14:30"),
        ("2027-03-31T14:30", "2027-03-31T14:30"),
        ("3/31/2027", None),
        ("3/31/2027 14:30 PM", None),
        ("3/31/2027 9", None),
        ("3/31/2027 25:00", None),
        ("13/31/2027 9:30", None),
    ],
)
def test_a_day_with_a_time_is_read_as_people_and_spreadsheets_write_it(desk, written, stored):
    with activate(desk.organization):
        field = ContactField(name="Visit", kind=Kind.DATE_TIME)
        started = ConsentImport(date_order="mdy", columns={"field-1": 0})
        known = details.Definitions(started, {"field-1": field}, {})
        if stored is None:
            with pytest.raises(details.BadDetail):
                known.read([written])
        else:
            assert known.read([written]).values == {field.pk: stored}


def test_what_is_known_stays(desk, program, fields):
    with activate(desk.organization):
        one = known(desk, 1)
        set_values(member=desk.cast.owner, contact=one, typed={fields["plan"].pk: "Blue", fields["visit"].pk: ""})
    bring_in(desk.cast.owner, listed(f"{number(1)},03/05/2026,2027-03-31,Gold,,VIP"), program)
    with activate(desk.organization):
        assert written(fields["plan"]) == {one.pk: "Blue"}
        assert written(fields["visit"]) == {one.pk: "2027-03-31"}


def test_of_people_who_have_the_permission_already_the_list_is_written_too(desk, program, fields):
    bring_in(desk.cast.owner, rows(2, first=1), program)
    lines = [f"{number(at)},03/05/2026,,{plan},,VIP" for at, plan in ((1, "Gold"), (2, "Blue"))]
    made = look(desk.cast.owner, listed(*lines), program)
    page = reverse("consent_import", args=[made.pk])
    shown = desk.as_(desk.cast.owner).get(page).content.decode()
    assert "Of 2 people with this permission only the fields and tags are written." in shown
    assert reverse("attest_import", args=[made.pk]) in shown
    with activate(desk.organization):
        starting.attest(member=desk.cast.owner, started=made, answers=ANSWERS)
    working.work(desk.organization.pk, made.pk, batch=1)
    assert (fresh(made).state, outcomes(made)) == ("done", {"known": 2})
    with activate(desk.organization):
        one, two = known(desk, 1), known(desk, 2)
        assert written(fields["plan"]) == {one.pk: "Gold", two.pk: "Blue"}
        assert [tag.name for tag in tags_of([two.pk])[two.pk]] == ["VIP"]
    shown = desk.as_(desk.cast.owner).get(page).content.decode()
    assert "Of 2 people with this permission the fields and tags were written." in shown
    assert "Nothing was added" not in shown
    weak = bring_in(desk.cast.owner, listed(f"{number(3)},03/05/2026,,,,"), program)
    again = bring_in(desk.cast.owner, listed(f"{number(3)},03/05/2026,,Gold,,"), program)
    assert (outcomes(weak), outcomes(again)) == ({"weak": 1}, {"known": 1}), "as is seen when it is written"
    with activate(desk.organization):
        assert written(fields["plan"])[known(desk, 3).pk] == "Gold"


def test_where_the_list_is_right_it_takes_the_place_of_what_stands_there_and_what_it_leaves_empty_stays(
    desk, program, fields
):
    with activate(desk.organization):
        typed = {fields["plan"].pk: "Blue", fields["visit"].pk: "2027-01-01", fields["spanish"].pk: "yes"}
        one = known(desk, 1)
        set_values(member=desk.cast.owner, contact=one, typed=typed)
    made = look(desk.cast.owner, listed(f"{number(1)},03/05/2026,2027-03-31,Gold,,"), program)
    with activate(desk.organization):
        about = {"meaning": made.columns, "date_order": made.date_order, "program": program, "replaces": True}
        starting.name_columns(member=desk.cast.owner, started=made, **about)
    working.work(desk.organization.pk, made.pk)
    with activate(desk.organization):
        starting.attest(member=desk.cast.owner, started=made, answers=ANSWERS)
    working.work(desk.organization.pk, made.pk)
    with activate(desk.organization):
        said = [written(fields[name])[one.pk] for name in ("plan", "visit", "spanish")]
    assert said == ["Gold", "2027-03-31", "yes"]


def test_who_is_known_without_a_name_gets_the_lists_and_is_found_by_it(desk, program, fields):
    with activate(desk.organization):
        one = known(desk, 1)
    raw = f"Phone,Date,Name,Plan\n{number(1)},03/05/2026,Ida Quill,Gold".encode()
    bring_in(desk.cast.owner, raw, program)
    with activate(desk.organization):
        assert known(desk, 1).name == "Ida Quill"
        assert [row.customer.id for row in find_people(desk.cast.owner, read("ida qu")).rows] == [one.pk]


def test_a_row_with_a_value_that_cannot_stand_there_is_left_out_with_a_sentence(desk, program, fields):
    bad = ["tomorrow,,,", ",Green,,", ",,perhaps,", ",,,Nobody"]
    lines = [f"{number(at)},03/05/2026,{more}" for at, more in enumerate(bad)]
    made = look(desk.cast.owner, listed(*lines, f"{number(9)},03/05/2026,,,,"), program)
    assert outcomes(made) == {"bad": 4, "ready": 1}
    page = desk.as_(desk.cast.owner).get(reverse("consent_import", args=[made.pk])).content.decode()
    assert "A field or tag has a value that cannot be stored" in page
    with activate(desk.organization):
        reasons = ConsentImportRow.objects.filter(outcome="bad").values_list("reason", flat=True)
        assert set(reasons) == {"bad_detail"}


def test_columns_are_offered_to_whoever_may_change_the_field_and_taken_from_nobody_else(desk, program, fields):
    with activate(desk.organization):
        FieldRight.objects.filter(field=fields["plan"], role__built_in="admin").update(right=FieldRight.Right.VIEW)
        made = starting.upload(member=desk.cast.admin, name="a.csv", raw=listed(f"{number(1)},03/05/2026,,Gold,,"))
        assert f"field-{fields['plan'].pk}" not in made.columns
        assert made.columns[f"field-{fields['visit'].pk}"] == 2
        assert (made.columns["agreed_on"], made.columns["tags"]) == (1, 5)
        meaning = {**made.columns, f"field-{fields['plan'].pk}": 3}
        with pytest.raises(CannotImport, match="not yours to change"):
            starting.name_columns(
                member=desk.cast.admin, started=made, meaning=meaning, date_order="mdy", program=program
            )
    browser = desk.as_(desk.cast.admin)
    address = reverse("import_columns", args=[made.pk])
    page = browser.get(address).content.decode()
    assert ("Next date" in page, f"field-{fields['plan'].pk}" in page) == (True, False)
    assert "The list is right where a field says something else already" in page
    form = {"number": "0", "agreed_on": "1", "tags": "5", "date_order": "mdy", "basis": "agreed", "program": program.pk}
    assert browser.post(address, form | {"replaces": "on"}).status_code == 302
    assert (fresh(made).columns["tags"], fresh(made).replaces) == (5, True)


def test_what_is_archived_or_gone_before_it_is_written_is_passed_over(desk, program, fields):
    made = look(desk.cast.owner, listed(f"{number(1)},03/05/2026,2027-03-31,Gold,,VIP"), program)
    with activate(desk.organization):
        defining.archive_field(member=desk.cast.owner, field=fields["plan"])
        started = ConsentImport.objects.get(pk=made.pk)
        assert json.loads(started.headings)[3] == "Plan"
    with activate(desk.organization):
        starting.attest(member=desk.cast.owner, started=started, answers=ANSWERS)
    working.work(desk.organization.pk, made.pk)
    with activate(desk.organization):
        assert (written(fields["plan"]), len(written(fields["visit"]))) == ({}, 1)
        assert Tag.objects.count() == 2
