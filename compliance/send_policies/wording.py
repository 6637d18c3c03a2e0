"""Words that a text asks the customer to reply with and that mean something else to carriers."""

from typing import ClassVar

from compliance.words.reserved_words import objections
from texting.gate import Draft, Reason, Ruling, Verdict
from texting.models import Decision
from texting.purposes import TERMS


class ReservedWords:
    """A warning while somebody writes; wording that is used again and again is refused where it is kept."""

    name: ClassVar[str] = "wording.reserved"

    def judge(self, draft: Draft) -> Ruling:
        """Warn of the first such word; no opinion on what the product writes by itself, and none at the hand-over."""
        if draft.author is None or draft.stage != Decision.Stage.QUEUE or TERMS[draft.purpose].owed:
            return Ruling()
        found = objections(draft.body)
        if not found:
            return Ruling()
        text = f"{found[0].why} {found[0].instead}"
        return Ruling((Reason(rule=self.name, verdict=Verdict.ALLOW, text=text, is_warning=True),))
