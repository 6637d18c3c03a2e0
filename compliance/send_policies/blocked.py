"""Contacts that the organization has blocked."""

from typing import ClassVar

from tenancy.said import gettext as _
from texting.gate import Draft, Reason, Ruling, Verdict
from texting.purposes import TO_BLOCKED

RULE = "contact.blocked"


class BlockedContacts:
    """Nothing goes to them but the answers to STOP and HELP, and a colleague's sign-in code (`purposes.TO_BLOCKED`)."""

    name: ClassVar[str] = RULE

    def judge(self, draft: Draft) -> Ruling:
        """Refuse, whoever writes."""
        if draft.conversation.contact.blocked_at is None or draft.purpose in TO_BLOCKED:
            return Ruling()
        text, what_to_do = _("This contact is blocked."), _("Unblock them on their page first.")
        return Ruling((Reason(rule=RULE, verdict=Verdict.REFUSE, text=text, what_to_do=what_to_do),))
