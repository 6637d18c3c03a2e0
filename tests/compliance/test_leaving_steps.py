"""What texting and the gate close when somebody leaves: conversations, texts on their way."""

import json

from django.utils import timezone

from accounts import deactivation
from accounts.leaving.steps import Item, Tried, step_named
from accounts.leaving.trying import try_doors
from accounts.models import Membership, OffboardingReceipt, Team, TeamMember
from compliance.models import Escalation, PermissionRequest, Program
from tenancy.audit import AuditKind
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.compliance.escalations.at_the_desk import CARD_OFFER
from tests.texting.desk import SECOND, Desk, desk
from texting import delivery
from texting.models import Conversation, Message, Turn
from texting.statuses import MessageStatus

__all__ = ["desk"]


def leave(desk: Desk, **more) -> OffboardingReceipt:
    with activate(desk.organization):
        return deactivation.deactivate(actor=desk.cast.owner, member=desk.cast.agent, **more)


def items(desk: Desk, receipt: OffboardingReceipt, step: str) -> list[str]:
    with activate(desk.organization):
        details = json.loads(OffboardingReceipt.objects.get(pk=receipt.pk).details)
    return next([item["id"] for item in one["items"]] for one in details["steps"] if one["name"] == step)


def found(desk: Desk, receipt: OffboardingReceipt, step: str) -> tuple[int, int]:
    with activate(desk.organization):
        trial = try_doors(receipt)
    return next((one["tried"], one["open"]) for one in trial.found if one["step"] == step)


def asked(desk: Desk, receipt: OffboardingReceipt, step: str) -> Tried:
    """The step asked by itself, as the trial of a receipt asks it."""
    with activate(desk.organization):
        details = json.loads(OffboardingReceipt.objects.get(pk=receipt.pk).details)
        kept = next(one["items"] for one in details["steps"] if one["name"] == step)
        member = Membership.objects.select_related("user", "organization").get(pk=receipt.membership_id)
        return step_named(step).probe(member, [Item(**item) for item in kept])


def test_open_conversations_go_back_to_the_team_and_the_thread_says_so(desk):
    mine, resolved = desk.take(desk.hear()), desk.take(desk.hear(number=SECOND))
    desk.resolve(resolved)
    receipt = leave(desk)
    assert items(desk, receipt, "conversations") == [str(mine.pk)]
    assert desk.fresh(mine).assignee is None
    assert desk.fresh(resolved).assignee == desk.cast.agent, "what is done stays who did it"
    with activate(desk.organization):
        turn = Turn.objects.filter(conversation=mine).latest("created_at")
        assert AuditEvent.objects.filter(event=AuditKind.CONVERSATION_ASSIGNED.value).count() == 1
    assert (turn.kind, turn.actor_id) == (Turn.Kind.RETURNED, desk.cast.owner.pk)
    assert found(desk, receipt, "conversations") == (1, 0)


def test_a_colleague_gets_those_they_may_answer_and_the_team_gets_the_others(desk):
    here, there = desk.take(desk.hear()), desk.hear(number=SECOND, line=desk.billing_line)
    with activate(desk.organization):
        Team.objects.filter(pk=desk.cast.billing.pk).update(visibility=Team.Visibility.TEAM)
        TeamMember.objects.create(team=desk.cast.billing, membership=desk.cast.agent)
    desk.cast.agent.__dict__.pop("team_ids", None)
    there = desk.take(there)
    with activate(desk.organization):
        TeamMember.objects.filter(team=desk.cast.billing, membership=desk.cast.second_agent).delete()
    receipt = leave(desk, hand_to=desk.cast.second_agent)
    assert desk.fresh(here).assignee == desk.cast.second_agent
    assert desk.fresh(there).assignee is None
    assert len(items(desk, receipt, "conversations")) == 2


def test_a_text_not_sent_yet_is_stopped_and_listed(desk):
    conversation = desk.take(desk.hear())
    waiting = desk.answer(conversation, "We open at nine")
    theirs = desk.answer(desk.hear(number=SECOND), "See you", member=desk.cast.second_agent)
    receipt = leave(desk)
    assert items(desk, receipt, "queued_texts") == [str(waiting.pk)]
    assert found(desk, receipt, "queued_texts") == (1, 0)
    delivery.deliver_line(desk.line.pk)
    with activate(desk.organization):
        stopped, sent = Message.objects.get(pk=waiting.pk), Message.objects.get(pk=theirs.pk)
    assert stopped.status == MessageStatus.CANCELED
    assert sent.status != MessageStatus.CANCELED


def test_a_conversation_given_back_behind_our_back_is_found(desk):
    mine = desk.take(desk.hear())
    receipt = leave(desk)
    with activate(desk.organization):
        Conversation.objects.filter(pk=mine.pk).update(assignee=desk.cast.agent)
    assert found(desk, receipt, "conversations") == (1, 1)


def test_a_text_that_the_gate_would_let_go_is_found(desk):
    desk.answer(desk.take(desk.hear()), "We open at nine")
    receipt = leave(desk)
    assert asked(desk, receipt, "queued_texts") == Tried(1, 0)
    Membership.objects.filter(pk=desk.cast.agent.pk).update(is_active=True)  # the switch, behind our back
    assert asked(desk, receipt, "queued_texts") == Tried(1, 1)


def test_a_run_that_goes_on_and_an_escalation_that_is_theirs_again_are_found(desk):
    conversation = desk.hear(CARD_OFFER)
    with activate(desk.organization):
        program = Program.objects.create(
            name="Reminders", scope="informational", frequency="4", made_by=desk.cast.owner, made_at=timezone.now()
        )
        run = PermissionRequest.objects.create(
            made_by=desk.cast.agent, program=program, line=desk.line, audience="reply", an_hour=100, state="running"
        )
        Escalation.objects.filter(conversation_id=conversation.pk).update(owner=desk.cast.agent)
    receipt = leave(desk)
    assert found(desk, receipt, "standing_runs") == found(desk, receipt, "escalations") == (1, 0)
    with activate(desk.organization):
        PermissionRequest.objects.filter(pk=run.pk).update(state="running")
        Escalation.objects.filter(conversation_id=conversation.pk).update(owner=desk.cast.agent)
    assert found(desk, receipt, "standing_runs") == found(desk, receipt, "escalations") == (1, 1)


def test_who_is_asking_many_people_asks_nobody_more(desk):
    with activate(desk.organization):
        program = Program.objects.create(
            name="Reminders",
            scope="informational",
            frequency="4 msgs/month",
            made_by=desk.cast.owner,
            made_at=timezone.now(),
        )
        runs = [
            PermissionRequest.objects.create(
                made_by=member, program=program, line=desk.line, audience="reply", an_hour=100, state=state
            )
            for member, state in (
                (desk.cast.agent, "running"),
                (desk.cast.agent, "done"),
                (desk.cast.second_agent, "running"),
            )
        ]
    receipt = leave(desk)
    assert items(desk, receipt, "standing_runs") == [str(runs[0].pk)]
    assert found(desk, receipt, "standing_runs") == (1, 0)
    with activate(desk.organization):
        states = dict(PermissionRequest.objects.values_list("pk", "state"))
    assert [states[run.pk] for run in runs] == ["paused", "done", "running"]
