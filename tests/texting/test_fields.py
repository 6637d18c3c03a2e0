"""Fields that an organization defines: who sees and changes which, what may stand in them, what becomes of it."""

import csv
import io

import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import Role
from accounts.permissions import MissingPermission
from tenancy.audit import AuditKind
from tenancy.encryption.key_sources import CONTACT
from tenancy.encryption.shredding import destroy_keys
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.kept import kept_upon
from tests.texting.desk import FIRST, SECOND, desk
from texting.fields import defining, kinds, reading, writing
from texting.fields.defining import BadField, Right
from texting.fields.kinds import BadValue, Kind
from texting.fields.writing import BadValues
from texting.models import ContactField, FieldRight, FieldValue
from texting.queries import NotYours

__all__ = ["desk"]

pytestmark = pytest.mark.django_db


def make(desk, name="Policy number", kind=Kind.TEXT, options=(), member=None):
    with activate(desk.organization):
        return defining.add_field(member=member or desk.cast.admin, name=name, kind=kind, options=options)


def allow(desk, field, right, role="agent"):
    with activate(desk.organization):
        FieldRight.objects.filter(field=field, role__built_in=role).update(right=right)


def write(desk, field, text, *, contact=None, member=None):
    contact = contact or desk.contact()
    with activate(desk.organization):
        typed = {field.pk: text}
        return writing.set_values(member=member or desk.cast.agent, contact=contact, typed=typed)


def seen(desk, member, contact=None):
    contact = contact or desk.contact()
    with activate(desk.organization):
        return {one.field.name: one.text for one in reading.values_for(member, contact)}


@kept_upon("desk")
def marcus(desk):
    desk.hear(number=FIRST, name="Marcus Bell")
    return desk.contact(FIRST)


class TestValues:
    @pytest.mark.parametrize(
        ("kind", "typed", "stored"),
        [
            (Kind.TEXT, "  A-1\u200b 7\n8 ", "A-1 7 8"),
            (Kind.NUMBER, "007.50", "7.50"),
            (Kind.NUMBER, "-0", "0"),
            (Kind.NUMBER, "٣", "3"),
            (Kind.DATE, "2027-03-31", "2027-03-31"),
            (Kind.DATE_TIME, "2027-03-31 14:30", "2027-03-31T14:30"),
            (Kind.DATE_TIME, "2027-03-31T09:05:59", "2027-03-31T09:05"),
            (Kind.YES_NO, "YES", "yes"),
            (Kind.CHOICE, "gold", "Gold"),
            (Kind.CHOICE, " ", ""),
        ],
    )
    def test_a_value_has_one_spelling(self, kind, typed, stored):
        assert kinds.stored(kind, typed, ["Silver", "Gold"]) == stored

    @pytest.mark.parametrize(
        ("kind", "typed"),
        [
            (Kind.TEXT, "x" * 301),
            (Kind.NUMBER, "1,000"),
            (Kind.NUMBER, "NaN"),
            (Kind.NUMBER, "1e5"),
            (Kind.NUMBER, "1_0"),
            (Kind.NUMBER, "1234567890123456"),
            (Kind.NUMBER, "0.1234567"),
            (Kind.DATE, "31/03/2027"),
            (Kind.DATE, "2027-02-30"),
            (Kind.DATE, "0001-01-01"),
            (Kind.DATE_TIME, "2027-03-31"),
            (Kind.DATE_TIME, "2027-03-31T14:30Z"),
            (Kind.DATE_TIME, "2027-03-31 25:00"),
            (Kind.YES_NO, "perhaps"),
            (Kind.CHOICE, "Bronze"),
        ],
    )
    def test_what_is_none_is_refused(self, kind, typed):
        with pytest.raises(BadValue):
            kinds.stored(kind, typed, ["Silver", "Gold"])

    @settings(max_examples=50)
    @given(st.sampled_from(list(Kind)), st.text(max_size=40) | st.decimals().map(str) | st.dates().map(str))
    def test_what_is_stored_is_stored_again_as_it_is_and_can_be_shown(self, kind, typed):
        try:
            value = kinds.stored(kind, typed, ["Silver"])
        except BadValue:
            return
        assert kinds.stored(kind, value, ["Silver"]) == value
        assert bool(kinds.shown(kind, value)) == bool(value)


class TestRights:
    def test_a_role_sees_changes_or_does_not_know_of_a_field_and_the_greatest_right_counts(self, desk, marcus):
        field = make(desk)
        assert write(desk, field, "A-17") == 1
        assert seen(desk, desk.cast.agent) == {"Policy number": "A-17"}
        allow(desk, field, Right.VIEW)
        assert seen(desk, desk.cast.agent) == {"Policy number": "A-17"}
        with pytest.raises(NotYours):
            write(desk, field, "B-2")
        allow(desk, field, Right.HIDDEN)
        assert seen(desk, desk.cast.agent) == {}
        assert seen(desk, desk.cast.owner) == {"Policy number": "A-17"}
        with activate(desk.organization):
            Role.objects.get(built_in="supervisor").members.create(membership=desk.cast.agent)
        assert seen(desk, desk.cast.agent) == {"Policy number": "A-17"}

    def test_a_role_that_comes_later_sees_nothing(self, desk, marcus):
        write(desk, make(desk), "A-17", member=desk.cast.owner)
        with activate(desk.organization):
            late = Role.objects.create(name="Late", permissions=["contacts:read", "contacts:edit", "contacts:reveal"])
            desk.cast.second_agent.roles.update(role=late)
        assert seen(desk, desk.cast.second_agent) == {}

    def test_whoever_does_not_see_the_contact_sees_that_something_is_there_and_no_more(self, desk, marcus):
        field, empty = make(desk), make(desk, "Birthday", Kind.DATE)
        write(desk, field, "A-17")
        assert seen(desk, desk.cast.auditor) == {"Policy number": reading.MASK, "Birthday": ""}
        page = desk.as_(desk.cast.auditor).get(reverse("contact", args=[marcus.pk])).content.decode()
        assert ("Policy number" in page, "A-17" in page, "Change details" in page) == (True, False, False)
        assert empty.name in page

    def test_only_who_manages_fields_makes_one_and_edits_need_the_right_to_edit_contacts(self, desk, marcus):
        with pytest.raises(MissingPermission):
            make(desk, member=desk.cast.supervisor)
        field = make(desk)
        allow(desk, field, Right.EDIT, "auditor")
        with pytest.raises(MissingPermission):
            write(desk, field, "A-17", member=desk.cast.auditor)


class TestWriting:
    def test_all_or_nothing_and_each_error_belongs_to_its_field(self, desk, marcus):
        policy, visits = make(desk), make(desk, "Visits", Kind.NUMBER)
        with activate(desk.organization), pytest.raises(BadValues) as refused:
            typed = {policy.pk: "A-17", visits.pk: "many"}
            writing.set_values(member=desk.cast.agent, contact=marcus, typed=typed)
        assert list(refused.value.errors) == [visits.pk]
        assert "Write a number" in refused.value.errors[visits.pk]
        with activate(desk.organization):
            assert not FieldValue.objects.exists()

    @pytest.mark.parametrize(
        ("name", "kind", "typed"),
        [
            ("Note", Kind.TEXT, "card 4111 1111 1111 1111"),
            ("Social security number", Kind.TEXT, "536-22-8726"),
            ("SSN", Kind.NUMBER, "536228726"),
        ],
    )
    def test_what_must_not_be_kept_is_refused_and_not_stored(self, desk, marcus, name, kind, typed):
        field = make(desk, name, kind)
        with pytest.raises(BadValues, match="must not be kept"):
            write(desk, field, typed)
        assert seen(desk, desk.cast.agent) == {name: ""}

    def test_what_changed_is_told_without_what_it_says_and_the_same_again_is_no_change(self, desk, marcus):
        field = make(desk)
        assert (write(desk, field, "A-17"), write(desk, field, " A-17 "), write(desk, field, "")) == (1, 0, 1)
        assert seen(desk, desk.cast.agent) == {"Policy number": ""}
        with activate(desk.organization):
            events = list(AuditEvent.objects.filter(event=AuditKind.CONTACT_FIELDS_CHANGED))
            assert [event.object_id for event in events] == [str(marcus.pk)] * 2

    def test_nothing_is_written_about_somebody_who_was_erased_and_what_was_there_opens_no_more(self, desk, marcus):
        field = make(desk)
        write(desk, field, "A-17")
        with activate(desk.organization):
            destroy_keys(CONTACT, str(marcus.pk), reason="test")
            assert b"A-17" not in bytes(FieldValue.objects.values_list("value", flat=True).get())
            assert reading.written(field) == {}
        with pytest.raises(BadValues, match="was erased"):
            write(desk, field, "A-18", contact=marcus)

    def test_another_organizations_fields_and_contacts_are_not_reached(self, desk, marcus):
        field = make(desk)
        with activate(desk.cast.other_organization):
            theirs = defining.add_field(member=desk.cast.outsider, name="Policy number", kind=Kind.TEXT)
        with pytest.raises(NotYours):
            write(desk, theirs, "A-17")
        with activate(desk.cast.other_organization), pytest.raises(NotYours):
            reading.access_field(field.pk)


class TestDefining:
    def test_a_name_is_there_once_and_options_are_tidy(self, desk, monkeypatch):
        field = make(desk, "Plan", Kind.CHOICE, ["Gold", " gold ", "", "Silver"])
        assert field.options == ["Gold", "Silver"]
        for name, kind, said in (
            ("PLAN", Kind.TEXT, "has this name"),
            ("", Kind.TEXT, "needs a name"),
            ("x" * 41, Kind.TEXT, "at most"),
            ("Other", Kind.CHOICE, "can be chosen"),
        ):
            with pytest.raises(BadField, match=said):
                make(desk, name, kind)
        monkeypatch.setattr(defining, "MOST_FIELDS", 1)
        with pytest.raises(BadField, match="Archive some"):
            make(desk, "One more")

    def test_an_archived_field_is_shown_nowhere_and_comes_back_with_its_values(self, desk, marcus):
        field = make(desk)
        write(desk, field, "A-17")
        browser = desk.as_(desk.cast.admin)
        browser.post(reverse("archive_contact_field", args=[field.pk]))
        assert seen(desk, desk.cast.owner) == {}
        with pytest.raises(NotYours):
            write(desk, field, "B-2")
        browser.post(reverse("bring_back_contact_field", args=[field.pk]))
        assert seen(desk, desk.cast.agent) == {"Policy number": "A-17"}


class TestPages:
    def test_an_admin_makes_a_choice_and_says_who_sees_it(self, desk, marcus):
        browser = desk.as_(desk.cast.admin)
        assert "No fields yet" in browser.get(reverse("contact_fields")).content.decode()
        form = {"name": "Plan", "kind": "choice", "options": ""}
        assert browser.post(reverse("add_contact_field"), form).status_code == 422
        assert browser.post(reverse("add_contact_field"), {**form, "options": "Gold\nSilver"}).status_code == 302
        with activate(desk.organization):
            field = ContactField.objects.get()
            roles = {f"role-{role.pk}": "0" for role in Role.objects.all()}
        page = reverse("contact_field", args=[field.pk])
        assert browser.post(page, {"options": "Gold", **roles, "name": ""}).status_code == 422
        assert browser.post(page, {"name": "Tariff", "options": "Gold\nBlue", **roles}).status_code == 302
        assert seen(desk, desk.cast.agent) == {}
        assert seen(desk, desk.cast.owner) == {"Tariff": ""}
        with activate(desk.organization):
            assert ContactField.objects.get().options == ["Gold", "Blue"]

    def test_an_agent_changes_one_value_and_a_colleagues_stays(self, desk, marcus):
        policy, plan = make(desk), make(desk, "Plan", Kind.CHOICE, ["Gold", "Silver"])
        write(desk, plan, "Gold")
        browser, address = desk.as_(desk.cast.agent), reverse("contact_values", args=[marcus.pk])
        assert "Gold" in browser.get(address).content.decode()
        drawn = {f"initial-field-{policy.pk}": "", f"initial-field-{plan.pk}": "Gold", f"field-{plan.pk}": "Gold"}
        write(desk, plan, "Silver")
        assert browser.post(address, {**drawn, f"field-{policy.pk}": "A-17"}).status_code == 204
        assert seen(desk, desk.cast.agent) == {"Plan": "Silver", "Policy number": "A-17"}
        with activate(desk.organization):
            defining.change_field(member=desk.cast.admin, field=plan, name="Plan", options=["Gold"], rights={})
        assert "Silver" in browser.get(address).content.decode(), "what is offered no more stays until it is changed"
        wrong = browser.post(address, {**drawn, f"field-{policy.pk}": "4111 1111 1111 1111"})
        assert (wrong.status_code, "must not be kept" in wrong.content.decode()) == (422, True)
        assert "A-17" in browser.get(reverse("contact", args=[marcus.pk])).content.decode()

    def test_the_file_of_contacts_has_a_column_for_each_field_that_the_member_sees(self, desk, marcus):
        desk.hear(number=SECOND)
        policy, secret = make(desk), make(desk, "Secret")
        write(desk, policy, "=A-17")
        write(desk, secret, "S", member=desk.cast.owner)
        allow(desk, secret, Right.HIDDEN, "admin")
        answer = desk.as_(desk.cast.admin).get(reverse("export_contacts"))
        rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
        assert [row["Policy number"] for row in rows] == ["", "'=A-17"]
        assert "Secret" not in rows[0]
