"""Words that a text asks the customer to reply with and that mean something else to carriers."""

from typing import ClassVar

from compliance.send_policies.by_words import ByWords
from compliance.send_policies.content_types import is_ours
from compliance.words.reserved_words import objections
from tenancy.said import gettext as _
from tenancy.said import together
from texting.gate import Draft, Reason, Ruling, Verdict
from texting.purposes import FOR_MANY

_FOR_MANY = frozenset(FOR_MANY)


class ReservedWords(ByWords):
    """Refused where nobody reads a warning: whatever a program or a rule sends, and what is written once for many.

    A person's own answer gets the warning while they write it.
    """

    name: ClassVar[str] = "wording.reserved"

    def judge(self, draft: Draft) -> Ruling:
        """Warn of the first such word, or refuse; no opinion on the product's own words, and none at the hand-over."""
        if is_ours(draft):
            return Ruling()
        found = objections(draft.body)
        if not found:
            return Ruling()
        if draft.author is None or draft.author.is_machine or draft.purpose in _FOR_MANY:
            word, general = found[0], _("It asks for an answer that means something else to carriers.")
            refusal = Reason(self.name, Verdict.REFUSE, text=word.why, what_to_do=word.instead, in_general=general)
            return Ruling((refusal,))
        text = together(found[0].why, found[0].instead)
        return Ruling((Reason(rule=self.name, verdict=Verdict.ALLOW, text=text, is_warning=True),))
