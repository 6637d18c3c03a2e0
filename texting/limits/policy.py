"""The send policy that asks all limits: countries, alarms, ceilings, rates. It reads and never counts."""

from collections.abc import Sequence
from typing import ClassVar

from texting.gate import Draft, Ruling
from texting.limits.destinations import destination_of
from texting.limits.judging import Tally, Text, objections
from texting.limits.standing import standing
from texting.models import Decision
from texting.segments import count


class SendingLimits:
    """Refuses what is beyond a limit and says when it is possible again; silent otherwise.

    Of a group that is too big for what is left, the first ones pass. A bulk text is counted when it is handed over, not
    when it is queued: then it waits for its turn instead of failing.
    """

    name: ClassVar[str] = "limits"

    def judge(self, draft: Draft) -> Ruling:
        """Objections to this draft, as things stand."""
        return self.judge_all([draft])[0]

    def judge_all(self, drafts: Sequence[Draft]) -> list[Ruling]:
        """Objections to each, in their order, with one statement."""
        texts = [_text(draft) for draft in drafts]
        here = standing(
            keys=[key for text in texts if not text.counted for key in text.keys],
            unheard=[text.contact_id for text in texts if not text.heard],
        )
        tally = Tally(here)
        return [Ruling(tuple(objections(text, tally))) for text in texts]


def _text(draft: Draft) -> Text:
    queued_bulk = draft.is_bulk and draft.stage == Decision.Stage.QUEUE
    counted = draft.counted or queued_bulk
    contact = draft.conversation.contact
    return Text(
        contact_id=contact.pk,
        author_id=draft.author.pk if draft.author and draft.announcement_id is None else None,
        destination=destination_of(contact),
        purpose=draft.purpose,
        segments=1 if counted else _segments(draft),
        heard=draft.conversation.last_inbound_at is not None,
        counted=counted,
        single=draft.announcement_id is None,
    )


def _segments(draft: Draft) -> int:
    """Without the clauses that the gate may add, unless they are known; the count in `spending` always knows them."""
    return draft.segments or (count(draft.body).segments if draft.body else 1)
