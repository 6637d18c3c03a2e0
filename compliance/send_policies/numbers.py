"""Numbers of which the carriers have said that texts do not arrive there."""

from typing import ClassVar

from texting.gate import Draft, Reason, Ruling, Verdict
from texting.models import Contact
from texting.number_marks import WORDS
from texting.purposes import TERMS


class MarkedNumbers:
    """Bulk texts to such a number cost money and the line's good name; a person may still try."""

    name: ClassVar[str] = "number.marked"

    def judge(self, draft: Draft) -> Ruling:
        """Refuse bulk, warn whoever writes, say nothing about answers that are owed."""
        mark = draft.conversation.contact.mark
        if not mark or TERMS[draft.purpose].owed:
            return Ruling()
        text, what_to_do = map(str, WORDS[Contact.Mark(mark)])
        if draft.is_bulk:
            return Ruling((Reason(rule=f"number.{mark}", verdict=Verdict.REFUSE, text=text, what_to_do=what_to_do),))
        warning = f"{text} {what_to_do}"
        return Ruling((Reason(rule=f"number.{mark}", verdict=Verdict.ALLOW, text=warning, is_warning=True),))
