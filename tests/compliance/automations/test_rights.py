"""A rule asks nothing that its owner may not see any more, and nobody tries one that asks what they may not see."""

import pytest
from django.urls import reverse

from accounts.models import MembershipRole
from compliance.automations import trying
from compliance.automations.rules import CannotAutomate
from compliance.models import Automation, AutomationTrial
from tenancy.isolation import activate
from tests.compliance.automations.making import rule, runs, tag, tags_on, work
from tests.compliance.automations.test_dating import facts, on, plan, visits
from tests.revealers import MASKED, with_rights
from tests.texting.desk import desk
from texting.fields import defining, writing
from texting.fields.kinds import Kind
from texting.models import FieldRight

__all__ = ["desk", "visits"]


@pytest.fixture
def insured(desk):
    """A customer of whom something is written down that the restricted colleague sees, until it is taken from them."""
    desk.place = desk.hear("Hello", name="Grace Hall")
    desk.reader = with_rights(desk.cast, MASKED)
    with activate(desk.organization):
        desk.field = defining.add_field(member=desk.cast.admin, name="Insurance", kind=Kind.TEXT)
        writing.set_values(member=desk.cast.admin, contact=desk.place.contact, typed={desk.field.pk: "Gold"})
        role = MembershipRole.objects.get(membership=desk.reader).role
        FieldRight.objects.update_or_create(field=desk.field, role=role, defaults={"right": FieldRight.Right.VIEW})
    return desk


def test_a_condition_on_a_field_that_its_owner_may_not_see_any_more_switches_it_off(insured):
    desk = insured
    conditions = {"field": str(desk.field.pk), "value": "gold"}
    made = rule(desk, member=desk.reader, conditions=conditions, tags=[tag(desk)])
    desk.hear("One")
    work(desk)
    assert [result for _name, result in runs(desk)] == ["acted"]
    with activate(desk.organization):
        FieldRight.objects.all().delete()
    desk.hear("Two")
    work(desk)
    assert len(runs(desk)) == 1
    with activate(desk.organization):
        made.refresh_from_db()
    assert (made.is_on, made.why) == (False, "rights")
    with activate(desk.organization):
        defining.archive_field(member=desk.cast.admin, field=desk.field)
        Automation.objects.update(is_on=True, why="")
    desk.hear("Three")
    work(desk)
    with activate(desk.organization):
        made.refresh_from_db()
    assert made.is_on, "one that is archived is no secret: it fits nobody"


def test_a_date_that_its_owner_may_not_see_any_more_sets_nothing_off(visits):
    desk = visits
    reader = with_rights(desk.cast, MASKED)
    with activate(desk.organization):
        role = MembershipRole.objects.get(membership=reader).role
        FieldRight.objects.create(field=desk.visit, role=role, right=FieldRight.Right.VIEW)
    rule(desk, "date", member=reader, facts=facts(desk), tags=[tag(desk)])
    plan(desk)
    with activate(desk.organization):
        FieldRight.objects.all().delete()
    on(desk, desk.at)
    assert tags_on(desk, desk.place.contact_id) == set()
    with activate(desk.organization):
        assert Automation.objects.get().why == "rights"


def test_nobody_tries_a_rule_that_asks_what_they_may_not_see_or_reads_what_it_found(insured):
    desk = insured
    conditions = {"field": str(desk.field.pk), "value": "gold"}
    made = rule(desk, on=False, conditions=conditions, tags=[tag(desk)])
    with activate(desk.organization):
        trial = trying.begin(member=desk.cast.owner, rule=made)
    trying.work(desk.organization.pk, trial.pk)
    address = reverse("automation_trial", args=[made.pk])
    shown = "It would have acted"
    assert shown in desk.as_(desk.cast.owner).get(address).content.decode()
    assert shown in desk.as_(desk.reader).get(address).content.decode(), "who sees the field"
    with activate(desk.organization):
        FieldRight.objects.all().delete()
        with pytest.raises(CannotAutomate):
            trying.begin(member=desk.reader, rule=made)
    browser = desk.as_(desk.reader)
    assert shown not in browser.get(address).content.decode()
    page = browser.post(address, follow=True).content.decode()
    assert "that you do not see" in page
    with activate(desk.organization):
        assert AutomationTrial.objects.count() == 1
