"""Contacts that the organization has blocked."""

from typing import ClassVar

from django.utils.translation import gettext as _

from texting.gate import Draft, Reason, Ruling, Verdict
from texting.purposes import TERMS, Purpose

RULE = "contact.blocked"


class BlockedContacts:
    """Nothing goes to them but what is owed, such as the answer to a STOP, and a colleague's sign-in code."""

    name: ClassVar[str] = RULE

    def judge(self, draft: Draft) -> Ruling:
        """Refuse, whoever writes."""
        if draft.conversation.contact.blocked_at is None or TERMS[draft.purpose].owed or draft.purpose is Purpose.CODE:
            return Ruling()
        text, what_to_do = _("This contact is blocked."), _("Unblock them on their page first.")
        return Ruling((Reason(rule=RULE, verdict=Verdict.REFUSE, text=text, what_to_do=what_to_do),))
