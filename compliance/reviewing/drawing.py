"""Conversations are drawn where their checks are computed: in that transaction, behind the lock of that row.

So whoever dies halfway has drawn nothing, and two clocks never draw one conversation at once; that it is drawn once
is also a constraint of the database.
"""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from compliance.models import CheckedConversation, DrawnConversation
from compliance.reviewing.sampling import decide, rules_now
from compliance.reviewing.signals import Said, signals
from texting.models import Conversation, Turn


def draw(held: Sequence[CheckedConversation]) -> int:
    """Draw those of them that are over and whose ticket says so. Returns how many were new."""
    rules = rules_now()
    if rules is None:
        return 0
    over = [row for row in held if row.number and row.resolved_at and rules.since and row.resolved_at >= rules.since]
    ids = [row.conversation_id for row in over]
    drawn_before = DrawnConversation.objects.filter(conversation_id__in=ids).values_list("conversation_id", flat=True)
    before = set(drawn_before)
    fresh = [row for row in over if row.conversation_id not in before]
    contacts = dict(_by_somebody(ids).values_list("pk", "contact_id"))
    made = []
    for said in signals(fresh, rules):
        conversation_id = said.row.conversation_id
        drawn = decide(rules, conversation_id=conversation_id, team_id=said.team_id, said=said.reasons)
        if drawn and conversation_id in contacts:
            made.append(
                DrawnConversation(
                    contact_id=contacts[conversation_id],
                    **_whose(said),
                    why=list(drawn.why),
                    reason=drawn.why[0],
                    ticket=drawn.ticket,
                    rate=drawn.rate,
                    wanted=drawn.wanted,
                )
            )
    DrawnConversation.objects.bulk_create(made, ignore_conflicts=True)
    return len(made)


def _by_somebody(ids: Sequence[UUID]) -> QuerySet[Conversation]:
    """Those that a person resolved; in what was resolved by itself there is nobody's work to look at."""
    turns = Turn.objects.filter(conversation=OuterRef("pk"))
    settled = Exists(turns.filter(kind=Turn.Kind.SETTLED)) & ~Exists(turns.filter(kind=Turn.Kind.RESOLVED))
    return Conversation.objects.filter(~settled, pk__in=ids, status=Conversation.Status.RESOLVED)


def _whose(said: Said) -> dict[str, object]:
    row = said.row
    return {
        "conversation_id": row.conversation_id,
        "line_id": row.line_id,
        "agent_id": said.agent_id,
        "resolved_at": row.resolved_at,
    }
