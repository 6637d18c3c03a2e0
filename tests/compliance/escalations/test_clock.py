"""The clock: each step once, however many clocks run and however they die, and what is too late says so."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import OutgoingMail
from compliance.escalations import clock, policies
from compliance.escalations.policies import Clock
from compliance.models import Escalation, EscalationEvent, EscalationStep
from compliance.tasks import act_on_escalations
from tenancy.isolation import activate
from tests.at_once import at_once, errors_of
from tests.compliance.escalations.at_the_desk import CARD_OFFER, escalation, events, steps
from tests.texting.desk import desk

__all__ = ["desk"]


def overdue(desk, *kinds):
    """These steps, or all, were due a minute ago, in their order."""
    past = timezone.now() - timedelta(minutes=1)
    with activate(desk.organization):
        rows = EscalationStep.objects.order_by("due_at")
        for place, step in enumerate(rows.filter(kind__in=kinds) if kinds else rows):
            EscalationStep.objects.filter(pk=step.pk).update(due_at=past + timedelta(seconds=place))
        Escalation.objects.update(due_at=past)


def mails(desk):
    return sorted(OutgoingMail.objects.filter(kind__startswith="escalation").values_list("kind", flat=True))


def test_nothing_happens_before_its_time(desk):
    desk.hear(CARD_OFFER)
    with activate(desk.organization):
        future = timezone.now() + timedelta(hours=1)
        EscalationStep.objects.update(due_at=future)
    assert act_on_escalations() == 0
    assert events(desk) == ["opened"]


def test_an_ignored_one_is_reminded_given_away_offered_otherwise_and_too_late_once_each(desk):
    desk.take(desk.hear("Hello"))
    desk.hear(CARD_OFFER)
    overdue(desk)
    assert act_on_escalations() == 4
    assert act_on_escalations() == 0
    assert events(desk) == ["opened", "reminded", "reassigned", "channel", "breached"]
    found = escalation(desk)
    assert found.owner_id == desk.cast.supervisor.pk
    assert (found.channel, found.state) == ("email", "open")
    assert found.breached_at is not None
    assert set(steps(desk).values()) == {"done"}
    assert set(mails(desk)) == {"escalation_waits", "escalation_yours", "escalation_breached"}
    assert mails(desk).count("escalation_waits") == 1  # the agent who had it


def test_of_one_that_is_nobodys_those_who_supervise_are_told(desk):
    desk.hear(CARD_OFFER)
    overdue(desk, "remind")
    assert act_on_escalations() == 1
    assert mails(desk) == ["escalation_waits"] * 3  # owner, admin, supervisor


def test_a_step_of_a_minute_before_the_contact_does_nothing(desk):
    desk.hear(CARD_OFFER)
    overdue(desk)
    with activate(desk.organization):
        Escalation.objects.update(contacted_at=timezone.now(), contact_channel="phone")
    assert act_on_escalations() == 4
    assert set(steps(desk).values()) == {"dropped"}
    assert (events(desk), mails(desk)) == (["opened"], [])


def test_with_nobody_else_to_give_it_to_it_stays(desk):
    desk.hear(CARD_OFFER)
    with activate(desk.organization):
        Escalation.objects.update(owner=desk.cast.supervisor)
        desk.cast.admin.is_active = desk.cast.owner.is_active = False
        desk.cast.admin.save(update_fields=["is_active"])
        desk.cast.owner.save(update_fields=["is_active"])
    overdue(desk, "reassign")
    assert act_on_escalations() == 1
    assert (escalation(desk).owner_id, events(desk)) == (desk.cast.supervisor.pk, ["opened"])


def test_a_clock_that_dies_halfway_has_done_nothing_and_the_next_one_does_it(desk):
    desk.hear(CARD_OFFER)
    overdue(desk)
    with pytest.raises(KeyboardInterrupt), activate(desk.organization), transaction.atomic():
        assert clock.act_on_due() == 4
        raise KeyboardInterrupt  # as if the process were killed before the commit
    assert (events(desk), mails(desk)) == (["opened"], [])
    assert act_on_escalations() == 4
    assert events(desk).count("breached") == 1


def test_a_step_that_breaks_holds_up_no_other_and_is_tried_again(desk, monkeypatch):
    desk.hear(CARD_OFFER)
    overdue(desk, "remind", "breach")

    def broken(escalation):
        raise RuntimeError("no mail today")

    with monkeypatch.context() as patched:
        patched.setattr(clock, "_remind", broken)
        assert act_on_escalations() == 2
    assert (steps(desk)["remind"], steps(desk)["breach"]) == ("waiting", "done")
    with activate(desk.organization):
        assert EscalationStep.objects.get(kind="remind").due_at > timezone.now()
    overdue(desk, "remind")
    assert act_on_escalations() == 1
    assert events(desk)[-1] == "reminded"


@pytest.mark.django_db(transaction=True)
def test_many_clocks_at_once_take_each_step_once(desk):
    for number in range(190, 196):
        desk.hear(CARD_OFFER, number=f"+12125550{number}")
    overdue(desk)

    def run():
        with activate(desk.organization):  # without the lock that lets one clock in at a time
            while clock.act_on_due():
                pass

    assert errors_of(at_once(*[run] * 4)) == []
    assert act_on_escalations() == 0 or set(steps(desk).values()) == {"done"}
    with activate(desk.organization):
        assert EscalationStep.objects.filter(state="done").count() == 24
        for kind in ("reminded", "channel", "breached"):
            assert EscalationEvent.objects.filter(kind=kind).count() == 6


class TestClocks:
    def test_changed_ones_count_for_what_opens_from_then_on(self, desk):
        with activate(desk.organization):
            policies.change(
                member=desk.cast.admin,
                trigger="card_offer",
                clock=Clock("email", remind=None, reassign=None, next_channel=None, breach=5),
            )
        desk.hear(CARD_OFFER)
        assert (escalation(desk).channel, steps(desk)) == ("email", {"breach": "waiting"})

    @pytest.mark.parametrize(
        ("trigger", "wanted"),
        [
            ("card_offer", Clock(channel="fax")),
            ("card_offer", Clock(channel="secure_message")),
            ("nothing", Clock()),
            ("card_offer", Clock(remind=0)),
            ("card_offer", Clock(breach=policies.LONGEST + 1)),
            ("card_offer", Clock(remind=61, breach=60)),
            ("member", Clock(is_on=False)),
        ],
    )
    def test_impossible_ones_are_refused(self, desk, trigger, wanted):
        with activate(desk.organization):
            with pytest.raises(ValueError, match=r"no such|always|between|due"):
                policies.change(member=desk.cast.admin, trigger=trigger, clock=wanted)
            assert policies.clocks() == {}

    def test_without_a_deadline_nothing_is_ever_late(self, desk):
        with activate(desk.organization):
            policies.change(member=desk.cast.admin, trigger="card_offer", clock=Clock("phone", None, None, None, None))
        desk.hear(CARD_OFFER)
        assert (escalation(desk).due_at, steps(desk)) == (None, {})
