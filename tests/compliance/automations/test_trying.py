"""A rule tried on the last month, a leaver's rules, and the log's own days."""

from datetime import timedelta

from django.urls import reverse

from accounts.leaving.steps import Leaving
from compliance.automations import forgetting, trying
from compliance.automations.leaving_step import Automations
from compliance.models import Automation, AutomationRun, AutomationTrial, AutomationTrigger
from tenancy.isolation import activate
from tests.compliance.automations.making import rule, runs, sent, tag, template, work
from tests.texting.desk import SECOND, desk

__all__ = ["desk"]


class TestTheDryRun:
    def test_it_counts_what_would_have_been_done_lists_where_and_does_nothing(self, desk, monkeypatch):
        monkeypatch.setattr(trying, "TOGETHER", 2)
        for words in ("Invoice please", "STOP", "START"):
            desk.hear(words, name="Grace Hall")
        desk.hear("Where is my invoice", number=SECOND)
        made = rule(desk, on=False, conditions={"words": ["invoice"]}, reply=template(desk))
        browser, address = desk.as_(desk.cast.supervisor), reverse("automation_trial", args=[made.pk])
        assert "Not tried yet" in browser.get(address).content.decode()
        browser.post(address)
        assert "progress" in browser.get(address).content.decode()
        with activate(desk.organization):
            row = AutomationTrial.objects.get()
        while trying.work(desk.organization.pk, row.pk):
            pass
        with activate(desk.organization):
            row.refresh_from_db()
        assert (row.looked, row.times) == (4, 2)
        page = browser.get(address).content.decode()
        assert "Grace Hall" in page
        assert sent(desk) == []
        assert runs(desk) == []

    def test_waiting_and_first_texts_are_found_as_they_would_have_been(self, desk):
        place = desk.hear("One")
        desk.hear("Two")
        with activate(desk.organization):
            for text in place.messages.all():
                type(text).objects.filter(pk=text.pk).update(created_at=text.created_at - timedelta(hours=3))
        for when, facts in (("no_answer", {"minutes": 60, "business": False}), ("first", {})):
            made = rule(desk, when, on=False, facts=facts, note="x")
            with activate(desk.organization):
                row = trying.begin(member=desk.cast.owner, rule=made)
            trying.work(desk.organization.pk, row.pk)
            with activate(desk.organization):
                row.refresh_from_db()
            assert row.times == 1, when


class TestLeavers:
    def test_a_leavers_rules_are_off_until_a_colleague_takes_them(self, desk):
        made = rule(desk, member=desk.cast.supervisor, tags=[tag(desk)])
        step, leaving = Automations(), None
        with activate(desk.organization):
            assert step.preview(desk.cast.supervisor) == 1
            leaving = Leaving(desk.cast.supervisor, desk.cast.owner, made.changed_at)
            items = step.end(leaving)
            assert (step.probe(desk.cast.supervisor, items).tried, step.probe(desk.cast.supervisor, items).open) == (
                1,
                0,
            )
        desk.hear()
        work(desk)
        assert runs(desk) == []
        browser = desk.as_(desk.cast.owner)
        assert "Whoever it acted for has left" in browser.get(reverse("automations")).content.decode()
        browser.post(reverse("switch_automation", args=[made.pk]), {"on": "1"})
        with activate(desk.organization):
            made = Automation.objects.get(pk=made.pk)
        assert (made.is_on, made.owner_id, made.why) == (True, desk.cast.owner.pk, "")


def test_the_log_ends_with_its_days(desk):
    rule(desk, tags=[tag(desk)])
    desk.hear()
    work(desk)
    with activate(desk.organization):
        assert forgetting.forget() == 0
        old = timedelta(days=forgetting.KEPT_DAYS, seconds=1)
        for model, field in ((AutomationRun, "at"), (AutomationTrigger, "done_at")):
            row = model.objects.get()
            model.objects.filter(pk=row.pk).update(**{field: getattr(row, field) - old})
        assert forgetting.forget() == 2
        assert not AutomationRun.objects.exists()
