"""A rule tried on the last month, a leaver's rules, and the log's own days."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.leaving.steps import Leaving
from accounts.models import Membership, Team, TeamMember
from accounts.permissions import Permission
from compliance.automations import forgetting, trying
from compliance.automations.leaving_step import Automations
from compliance.models import Automation, AutomationRun, AutomationTrial, AutomationTrigger
from tenancy.isolation import activate
from tests.compliance.automations.making import rule, runs, sent, tag, template, work
from tests.compliance.automations.test_dating import facts, visits
from tests.compliance.polls.asking import begun
from tests.compliance.satisfaction.test_satisfaction import ask, served, switch
from tests.revealers import MASKED, with_rights
from tests.texting.announcements.many import customers, number
from tests.texting.desk import SECOND, desk
from texting import tagging
from texting.fields import writing
from texting.models import Conversation, Message, Tag, Turn

__all__ = ["desk", "visits"]


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
        for when, given in (("no_answer", {"minutes": 60, "business": False}), ("first", {})):
            made = rule(desk, when, on=False, facts=given, note="x")
            with activate(desk.organization):
                row = trying.begin(member=desk.cast.owner, rule=made)
            trying.work(desk.organization.pk, row.pk)
            with activate(desk.organization):
                row.refresh_from_db()
            assert row.times == 1, when


class TestAsItWouldHaveBeen:
    """What a dry run counts is what the rule would have done."""

    def tried(self, desk, made, member=None):
        with activate(desk.organization):
            row = trying.begin(member=member or desk.cast.owner, rule=made)
        while trying.work(desk.organization.pk, row.pk):
            pass
        with activate(desk.organization):
            row.refresh_from_db()
        return row.times

    def earlier(self, desk, **ago):
        """All that is there happened so long before it did."""
        with activate(desk.organization):
            for model in (Message, Turn):
                for row in model.objects.all():
                    model.objects.filter(pk=row.pk).update(created_at=row.created_at - timedelta(**ago))

    def test_answers_to_questions_of_ours_and_texts_for_codes_set_nothing_off(self, desk):
        customers(desk, 1)
        begun(desk)
        desk.hear("2", number=number(1))
        desk.hear("2, but I am late", number=number(1))
        customers(desk, 2)
        switch(desk)
        served(desk, 2)
        ask(desk)
        desk.hear("5", number=number(2))
        assert self.tried(desk, rule(desk, on=False, note="x")) == 2, "the one that says more, and the one before"

    def test_who_waits_is_asked_about_when_the_time_is_over(self, desk):
        desk.hear("One")
        desk.resolve(desk.hear("Two", number=SECOND))
        self.earlier(desk, hours=3)
        waits = {"minutes": 60, "business": False}
        assert self.tried(desk, rule(desk, "no_answer", on=False, facts=waits, note="x")) == 1, "the other was resolved"
        made = rule(desk, "no_answer", on=False, facts=waits, conditions={"words": ["three"]}, note="x")
        desk.hear("three")
        desk.hear("three again")
        self.earlier(desk, hours=3)
        assert self.tried(desk, made) == 1, "once until somebody answers, for the first that fits"

    def test_the_hours_are_those_of_the_moment_at_which_it_would_act(self, desk):
        noon = datetime(2026, 11, 18, 16, 30, tzinfo=ZoneInfo("America/New_York"))
        with time_machine.travel(noon, tick=False):
            desk.hear("One")
        with time_machine.travel(noon + timedelta(hours=5), tick=False):
            waits = {"minutes": 60, "business": False}
            for hours, times in (("open", 0), ("closed", 1)):
                made = rule(desk, "no_answer", on=False, facts=waits, conditions={"hours": hours}, note="x")
                assert self.tried(desk, made) == times

    def test_of_a_closed_period_the_first_text_that_fits_counts(self, desk):
        night = datetime(2026, 11, 18, 20, tzinfo=ZoneInfo("America/New_York"))
        with time_machine.travel(night, tick=False):
            desk.hear("Hello")
        with time_machine.travel(night + timedelta(minutes=5), tick=False):
            desk.hear("invoice please")
        with time_machine.travel(night + timedelta(minutes=9), tick=False):
            desk.hear("the invoice")
            made = rule(desk, "closed", on=False, conditions={"words": ["invoice"]}, note="x")
            assert self.tried(desk, made) == 1
            assert self.tried(desk, rule(desk, "closed", on=False, note="x")) == 1

    def test_a_tag_on_a_customer_of_lines_that_one_does_not_read_is_not_counted(self, desk):
        place = desk.hear("Hello")
        with activate(desk.organization):
            night = Tag.objects.get(pk=tag(desk))
            tagging.put_on(member=desk.cast.owner, tag=night, contact_ids=[place.contact_id])
        made = rule(desk, "tagged", on=False, facts={"tag": str(night.pk)}, note="x")
        reader = with_rights(desk.cast, MASKED - {Permission.CONVERSATIONS_READ_ALL})
        assert self.tried(desk, made) == 1
        with activate(desk.organization):
            TeamMember.objects.filter(membership=reader, team=desk.line.team).delete()
            Team.objects.filter(pk=desk.line.team_id).update(visibility=Team.Visibility.TEAM)
        assert self.tried(desk, made, Membership.objects.get(pk=reader.pk)) == 0

    def test_a_date_of_somebody_who_never_wrote_is_counted(self, visits):
        desk = visits
        [silent] = customers(desk, 7)
        with activate(desk.organization):
            there = (timezone.now() + timedelta(hours=20)).astimezone(ZoneInfo(desk.organization.time_zone))
            writing.set_values(member=desk.cast.admin, contact=silent, typed={desk.visit.pk: f"{there:%Y-%m-%dT%H:%M}"})
            before = Conversation.objects.count()
        made = rule(desk, "date", on=False, facts=facts(desk), note="x")
        assert self.tried(desk, made) == 1
        with activate(desk.organization):
            assert Conversation.objects.count() == before


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
