"""What a leaver had begun and that would go on without them: texts that wait, imports, requests for permission."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.leaving.steps import TO_TAKER, Item, Leaving, LeavingStep, Tried
from accounts.models import Membership
from compliance.escalations.noting import note
from compliance.message_templates import handing_on
from compliance.models import ConsentImport, Escalation, EscalationEvent, MessageTemplate, PermissionRequest
from compliance.send_policies.authors import AuthorActive
from texting.gate import Draft, Verdict
from texting.models import Decision, Message, OutboxEntry
from texting.purposes import Purpose
from texting.statuses import MessageStatus

_WAITS = (MessageStatus.HELD, MessageStatus.QUEUED)


class QueuedTexts(LeavingStep):
    """They stay in the queue, are refused at the hand-over and stand in "Needs attention" for a colleague to decide."""

    name = "queued_texts"
    title = _("Texts not sent yet")
    why = _("They are stopped, and wait in Needs attention for a colleague.")

    def preview(self, member: Membership) -> int:
        return _queued(member).count()

    def end(self, leaving: Leaving) -> list[Item]:
        waiting = _queued(leaving.member).order_by("pk").values_list("pk", flat=True)
        return [Item(str(message_id), clue=str(message_id)) for message_id in waiting]

    def probe(self, member: Membership, items: Sequence[Item]) -> Tried:
        """As the gate is asked when a worker hands one over."""
        found = Message.objects.filter(pk__in=[item.clue for item in items], status__in=_WAITS)
        drafts = [_draft(message, member) for message in found.select_related("conversation")]
        rulings = [AuthorActive().judge(draft) for draft in drafts]
        refused = [any(one.verdict is Verdict.REFUSE for one in ruling.reasons) for ruling in rulings]
        return Tried(len(items), refused.count(False))


def _queued(member: Membership) -> QuerySet[Message]:
    """Found by the outbox, which is short, and not by the author, who may have written for years."""
    waiting = OutboxEntry.objects.filter(organization=member.organization_id)
    return Message.objects.filter(pk__in=waiting.values("message_id"), author=member, status__in=_WAITS)


def _draft(message: Message, author: Membership) -> Draft:
    purpose, stage = Purpose(message.purpose), Decision.Stage.HAND_OVER
    return Draft(message.conversation, "", purpose, author, stage, message_id=message.pk)


class StandingRuns(LeavingStep):
    """Imports and requests for permission that run in their name pause, until a colleague resumes them."""

    name = "standing_runs"
    title = _("Imports and requests that run")
    why = _("They pause, until a colleague resumes them.")
    closes = ("compliance.ConsentImport", "compliance.PermissionRequest")

    def preview(self, member: Membership) -> int:
        return sum(runs.count() for runs in _running(member))

    def end(self, leaving: Leaving) -> list[Item]:
        ended = [
            str(pk) for runs in _running(leaving.member) for pk in runs.order_by("pk").values_list("pk", flat=True)
        ]
        for runs in _running(leaving.member):
            runs.update(state="paused")
        return [Item(pk, clue=pk) for pk in ended]

    def probe(self, member: Membership, items: Sequence[Item]) -> Tried:
        """Whether a worker would still take one up in their name."""
        ids = [item.clue for item in items]
        return Tried(len(items), sum(runs.filter(pk__in=ids).count() for runs in _running(member)))


class OpenEscalations(LeavingStep):
    """They belong to nobody from then on, and stand among the unowned ones of the list; their clocks go on."""

    name = "escalations"
    title = _("Open escalations")
    why = _("They are nobody's again, and stand in Escalations until a colleague takes them.")
    closes = ("compliance.Escalation",)

    def preview(self, member: Membership) -> int:
        return _owned(member).count()

    def end(self, leaving: Leaving) -> list[Item]:
        rows = list(_owned(leaving.member).select_for_update(of=("self",), no_key=True).order_by("pk"))
        for row in rows:
            row.owner = None
            row.save(update_fields=["owner"])
            note(row, EscalationEvent.Kind.RETURNED, actor=leaving.actor, facts={"owner": "", "leaving": True})
        return [Item(str(row.pk), clue=str(row.pk)) for row in rows]

    def probe(self, member: Membership, items: Sequence[Item]) -> Tried:
        """Whether any open one is still theirs."""
        return Tried(len(items), _owned(member).count())


class OwnTemplates(LeavingStep):
    """What they wrote for themselves alone is archived, or goes to a colleague or a team, as the admin chooses."""

    name = "own_templates"
    title = _("Templates of their own")
    why = _("Choose below who gets them. Somebody who is suspended keeps them.")
    closes = ("compliance.MessageTemplate",)

    def preview(self, member: Membership) -> int:
        return handing_on.own_of(member).count()

    def end(self, leaving: Leaving) -> list[Item]:
        if leaving.is_for_a_while:
            return []
        team_id = UUID(leaving.own_to) if leaving.own_to not in {"", TO_TAKER} else None
        rows = handing_on.hand_on(
            actor=leaving.actor,
            leaver=leaving.member,
            to=leaving.hand_to if leaving.own_to == TO_TAKER else None,
            team_id=team_id,
        )
        return [Item(str(row.pk), row.name, str(row.pk)) for row in rows]

    def probe(self, member: Membership, items: Sequence[Item]) -> Tried:
        """Whether any of them could still be picked in their name."""
        theirs = MessageTemplate.objects.filter(pk__in=[item.clue for item in items], owner=member, archived_at=None)
        return Tried(len(items), theirs.count())


def _owned(member: Membership) -> QuerySet[Escalation]:
    return Escalation.objects.filter(owner=member, state=Escalation.State.OPEN)


def _running(member: Membership) -> tuple[QuerySet[ConsentImport], QuerySet[PermissionRequest]]:
    imports = ConsentImport.objects.filter(attested_by=member, state=ConsentImport.State.RUNNING)
    return imports, PermissionRequest.objects.filter(made_by=member, state=PermissionRequest.State.RUNNING)
