"""Business hours, holidays, clocks, own rules and words as an admin sets them; and the report."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.permissions import MissingPermission
from compliance.escalations import business_time, changing_hours, closing
from compliance.escalations.cannot_act import CannotAct
from compliance.escalations.changing_hours import Wanted
from compliance.escalations.closing import Outcome
from compliance.escalations.own_hours import hours_now
from compliance.escalations.policies import clock_of
from compliance.models import BusinessHours, Escalation, EscalationRule, EscalationText, Holiday
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.compliance.escalations.at_the_desk import CARD_OFFER, WANTS_RESULTS, escalation
from tests.texting.desk import SECOND, desk

__all__ = ["desk"]

NEW_YORK = ZoneInfo("America/New_York")
WEEK = {f"opens_{day}": "09:00" for day in range(5)} | {f"closes_{day}": "17:00" for day in range(5)}


def post(desk, name, /, *args, member=None, **data):
    return desk.as_(member or desk.cast.admin).post(reverse(name, args=args), data)


def is_off(desk, day):
    with activate(desk.organization):
        return hours_now().is_holiday(date.fromisoformat(day))


class TestHolidays:
    def test_by_law_until_somebody_changes_a_year_and_in_other_years_also_after(self, desk):
        assert is_off(desk, "2026-11-26")
        assert not is_off(desk, "2026-12-24")
        with activate(desk.organization):
            changing_hours.add_day(member=desk.cast.admin, day=date(2026, 12, 24), name="Christmas Eve")
        assert is_off(desk, "2026-12-24")
        assert is_off(desk, "2026-11-26")  # it came along into the table
        with activate(desk.organization):
            holiday = Holiday.objects.get(day="2026-10-12")
            changing_hours.remove_day(member=desk.cast.admin, holiday=holiday)
        assert not is_off(desk, "2026-10-12")
        assert is_off(desk, "2027-10-11")  # nobody touched that year

    def test_the_suggested_ones_are_the_federal_ones_with_the_days_on_which_they_are_kept(self, desk):
        with activate(desk.organization):
            names = {one.day.isoformat(): one.name for one in changing_hours.suggested(2026)}
        assert len({name.removesuffix(" (observed)") for name in names.values()}) == 11
        assert names["2026-07-04"] == "Independence Day"
        assert names["2026-07-03"] == "Independence Day (observed)"  # a Saturday's is kept on the Friday
        assert names["2026-11-26"] == "Thanksgiving Day"
        with activate(desk.organization):  # 1 January 2028 is a Saturday
            assert "2027-12-31" in {one.day.isoformat() for one in changing_hours.suggested(2027)}

    def test_without_legal_ones_only_the_table_counts(self, desk):
        with activate(desk.organization):
            wanted = Wanted({"0": ["09:00", "17:00"]}, legal_holidays=False)
            changing_hours.change(member=desk.cast.admin, wanted=wanted)
        assert not is_off(desk, "2026-11-26")

    def test_on_the_page(self, desk):
        shown = desk.as_(desk.cast.admin).get(reverse("escalation_hours")).content.decode()
        assert "Thanksgiving Day" in shown
        year = timezone.localdate().year
        assert f'name="year" value="{year}"' in shown, "not 2,026"
        assert post(desk, "adopt_holidays", year=str(year)).status_code == 302
        assert post(desk, "add_holiday", day=f"{year}-12-24", name="Christmas Eve").status_code == 302
        assert post(desk, "add_holiday", day=f"{year}-12-24", name="Again").status_code == 302
        for bad in (
            {"day": "x", "name": "x"},
            {"day": "1900-01-01", "name": "x"},
            {"day": f"{year}-01-02", "name": ""},
        ):
            assert post(desk, "add_holiday", **bad).status_code == 422
        for year_ in ("", "x", "99999", "1900", "٢٠٢٦"):
            assert post(desk, "adopt_holidays", year=year_).status_code == 302
        User.objects.filter(pk=desk.cast.admin.user_id).update(language="es")
        adopted = desk.as_(desk.cast.admin).get(reverse("escalation_hours")).content.decode()
        assert "Día de Acción de Gracias" in adopted, "taken on by somebody who reads English, read by somebody else"
        assert "Thanksgiving" not in adopted
        assert "Christmas Eve" in adopted, "what somebody typed stays"
        with activate(desk.organization):
            holiday = Holiday.objects.get(name="Christmas Eve")
        assert post(desk, "remove_holiday", holiday.pk, member=desk.cast.outsider).status_code == 404
        assert post(desk, "remove_holiday", holiday.pk).status_code == 302
        with activate(desk.organization):
            assert not Holiday.objects.filter(name="Christmas Eve").exists()
            assert Holiday.objects.count() > 10


class TestHours:
    def test_what_is_set_is_what_the_clock_goes_by(self, desk):
        answer = post(
            desk, "escalation_hours", **WEEK | {"opens_5": "22:00", "closes_5": "00:00"}, time_zone="Asia/Tokyo"
        )
        assert answer.status_code == 302
        with activate(desk.organization):
            hours = hours_now()
            saturday = datetime(2026, 7, 18, 21, 0, tzinfo=ZoneInfo("Asia/Tokyo"))
            assert business_time.after(saturday, 120, hours) == saturday + timedelta(hours=3)
            assert BusinessHours.objects.get().legal_holidays is False

    @pytest.mark.parametrize(
        "changed",
        [
            {"time_zone": "Nowhere/Else"},
            {"time_zone": "../etc/passwd"},
            {"closes_0": ""},
            {"opens_0": "18:00"},
            {"opens_0": "x"},
            dict.fromkeys(WEEK, ""),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, desk, changed):
        assert post(desk, "escalation_hours", **WEEK | changed).status_code == 422
        with activate(desk.organization):
            assert not BusinessHours.objects.exists() or BusinessHours.objects.get().time_zone == ""

    def test_agents_change_nothing(self, desk):
        with activate(desk.organization), pytest.raises(MissingPermission):
            changing_hours.change(member=desk.cast.agent, wanted=Wanted({"0": ["09:00", "17:00"]}))
        assert post(desk, "escalation_hours", member=desk.cast.supervisor, **WEEK).status_code == 403

    def test_a_text_of_friday_evening_before_a_holiday_is_due_on_tuesday(self, desk):
        with time_machine.travel(datetime(2026, 9, 4, 16, 30, tzinfo=NEW_YORK), tick=False):
            desk.hear(CARD_OFFER)  # the Monday is Labor Day
        assert escalation(desk).due_at == datetime(2026, 9, 8, 9, 30, tzinfo=NEW_YORK)


class TestClocksRulesAndWords:
    def test_a_clock(self, desk):
        data = {"is_on": "on", "channel": "email", "remind": "5", "reassign": "", "next_channel": "", "breach": "10"}
        assert post(desk, "escalation_clock", "card_offer", **data).status_code == 302
        with activate(desk.organization):
            clock = clock_of("card_offer")
        assert (clock.channel, clock.remind, clock.reassign, clock.breach) == ("email", 5, None, 10)
        for bad in ({"remind": "11"}, {"breach": "0"}, {"breach": "9999999"}, {"channel": "fax"}, {"remind": "x"}):
            assert post(desk, "escalation_clock", "card_offer", **data | bad).status_code == 422
        assert post(desk, "escalation_clock", "nothing", **data).status_code == 404
        assert post(desk, "escalation_clock", "member", **data | {"is_on": ""}).status_code == 302  # always on

    def test_a_rule(self, desk):
        data = {"name": "Lawyers", "kind": "words", "phrases": "my lawyer\n\nattorney", "topics": ["HEALTH_INFO"]}
        assert post(desk, "new_escalation_rule", **data).status_code == 302
        assert post(desk, "new_escalation_rule", **data).status_code == 422  # the name is taken
        with activate(desk.organization):
            rule = EscalationRule.objects.get()
        assert rule.phrases == ["my lawyer", "attorney"]
        assert "my lawyer" in desk.as_(desk.cast.admin).get(reverse("escalation_rules")).content.decode()
        changed = data | {"name": "Law", "phrases": "attorney"}
        assert post(desk, "change_escalation_rule", rule.pk, **changed).status_code == 302
        assert post(desk, "switch_escalation_rule", rule.pk, on="0").status_code == 302
        for name in ("change_escalation_rule", "switch_escalation_rule"):
            assert post(desk, name, rule.pk, member=desk.cast.outsider, **data).status_code == 404
        with activate(desk.organization):
            rule.refresh_from_db()
        assert (rule.name, rule.phrases, rule.is_active) == ("Law", ["attorney"], False)

    def test_words(self, desk):
        page = desk.as_(desk.cast.admin).get(reverse("escalation_texts")).content.decode()
        assert "Harbor Dental: for your safety, do not text card details" in page
        assert post(desk, "escalation_text", "card_offer", "en", body="{brand}: call us. {reach}").status_code == 302
        assert post(desk, "escalation_text", "card_offer", "en", body="call us").status_code == 422
        assert post(desk, "escalation_text", "card_offer", "xx", body="{brand}").status_code == 404
        with activate(desk.organization):
            assert EscalationText.objects.get().body == "{brand}: call us. {reach}"
        assert post(desk, "escalation_text", "card_offer", "en", body="").status_code == 302
        with activate(desk.organization):
            assert not EscalationText.objects.exists()


def test_an_empty_week_is_refused_by_the_use_case_too(desk):
    with activate(desk.organization), pytest.raises(CannotAct):
        changing_hours.change(member=desk.cast.admin, wanted=Wanted({}))


def test_the_report_counts_by_trigger_what_the_member_may_read(desk):
    wednesday = datetime(2026, 7, 15, 10, 0, tzinfo=NEW_YORK)
    with time_machine.travel(wednesday, tick=False):
        desk.hear(CARD_OFFER)
        desk.hear(WANTS_RESULTS, number=SECOND)
        desk.hear(CARD_OFFER, number=SECOND, line=desk.billing_line)
    with time_machine.travel(wednesday + timedelta(minutes=90), tick=False), activate(desk.organization):
        mine = Escalation.objects.get(trigger="card_offer", line_id=desk.line.pk)
        closing.close(
            member=desk.cast.agent, escalation=mine, outcome=Outcome("phone", timezone.now(), "Paid by phone")
        )
    query = {"since": "2026-07-15", "until": "2026-07-15"}
    client = desk.as_(desk.cast.auditor)
    rows = client.get(reverse("escalation_report_csv"), query).content.decode().splitlines()
    assert rows[1:] == [
        "Wants private things by text,1,1,0,,0,0,0",
        "Wants to send card details,2,1,1,90,1,1,0",
        "all,3,2,1,90,1,1,0",
    ]
    with activate(desk.organization):
        [told] = AuditEvent.objects.filter(event="escalation:exported")
        assert told.actor_id == desk.cast.auditor.pk
        assert "2026-07-15" in told.details
    assert "90 min" in client.get(reverse("escalation_report"), query).content.decode()
    assert "Nothing was escalated" in client.get(reverse("escalation_report"), {"days": "x"}).content.decode()
    assert desk.as_(desk.cast.agent).get(reverse("escalation_report")).status_code == 403
    assert "90 min" not in desk.as_(desk.cast.outsider).get(reverse("escalation_report"), query).content.decode()
