"""Rules that look at nothing but a text's words, what it is for, and who wrote it."""

from collections.abc import Sequence
from typing import Any

from texting.gate import Draft, Ruling


class ByWords:
    """Of many texts that say the same one is judged. A subclass's `judge` must not look at whom a text goes to."""

    def judge(self, draft: Draft) -> Ruling:
        """The answer to this draft."""
        raise NotImplementedError

    def judge_all(self, drafts: Sequence[Draft]) -> list[Ruling]:
        """`judge` for each."""
        known: dict[Any, Ruling] = {}
        found = []
        for draft in drafts:
            asked = all_but_the_conversation(draft)
            if asked not in known:
                known[asked] = self.judge(draft)
            found.append(known[asked])
        return found


def all_but_the_conversation(draft: Draft) -> tuple[Any, ...]:
    """What two drafts share that say the same for the same reason."""
    return (
        *(draft.body, draft.purpose, draft.author and draft.author.pk, draft.stage, draft.message_id, draft.files),
        *(draft.outside_hours, draft.because, draft.approved, draft.announcement_id, draft.is_fixed),
    )
