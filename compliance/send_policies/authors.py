"""Rules about whoever wrote a text."""

from typing import ClassVar

from tenancy.said import gettext as _
from texting.gate import Draft, Reason, Ruling, Verdict


class AuthorActive:
    """What a member wrote leaves only as long as the member may text: their queue ends with their membership."""

    name: ClassVar[str] = "author.active"

    def judge(self, draft: Draft) -> Ruling:
        """Refuse what a deactivated member wrote; no opinion on automatic texts and on everybody else's."""
        author = draft.author
        if author is None or (author.is_active and author.user.is_active):
            return Ruling()
        return Ruling(
            (
                Reason(
                    rule=self.name,
                    verdict=Verdict.REFUSE,
                    text=_("The colleague who wrote it can no longer send texts."),
                    what_to_do=_("Read it, and send it yourself if it is still right."),
                    evidence={"author": str(author.pk)},
                ),
            )
        )
