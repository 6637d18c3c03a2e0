"""Rules as a supervisor makes them, and what colleagues see of them."""

import pytest
from django.urls import reverse

from accounts.permissions import MissingPermission
from compliance.automations import rules
from compliance.automations.rules import CannotAutomate
from compliance.models import Automation
from tenancy.isolation import activate
from tests.compliance.automations.making import rule, tag, template, work
from tests.revealers import MASKED, with_rights
from tests.texting.desk import desk

__all__ = ["desk"]


class TestTheEditor:
    def test_a_supervisor_writes_a_rule_switches_it_on_and_reads_what_it_did(self, desk):
        browser = desk.as_(desk.cast.supervisor)
        assert "Away message" in browser.get(reverse("automations")).content.decode()
        night = tag(desk)
        data = {"name": "Night", "needs_all": "yes", "lines": [str(desk.line.pk)], "put_on": night}
        assert browser.post(reverse("new_automation", args=["text"]), data).status_code == 302
        with activate(desk.organization):
            made = Automation.objects.get()
        assert not made.is_on
        browser.post(reverse("switch_automation", args=[made.pk]), {"on": "1"})
        place = desk.hear("Hello", name="Grace Hall")
        work(desk)
        page = browser.get(reverse("automations")).content.decode()
        assert "a text comes in" in page
        assert "it is on Main line" in page
        assert "tag the contact Night" in page
        assert "1 run in 7 days" in page
        log = browser.get(reverse("automation_log")).content.decode()
        assert "Grace Hall" in log
        assert str(place.pk) in log

    def test_what_cannot_be_says_why_and_keeps_what_was_typed(self, desk):
        browser = desk.as_(desk.cast.supervisor)
        address = reverse("new_automation", args=["keyword"])
        answer = browser.post(address, {"name": "Mine", "needs_all": "yes", "keywords": "unsubscribe", "note": "Hm"})
        assert answer.status_code == 422
        assert "has an answer of its own by law" in answer.content.decode()
        assert "Mine" in answer.content.decode()
        nothing = browser.post(address, {"name": "Mine", "needs_all": "yes", "keywords": "hours"})
        assert "Say what it does." in nothing.content.decode()
        assert browser.get(reverse("new_automation", args=["never"])).status_code == 404

    @pytest.mark.parametrize("key", ["away", "waiting", "card"])
    def test_every_example_opens_the_editor(self, desk, key):
        when = {"away": "closed", "waiting": "no_answer", "card": "finding"}[key]
        page = desk.as_(desk.cast.supervisor).get(reverse("new_automation", args=[when]), {"example": key})
        assert page.status_code == 200


class TestRights:
    def test_nobody_makes_a_rule_do_what_they_may_not_do(self, desk):
        with activate(desk.organization), pytest.raises(MissingPermission):
            rules.save(member=desk.cast.agent, wanted=rules.Wanted("x", "text", actions={"close": True}))
        with pytest.raises(CannotAutomate, match="webhooks"):
            rule(desk, member=desk.cast.supervisor, webhook=str(desk.line.pk))

    def test_another_organization_is_offered_nobody_and_can_name_nobody_of_ours(self, desk):
        page = desk.as_(desk.cast.outsider).get(reverse("new_automation", args=["text"])).content.decode()
        assert "Amelia Okafor" not in page
        assert "Night" not in page
        theirs = str(desk.cast.outsider.pk)
        for action in ({"assign": theirs}, {"notify": [theirs]}):
            with pytest.raises(CannotAutomate, match="not there any more"):
                rule(desk, **action)

    def test_a_masked_member_reads_the_log_without_names(self, desk):
        rule(desk, tags=[tag(desk)])
        desk.hear("Hello", name="Grace Hall")
        work(desk)
        browser = desk.as_(with_rights(desk.cast, MASKED))
        page = browser.get(reverse("automation_log")).content.decode()
        assert "Contact ·· 81" in page or "Contact ··" in page
        assert "Grace Hall" not in page

    def test_a_template_that_somebody_has_to_fill_in_cannot_be_an_answer(self, desk):
        with pytest.raises(CannotAutomate, match="fill in"):
            rule(desk, reply=template(desk, "Hi, this is {agent_name}.", "Signed"))
