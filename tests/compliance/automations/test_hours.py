"""Business hours of teams, waiting by them, and the away message: also where the clock is changed."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from compliance.automations.hours import closed_period, is_open
from compliance.escalations import changing_hours
from compliance.escalations.business_time import Hours
from compliance.escalations.changing_hours import Wanted
from compliance.escalations.own_hours import hours_now, week_of
from compliance.models import AutomationTrigger
from tenancy.isolation import activate
from tests.compliance.automations.making import rule, runs, sent, tag, template, work
from tests.texting.desk import SECOND, desk

__all__ = ["desk"]

NEW_YORK = ZoneInfo("America/New_York")
USUAL = {str(day): ["09:00", "17:00"] for day in range(5)}


def at(text: str, zone: ZoneInfo = NEW_YORK) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


class TestTheClockIsChanged:
    @pytest.mark.parametrize(
        ("moment", "open_"),
        [
            ("2026-03-06 16:59", True),  # Friday before clocks go forward: 17:00 is 22:00 UTC
            ("2026-03-06 17:00", False),
            ("2026-03-09 08:59", False),  # Monday after: 9:00 is 13:00 UTC, an hour sooner
            ("2026-03-09 09:00", True),
            ("2026-10-30 16:59", True),
            ("2026-11-02 08:59", False),
            ("2026-11-02 09:00", True),
        ],
    )
    def test_hours_go_by_the_clock_on_the_wall(self, moment, open_):
        hours = Hours("America/New_York", week_of(USUAL), lambda day: False)
        assert is_open(at(moment), hours) is open_

    def test_a_night_of_business_around_the_change_is_one_closed_period_each(self):
        night = Hours(
            "America/New_York", week_of({str(day): ["00:00", "03:00"] for day in range(7)}), lambda day: False
        )
        assert is_open(datetime(2026, 3, 8, 6, 59, tzinfo=UTC), night)  # 1:59, and 3:00 is next
        assert not is_open(datetime(2026, 3, 8, 7, 0, tzinfo=UTC), night)
        twice = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)  # 1:30 for the second time
        assert is_open(twice, night)
        assert closed_period(twice, night) == ""
        assert closed_period(at("2026-11-01 12:00"), night) == closed_period(at("2026-11-01 23:59"), night) != ""


class TestTeams:
    def test_a_team_keeps_the_organizations_hours_until_it_has_its_own_and_again_afterwards(self, desk):
        team, moment = desk.line.team, at("2026-12-05 12:00")  # a Saturday
        with activate(desk.organization):
            assert not is_open(moment, hours_now(team.pk))
            wanted = Wanted({"5": ["10:00", "14:00"]}, "America/New_York")
            changing_hours.change(member=desk.cast.owner, wanted=wanted, team=team)
            assert is_open(moment, hours_now(team.pk))
            assert not is_open(moment, hours_now(desk.billing_line.team_id))
            assert not is_open(moment, hours_now())
            changing_hours.add_day(member=desk.cast.owner, day=date(2026, 12, 5), name="Fair", team=team)
            assert not is_open(moment, hours_now(team.pk))
            assert hours_now(team.pk).is_holiday(date(2026, 12, 25)), "the year's other days came along"
            assert not hours_now().is_holiday(date(2026, 12, 5))
            changing_hours.forget_team(member=desk.cast.owner, team=team)
            assert hours_now(team.pk).week == hours_now().week


class TestTheAwayMessage:
    def test_once_for_each_conversation_and_closed_period(self, desk):
        with time_machine.travel(at("2026-03-06 12:00"), tick=True):  # Friday noon
            rule(desk, "closed", name="Away", reply=template(desk))
            desk.hear("Are you there?")
            work(desk)
            assert sent(desk) == []
        with time_machine.travel(at("2026-03-06 19:00"), tick=True):
            for words in ("Hello?", "Anybody?"):
                desk.hear(words)
                work(desk)
            desk.hear("Me too", number=SECOND)
            work(desk)
            assert len(sent(desk)) == 2, "one for each of the two"


class TestNobodyAnswers:
    def test_it_is_told_of_once_when_the_time_is_over_and_not_when_somebody_answered(self, desk):
        rule(desk, "no_answer", name="Waiting", facts={"minutes": 60, "business": False}, tags=[tag(desk)])
        desk.hear("Hello?")
        desk.hear("Are you there?")
        desk.answer(desk.hear("And me?", number=SECOND), "We are")
        work(desk)
        assert runs(desk) == []
        with activate(desk.organization):
            assert AutomationTrigger.objects.filter(done_at=None).count() == 3
            for row in AutomationTrigger.objects.all():
                row.look_at -= timedelta(hours=2)
                row.save()
        work(desk)
        assert runs(desk) == [("Waiting", "acted")]
