"""Contacts for whom several things hold: what is asked of which kind, who may ask it, and what it costs."""

import csv
import html
import io
import json
import re
from dataclasses import replace
from datetime import date
from random import Random
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import MembershipRole, Role
from tenancy.encryption import records
from tenancy.encryption.key_sources import CONTACT
from tenancy.encryption.shredding import destroy_keys
from tenancy.isolation import activate
from tests.kept import kept_upon
from tests.texting.desk import desk
from texting import tagging
from texting.fields import defining, writing
from texting.fields.defining import Right
from texting.fields.kinds import Kind, stored
from texting.filtering import looking
from texting.filtering.asking import in_words, may_ask
from texting.filtering.conditions import ASKED_OF, TAG, WITHOUT_VALUE, Ask, Condition, Filter, fits, read
from texting.models import Contact, FieldRight
from texting.queries import NotYours
from texting.queries.cursors import Cursor

__all__ = ["desk"]

pytestmark = pytest.mark.django_db
TODAY = date(2027, 3, 10)
VALUES = {
    "Ada": {"Policy": "Ä-17", "Visits": "10", "Renewal": "2027-03-31", "Texts": "yes", "Plan": "Gold"},
    "Bo": {"Policy": "B-2", "Visits": "9.5", "Renewal": "2027-03-01", "Texts": "no", "Plan": "Silver"},
    "Cy": {"Visits": "-1"},
    "Di": {},
}
KINDS = {
    "Policy": Kind.TEXT,
    "Visits": Kind.NUMBER,
    "Renewal": Kind.DATE,
    "Visit": Kind.DATE_TIME,
    "Texts": Kind.YES_NO,
    "Plan": Kind.CHOICE,
}


@kept_upon("desk")
def world(desk):
    """Four contacts, the last the newest; six fields; Ada and Cy are tagged."""
    desk.fields, desk.people = {}, {}
    with activate(desk.organization):
        for name, kind in KINDS.items():
            options = ["Gold", "Silver"] if kind == Kind.CHOICE else []
            desk.fields[name] = defining.add_field(member=desk.cast.admin, name=name, kind=kind, options=options)
    for number, (name, values) in enumerate(VALUES.items()):
        desk.people[name] = desk.hear(number=f"+1212555{4000 + number}", name=name).contact
        with activate(desk.organization):
            typed = {desk.fields[field].pk: value for field, value in values.items()}
            writing.set_values(member=desk.cast.admin, contact=desk.people[name], typed=typed)
    desk.names = {one.pk: name for name, one in desk.people.items()}
    with activate(desk.organization):
        desk.tag = tagging.add_tag(member=desk.cast.admin, name="VIP")
        ids = [desk.people[name].pk for name in ("Ada", "Cy")]
        tagging.put_on(member=desk.cast.agent, tag=desk.tag, contact_ids=ids)
    return desk


def wish(world, *asked):
    """("Policy", Ask.IS, "B-2") and so on."""
    return Filter(tuple(
        Condition(TAG, ask, str(world.tag.pk)) if about == TAG else Condition(str(world.fields[about].pk), ask, value)
        for about, ask, value in asked
    ))  # fmt: skip


def found(world, *asked, member=None, **how):
    names = {one.pk: name for name, one in world.people.items()}
    with activate(world.organization):
        page = looking.contacts_page(member or world.cast.owner, wish(world, *asked), **how)
        return "".join(sorted(names[row.customer.id] for row in page.rows))


ASKED = [
    ([("Policy", Ask.IS, "a-17")], "Ada"),
    ([("Policy", Ask.IS_NOT, "B-2")], "AdaCyDi"),
    ([("Policy", Ask.CONTAINS, "-")], "AdaBo"),
    ([("Policy", Ask.EMPTY, "")], "CyDi"),
    ([("Policy", Ask.WRITTEN, "")], "AdaBo"),
    ([("Visits", Ask.IS, "10.0")], "Ada"),
    ([("Visits", Ask.MORE, "9.5")], "Ada"),
    ([("Visits", Ask.LESS, "9.5")], "Cy"),
    ([("Renewal", Ask.BEFORE, "2027-03-31")], "Bo"),
    ([("Renewal", Ask.AFTER, "2027-03-01")], "Ada"),
    ([("Texts", Ask.IS, "no")], "Bo"),
    ([("Texts", Ask.IS_NOT, "no")], "AdaCyDi"),
    ([("Plan", Ask.IS, "Gold")], "Ada"),
    ([(TAG, Ask.HAS, "")], "AdaCy"),
    ([(TAG, Ask.HAS_NOT, ""), ("Visits", Ask.WRITTEN, "")], "Bo"),
    ([(TAG, Ask.HAS, ""), ("Visits", Ask.LESS, "10"), ("Policy", Ask.EMPTY, "")], "Cy"),
    ([("Policy", Ask.IS, "A-17"), ("Texts", Ask.IS, "no")], ""),
    ([], "AdaBoCyDi"),
]


def test_all_conditions_hold_for_whoever_is_found(world):
    assert [(asked, found(world, *asked)) for asked, _names in ASKED] == ASKED


def test_one_of_those_that_are_joined_by_or_is_enough_and_what_is_kept_says_so(world):
    """Against sets: each condition alone finds its contacts; a group finds all of its, a filter what is in each group.

    Also for whoever sees everybody masked, of what they may ask.
    """
    rng = Random(20270310)  # noqa: S311 - the same filters each time
    alone = {asked[0]: names for asked, names in ASKED if len(asked) == 1}
    masked = _masked(world)
    for member, atoms in (
        (world.cast.owner, alone),
        (masked, {one: names for one, names in alone.items() if one[1] in {*WITHOUT_VALUE, Ask.HAS}}),
    ):
        for _ in range(25):
            chosen = rng.choices(sorted(atoms), k=rng.randint(1, 5))
            plain = wish(world, *chosen).conditions
            joined = Filter(tuple(replace(one, is_or=bool(at) and rng.random() < 0.5) for at, one in enumerate(plain)))
            expected, names = set(VALUES), iter(chosen)
            for group in joined.groups:
                fitting = [atoms[next(names)] for _one in group]
                expected &= {who for who in VALUES if any(who in found_by for found_by in fitting)}
            kept = read(json.loads(json.dumps(joined.as_json())))
            assert kept == joined
            with activate(world.organization):
                rows = looking.contacts_page(member, kept).rows
                assert {world.names[row.customer.id] for row in rows} == expected, joined
                every = {pk for part in looking.ids_of(member, Contact.objects.all(), kept) for pk in part}
                assert {world.names[pk] for pk in every} == expected
                assert len(in_words(member, kept)) == len(joined.groups)


def test_or_is_chosen_between_two_rows_on_the_page(world):
    browser = world.as_(world.cast.agent)
    about = [str(world.fields["Plan"].pk), str(world.fields["Policy"].pk)]
    posted = {"about": about, "ask": ["is", "is"], "value": ["Gold", "B-2"], "join": ["and", "or"]}
    shown = browser.post(reverse("filter_contacts"), posted | {"act": "show"}).url
    page = browser.get(shown).content.decode()
    assert "Plan is: Gold or Policy is: B-2" in html.unescape(page)
    assert [f">{name}<" in page for name in VALUES] == [True, True, False, False]
    assert "data-or" not in browser.post(reverse("filter_contacts"), posted | {"drop": "0"}).content.decode()
    assert "data-or" in browser.post(reverse("filter_contacts"), posted | {"act": "draw"}).content.decode()
    for bad in (["and"], ["and", "xor"]):
        assert browser.post(reverse("filter_contacts"), posted | {"join": bad}).status_code == 404


def test_a_value_that_was_taken_out_is_empty_and_a_destroyed_key_leaves_nothing_to_be_found(world):
    with activate(world.organization):
        typed = {world.fields["Policy"].pk: ""}
        writing.set_values(member=world.cast.admin, contact=world.people["Bo"], typed=typed)
    for member in (world.cast.owner, _masked(world)):
        assert found(world, ("Policy", Ask.EMPTY, ""), member=member) == "BoCyDi"
        assert found(world, ("Policy", Ask.WRITTEN, ""), member=member) == "Ada"
    with activate(world.organization):
        destroy_keys(CONTACT, str(world.people["Ada"].pk), reason="asked to be forgotten")
    assert found(world, ("Policy", Ask.WRITTEN, "")) == ""
    assert found(world, ("Visits", Ask.MORE, "1")) == "Bo"


DAYS = st.dates(date(1850, 1, 1), date(2200, 12, 31)).map(date.isoformat)


WRITTEN = {
    Kind.TEXT: st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    Kind.NUMBER: st.decimals(-9999, 9999, places=2).map(str),
    Kind.DATE: DAYS,
    Kind.DATE_TIME: DAYS.map("{}T14:30".format),
    Kind.YES_NO: st.sampled_from(["yes", "no"]),
    Kind.CHOICE: st.sampled_from(["Gold", "Silver"]),
}


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_each_question_has_an_opposite_that_parts_the_contacts(data):
    """Of what is asked and its opposite exactly one fits, whatever is written; nothing breaks on any value."""
    kind = data.draw(st.sampled_from(list(WRITTEN)))
    there, asked = (stored(kind, data.draw(WRITTEN[kind]), ["Gold", "Silver"]) for _ in range(2))
    if not asked:
        return
    fit = {ask: fits(ask, kind, "30" if "days" in ask else asked, there, TODAY) for ask in ASKED_OF[kind]}
    assert fit[Ask.IS] is not fit[Ask.IS_NOT]
    assert fit[Ask.EMPTY] is not fit[Ask.WRITTEN]
    assert fit[Ask.EMPTY] is (there == "")
    assert fits(Ask.IS, kind, there[:10] if kind == Kind.DATE_TIME else there, there, TODAY) is bool(there)
    if kind == Kind.NUMBER and there:
        assert [fit[Ask.IS], fit[Ask.MORE], fit[Ask.LESS]].count(True) == 1
    if kind == Kind.DATE_TIME:
        day = asked[:10]  # it is asked for by its day
        fit |= {ask: fits(ask, kind, day, there, TODAY) for ask in (Ask.IS, Ask.BEFORE, Ask.AFTER)}
    if kind in {Kind.DATE, Kind.DATE_TIME} and there:
        assert [fit[Ask.IS], fit[Ask.BEFORE], fit[Ask.AFTER]].count(True) == 1
        assert fit[Ask.NEXT_DAYS] is (0 <= (date.fromisoformat(there[:10]) - TODAY).days <= 30)
        assert fit[Ask.LAST_DAYS] is (0 <= (TODAY - date.fromisoformat(there[:10])).days <= 30)


def test_what_is_kept_is_read_as_it_was_and_nothing_else_is(world):
    whole = wish(world, (TAG, Ask.HAS, ""), ("Policy", Ask.IS, "é"), ("Renewal", Ask.NEXT_DAYS, "30"))
    assert read(whole.as_json()) == whole
    for bad in ({"about": "x", "ask": "is"}, {"about": TAG, "ask": "has"}, {"ask": "is"}, {"about": TAG, "ask": "?"}):
        with pytest.raises(ValueError):  # noqa: PT011 - of UUID and of enums too
            read([bad])
    with pytest.raises(ValueError, match="many"):
        read(whole.as_json() * 4)


# --- Who may ask ---


def _masked(world):
    with activate(world.organization):
        role = Role.objects.create(name="Lists", permissions=["contacts:read", "contacts:export"])
        MembershipRole.objects.filter(membership=world.cast.second_agent).delete()
        MembershipRole.objects.create(membership=world.cast.second_agent, role=role)
        for field in world.fields.values():
            FieldRight.objects.create(field=field, role=role, right=Right.VIEW)
    return world.cast.second_agent


def test_whoever_is_masked_asks_only_what_they_see(world):
    member = _masked(world)
    assert found(world, ("Policy", Ask.WRITTEN, ""), member=member) == "AdaBo"
    assert found(world, ("Policy", Ask.EMPTY, ""), member=member) == "CyDi"
    assert found(world, (TAG, Ask.HAS, ""), member=member) == "AdaCy"
    for kind, asks in ASKED_OF.items():
        for ask in set(asks) - WITHOUT_VALUE if kind != TAG else ():
            name = next(name for name, each in KINDS.items() if each == kind)
            with pytest.raises(NotYours):
                found(world, (name, ask, "1"), member=member)
    page = world.as_(member).get(reverse("contacts")).content.decode()
    assert "Policy" in page
    posted = {"about": str(world.fields["Policy"].pk), "ask": "is", "value": "B-2", "act": "show"}
    assert world.as_(member).post(reverse("filter_contacts"), posted).status_code == 404


def test_a_hidden_an_archived_and_another_organizations_field_are_as_if_they_were_not_there(world):
    policy = world.fields["Policy"]
    posted = {"about": str(policy.pk), "ask": "written", "value": "", "act": "show"}
    browser = world.as_(world.cast.agent)
    assert browser.post(reverse("filter_contacts"), posted).status_code == 302
    assert world.as_(world.cast.outsider).post(reverse("filter_contacts"), posted).status_code == 404
    with activate(world.organization):
        FieldRight.objects.filter(field=policy, role__built_in="agent").update(right=Right.HIDDEN)
        assert not may_ask(world.cast.agent, wish(world, ("Policy", Ask.WRITTEN, "")))
    assert browser.post(reverse("filter_contacts"), posted).status_code == 404
    assert browser.post(reverse("filter_contacts"), posted | {"about": str(uuid4())}).status_code == 404
    assert "Policy" not in browser.get(reverse("contacts")).content.decode()
    with activate(world.organization):
        defining.archive_field(member=world.cast.admin, field=policy)
    assert world.as_(world.cast.owner).post(reverse("filter_contacts"), posted).status_code == 404


# --- The page ---


def test_from_typing_to_the_list_its_pages_and_the_file(world):
    browser, address = world.as_(world.cast.owner), reverse("filter_contacts")
    visits = str(world.fields["Visits"].pk)
    drawn = browser.post(address, {"add": visits, "act": "add"}).content.decode()
    assert "is more than" in drawn
    wrong = browser.post(address, {"about": visits, "ask": "more", "value": "many", "act": "show"})
    assert wrong.status_code == 422
    assert "Write a number such as" in wrong.content.decode()
    assert 'value="many"' in wrong.content.decode()
    went = browser.post(address, {"about": visits, "ask": "less", "value": "10", "act": "show"})
    assert "less" not in went.url
    page = browser.get(went.url).content.decode()
    assert "Visits is less than: 10" in page
    assert [name for name in VALUES if f"<bdi>{name}</bdi>" in page] == ["Bo", "Cy"]
    assert "9.5" in page
    export = re.search(r'href="(/contacts/export/[^"]+)"', page)[1].replace("&amp;", "&")
    rows = list(csv.reader(io.StringIO(b"".join(browser.get(export).streaming_content).decode("utf-8-sig"))))
    assert [row[1] for row in rows[1:]] == ["Cy", "Bo"]
    assert world.as_(world.cast.admin).get(export).status_code == 404, "another member's, and never all instead"
    assert world.as_(world.cast.admin).get(went.url).url == reverse("contacts")
    dropped = browser.post(address, {"about": visits, "ask": "less", "value": "10", "drop": "0"})
    assert 'name="about"' not in dropped.content.decode()


def test_a_page_stops_after_so_many_and_goes_on_there(world, monkeypatch):
    asked = ("Policy", Ask.IS, "A-17")  # the oldest of the two of whom something is written there
    monkeypatch.setattr(looking, "BATCH", 1)
    with activate(world.organization):
        page = looking.contacts_page(world.cast.owner, wish(world, asked), most=1)
        assert (page.rows, page.stopped) == ((), True)
        rest = looking.contacts_page(world.cast.owner, wish(world, asked), Cursor.read(page.next), most=1)
        assert [row.customer.id for row in rest.rows] == [world.people["Ada"].pk]
    for size in (1, 2, 3):
        pieces = looking.everybody(world.cast.owner, wish(world, ("Visits", Ask.WRITTEN, "")), size=size)
        assert [row.customer.name for piece in pieces for row in piece] == ["Cy", "Bo", "Ada"]


def test_of_whom_one_condition_left_out_no_other_value_is_opened(world, monkeypatch):
    """Three contacts have Visits, two a Policy. The order of the conditions says who is looked at first."""
    opened = []
    real = records.unseal
    monkeypatch.setattr(records, "unseal", lambda *record: opened.append(record) or real(*record))
    asked = [("Policy", Ask.IS, "B-2"), ("Visits", Ask.MORE, "9"), ("Texts", Ask.IS, "no")]
    for order, values in ((asked, 2 + 1 + 1), (asked[::-1], 2 + 1 + 1), ([asked[0], asked[0]], 2)):
        before = len(opened)
        with activate(world.organization), CaptureQueriesContext(connection) as statements:
            assert [one.pk for one in looking.records_page(world.cast.owner, wish(world, *order), None, 20).rows]
            assert len(opened) - before == values
        assert sum('FROM "texting_fieldvalue"' in one["sql"].split("WHERE")[0] for one in statements) <= len(order)


def test_everybody_who_fits_by_id_for_what_sends_to_them(world):
    with activate(world.organization):
        asked = wish(world, ("Visits", Ask.WRITTEN, ""), (TAG, Ask.HAS, ""))
        ids = [pk for part in looking.ids_of(world.cast.owner, Contact.objects.all(), asked) for pk in part]
    assert sorted(ids) == sorted(world.people[name].pk for name in ("Ada", "Cy"))
