"""What a leaver had written and the provider was not handed yet: the gate lets none of it out."""

from collections.abc import Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.leaving.steps import Item, Leaving, LeavingStep, Tried
from accounts.models import Membership
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
