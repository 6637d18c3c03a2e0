"""What the clock counts before and after a change, what follows, and that each thing happens once."""

from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.models import OutgoingMail
from compliance.actions import moving, rates, reading
from compliance.actions.cannot_act import CannotAct
from compliance.actions.intervals import Count
from compliance.actions.places import SHOWN, Place, agent_choices, place_of
from compliance.escalations import closing
from compliance.escalations.closing import Outcome
from compliance.models import Action, ActionMeasurement, CheckedConversation, Escalation, Finding
from compliance.reports.periods import Period
from compliance.tasks import measure_actions, remind_of_actions
from tenancy.isolation import activate
from tests.compliance.actions.seeded import checked, now_day, opened
from tests.compliance.escalations.at_the_desk import CARD_OFFER
from tests.texting.desk import FIRST, SECOND, desk
from texting.models import Message

__all__ = ["desk"]

State = Action.State


def at(days):
    """The clock comes round, so many days from now."""
    with time_machine.travel(timezone.now() + timedelta(days=days), tick=True):
        return measure_actions()


def done(desk, action, days_ago):
    with activate(desk.organization):
        day = now_day(desk) - timedelta(days=days_ago)
        moving.done(member=desk.cast.agent, action=action, changed_on=day, words="Told everybody.")


def now(desk, action):
    with activate(desk.organization):
        fresh = Action.objects.select_related(*SHOWN).get(pk=action.pk)
        return reading.rows_of(desk.cast.owner, [fresh])[0]


def mails(kind):
    return OutgoingMail.objects.filter(kind=kind).count()


@pytest.fixture
def history(desk):
    """A month ago 12 of 40 failed; since 20 days 1 of 40, so on each of two days."""
    day = now_day(desk)
    for ago in (24, 28):
        checked(desk, day - timedelta(days=ago), fails=6, holds=14)
    for ago in (10, 14):
        checked(desk, day - timedelta(days=ago), fails=0, holds=20)
    checked(desk, day - timedelta(days=12), fails=1, holds=0)
    checked(desk, day - timedelta(days=20), fails=5)
    return day


def test_a_rate_that_came_down_holds_and_says_by_how_much(desk, history):
    action = opened(desk)
    done(desk, action, 20)
    assert now(desk, action).action.state == State.MEASURING
    assert at(0) == 1
    shown = now(desk, action)
    effect = shown.effect
    assert (effect.before.count.events, effect.before.count.base) == (12, 40), "the day of the change is in neither"
    assert (effect.after.count.events, effect.after.count.base) == (1, 41)
    assert shown.action.state == State.HELD
    assert effect.is_sure
    assert effect.verdict[0].startswith("Better by more than chance")
    assert at(0) == 0, "twice is once"
    assert now(desk, action).action.measure_on > history


def test_before_its_days_are_over_nothing_is_decided(desk, history):
    action = opened(desk)
    done(desk, action, 15)
    assert at(0) == 0
    assert now(desk, action).action.state == State.MEASURING
    assert at(1) == 1


def test_a_rate_above_its_target_opens_the_action_again_once_with_a_mail(desk, history):
    action = opened(desk, target=1.0)
    done(desk, action, 20)
    assert at(0) == 1
    shown = now(desk, action).action
    assert (shown.state, shown.due_on) == (State.SLIPPED, history + timedelta(days=14))
    assert at(0) == at(1) == 0
    assert mails("action_slipped") == 1
    with activate(desk.organization):
        assert [one.kind for one in action.events.order_by("id")] == ["opened", "done", "slipped"]
    done(desk, action, 5)
    assert now(desk, action).action.turn == 2, "another change is counted anew"


def test_one_that_held_slips_when_it_rises_by_more_than_chance(desk, history):
    action = opened(desk)
    done(desk, action, 20)
    at(0)
    checked(desk, history - timedelta(days=2), fails=2, holds=8)
    at(12)
    assert now(desk, action).action.state == State.HELD, "two of ten may be chance"
    checked(desk, history + timedelta(days=10), fails=9, holds=11)
    assert at(30) == 1
    assert now(desk, action).action.state == State.SLIPPED
    assert mails("action_slipped") == 1


def test_with_nothing_to_count_it_is_measured_longer(desk):
    action = opened(desk)
    done(desk, action, 20)
    assert at(0) == 1
    shown = now(desk, action).action
    assert shown.state == State.MEASURING
    assert shown.measure_on > now_day(desk)
    checked(desk, now_day(desk), holds=3)
    assert at(30) == 1
    assert now(desk, action).action.state == State.HELD
    assert "nothing to count" in now(desk, action).effect.verdict[0]


def test_what_was_counted_outlives_what_was_counted_of(desk, history):
    action = opened(desk)
    done(desk, action, 20)
    with activate(desk.organization):
        CheckedConversation.objects.filter(resolved_at__lt=timezone.now() - timedelta(days=21)).delete()
    at(0)
    assert now(desk, action).effect.before.count.events == 12
    with activate(desk.organization), pytest.raises(DatabaseError), transaction.atomic():
        ActionMeasurement.objects.filter(action=action).update(events=0)


def test_a_team_and_a_line_are_counted_alone(desk, history):
    checked(desk, history - timedelta(days=25), holds=3, line=desk.billing_line)
    of_team = opened(desk, place=Place(team_id=desk.cast.billing.pk))
    of_line = opened(desk, place=Place(line_id=desk.line.pk))
    for action, base in ((of_team, 3), (of_line, 40)):
        done(desk, action, 20)
        at(0)
        with activate(desk.organization):
            assert action.measurements.get(kind="before").base == base


def test_a_colleague_is_counted_alone_everywhere_or_on_a_teams_lines(desk, history):
    who, before = desk.cast.second_agent, history - timedelta(days=25)
    checked(desk, before, fails=2, holds=1, agent=who)
    checked(desk, before, fails=1, agent=who, line=desk.billing_line)
    everywhere = opened(desk, place=Place(agent_id=who.pk))
    in_team = opened(desk, place=Place(agent_id=who.pk))
    with activate(desk.organization):  # as somebody would who reads this team only
        assert (f"agent:{who.pk}:{desk.cast.billing.pk}", f"Billing: {who.user.name}") in agent_choices(who)
        assert {place_of(key).team_id for key, _name in agent_choices(who)} <= who.reading.whole
        Action.objects.filter(pk=in_team.pk).update(team=desk.cast.billing)
    for action, events, base, name in ((everywhere, 3, 4, who.user.name), (in_team, 1, 1, f"Billing: {who.user.name}")):
        done(desk, action, 20)
        with activate(desk.organization):
            kept = action.measurements.get(kind="before")
        assert (kept.events, kept.base) == (events, base)
        assert now(desk, action).place == name


def test_a_colleagues_findings_are_those_in_what_they_wrote(desk):
    talk = desk.hear("My card is 4111 1111 1111 1111")
    people = (desk.cast.agent, desk.cast.supervisor)
    for who in (*people, desk.cast.agent):
        desk.answer(talk, "Please call us.", who)
    with activate(desk.organization):
        told = Finding.objects.get(direction="in", type="PAYMENT_CARD")
        mine = Message.objects.filter(author=desk.cast.agent).first()
        Finding.objects.create(**{
            **{one.name: getattr(told, one.name) for one in told._meta.concrete_fields if one.name != "id"},
            "message_id": mine.pk, "direction": "out",
        })  # fmt: skip
        day = Period(now_day(desk), now_day(desk), desk.organization.time_zone)
        counts = [rates.rate("findings").count(day, Place(agent_id=one.pk)) for one in people]
        everybody = rates.rate("findings").count(day, Place())
    found = dict(zip([one.pk for one in people], counts, strict=True))
    assert found[desk.cast.agent.pk] == Count(1, 2)
    assert found[desk.cast.supervisor.pk] == Count(0, 1)
    assert everybody.events == 2, "and the customer's own"


def test_an_opt_out_is_whose_text_was_the_last_in_the_week_before(desk):
    people = (desk.cast.agent, desk.cast.supervisor)
    for number, writers in {FIRST: people, SECOND: people[::-1], "+12125550183": people[:1]}.items():
        talk = desk.hear(number=number)
        for who in writers:
            desk.answer(talk, "Please call us.", who)
    with activate(desk.organization):
        for age, text in enumerate(Message.objects.filter(author__isnull=False).order_by("-id")):
            at = timezone.now() - (timedelta(days=8) if age == 0 else timedelta(minutes=age))  # the third's: long ago
            Message.objects.filter(pk=text.pk).update(status="delivered", sent_at=at)
    for number in (FIRST, SECOND, "+12125550183"):
        desk.hear("STOP", number=number)
    with activate(desk.organization):
        day = Period(now_day(desk), now_day(desk), desk.organization.time_zone)
        counts = [rates.rate("opt_outs").count(day, Place(agent_id=one.pk)) for one in people]
        everybody = rates.rate("opt_outs").count(day, Place())
    assert counts == [Count(1, 3), Count(1, 2)]
    assert everybody.events == 3


def test_a_closed_escalation_is_whose_who_closed_it(desk):
    for number, closer in ((FIRST, desk.cast.agent), (SECOND, desk.cast.supervisor)):
        desk.hear(CARD_OFFER, number=number)
        with activate(desk.organization):
            found = Escalation.objects.get(state="open")
            if closer is desk.cast.agent:
                closing.close(member=closer, escalation=found, outcome=Outcome("phone", timezone.now(), "Paid."))
            else:
                closing.waive(member=closer, escalation=found, reason="A joke of theirs")
    with activate(desk.organization):
        day = Period(now_day(desk), now_day(desk), desk.organization.time_zone)
        waived = rates.rate("escalations_waived")
        people = (desk.cast.agent, desk.cast.supervisor, desk.cast.second_agent)
        counts = [waived.count(day, Place(agent_id=one.pk)) for one in people]
        assert counts == [Count(0, 1), Count(1, 1), Count(0, 0)]
        assert waived.count(day, Place()) == Count(1, 2)
        assert waived.count(day, Place(agent_id=desk.cast.agent.pk, team_id=desk.cast.billing.pk)) == Count(0, 0)


def test_what_more_people_stand_behind_is_not_counted_for_one(desk):
    with pytest.raises(CannotAct, match="several"):
        opened(desk, rate="escalations_late", place=Place(agent_id=desk.cast.agent.pk))


def test_without_a_rate_done_is_done(desk):
    action = opened(desk, rate="", target=None)
    done(desk, action, 0)
    assert now(desk, action).action.state == State.DONE
    with pytest.raises(CannotAct, match="Done"):
        done(desk, action, 0)


@pytest.mark.parametrize("ago", [-1, 400])
def test_a_change_is_of_today_or_the_last_year(desk, ago):
    with pytest.raises(CannotAct, match="last year"):
        done(desk, opened(desk), ago)


def test_the_owner_is_reminded_before_and_after_the_day_and_never_twice(desk):
    action = opened(desk)
    told = []
    for days in (0, 4, 5, 8, 9):
        with time_machine.travel(timezone.now() + timedelta(days=days), tick=True):
            told.append(remind_of_actions())
    assert told == [0, 1, 0, 1, 0]
    assert mails("action_due") == 2
    with activate(desk.organization):
        Action.objects.filter(pk=action.pk).update(owner=desk.cast.leaver, told_for=None)
    assert remind_of_actions() == 0
    with time_machine.travel(timezone.now() + timedelta(days=9), tick=True):
        assert remind_of_actions() == 1
    assert mails("action_due") > 3, "whoever manages actions, instead of somebody who left"
