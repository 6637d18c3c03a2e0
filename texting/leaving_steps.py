"""What texting closes when somebody leaves: live streams, and their open conversations."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.leaving.steps import Item, Leaving, LeavingStep, Tried
from accounts.models import Membership, Session
from tenancy import audit
from tenancy.audit import AuditKind
from texting import live, outgoing_webhooks
from texting.live import Claims, LiveKind, mark_of
from texting.live.access import claims_hold
from texting.models import Conversation, Turn
from texting.notifications import noting
from texting.queries import colleagues_on


class LiveStreams(LeavingStep):
    """The stream of each signed-in browser: every process ends its own within two seconds of the commit.

    It stands before the sessions, which say what the token of a stream was made of.
    """

    name = "live_streams"
    title = _("Live updates of signed-in browsers")

    def preview(self, member: Membership) -> int:
        return Session.objects.filter(membership=member).count()

    def end(self, leaving: Leaving) -> list[Item]:
        live.end_streams(leaving.member)
        rows = Session.objects.filter(membership=leaving.member).order_by("pk")
        return [Item(str(row.pk), row.browser, f"{_epoch(row)}:{bytes(row.key_hash).hex()}") for row in rows]

    def probe(self, member: Membership, items: Sequence[Item]) -> Tried:
        """With what a token says that was signed before the end, as when a stream is opened."""
        parts = [item.clue.partition(":") for item in items]
        rules = mark_of(member.organization)
        claims = [Claims(member.organization_id, member.pk, epoch, session, rules) for epoch, _colon, session in parts]
        return Tried(len(claims), sum(claims_hold(one) for one in claims))


class Assignments(LeavingStep):
    """Open conversations go back to their team, or to a colleague who may read them and answer."""

    name = "conversations"
    title = _("Open conversations")
    closes = ("texting.Conversation",)
    why = _("They go back to their team, or to the colleague that you choose.")

    def preview(self, member: Membership) -> int:
        return _open(member).count()

    def end(self, leaving: Leaving) -> list[Item]:
        able: dict[UUID, set[UUID]] = {}  # by line
        rows = list(_open(leaving.member).select_related("line__team").order_by("pk"))
        for row in rows:
            if row.line_id not in able:
                able[row.line_id] = {one.id for one in colleagues_on(row.line)}
            taker = leaving.hand_to.pk if leaving.hand_to else None
            _pass_on(row, leaving, taker if taker in able[row.line_id] else None)
        return [Item(str(row.pk), clue=str(row.pk)) for row in rows]

    def probe(self, member: Membership, items: Sequence[Item]) -> Tried:
        """Whether any open conversation is still theirs."""
        return Tried(len(items), _open(member).count())


def _open(member: Membership) -> QuerySet[Conversation]:
    return Conversation.objects.filter(assignee=member, status=Conversation.Status.OPEN)


def _pass_on(row: Conversation, leaving: Leaving, to: UUID | None) -> None:
    """Unless somebody passed it on a moment ago. The thread, browsers and webhooks hear of it."""
    if not _open(leaving.member).filter(pk=row.pk).update(assignee_id=to):
        return
    actor = leaving.actor
    audit.record(event=AuditKind.CONVERSATION_ASSIGNED, actor=actor, object=row, assignee=str(to or ""), leaving=True)
    Turn.objects.create(
        conversation=row,
        contact_id=row.contact_id,
        kind=Turn.Kind.ASSIGNED if to else Turn.Kind.RETURNED,
        actor=actor,
        assignee_id=to,
        created_at=timezone.now(),
    )
    live.publish(kind=LiveKind.CONVERSATION, conversation=row.pk, line=row.line_id)
    outgoing_webhooks.tell_assigned(row, to)
    if to is not None:
        noting.assigned(to=to, actor=actor, conversation_id=row.pk)


def _epoch(row: Session) -> str:
    """What a stream's token of this session says."""
    return str((row.data.get("signed_in") or {}).get("epoch", ""))
