"""What an open thread says about opt-ins: a question that waits, one without confirmation, asking for permission."""

from accounts.models import Membership
from accounts.permissions import Permission
from compliance.opt_in import asking
from compliance.opt_in.reading_opt_ins import opt_ins_of
from texting.models import Conversation
from texting.thread_notices import Notice

_LACKING = {"consent.none", "consent.expired", "consent.weak", "consent.exempt_only"}


def opt_ins(member: Membership, conversation: Conversation, refused_by: frozenset[str]) -> list[Notice]:
    """One notice for each that matters; and the way to ask for a permission that is missing. Where nothing is permitted
    it stands open; where only an answer or only announcements are, it is one line that opens.
    """
    rows = opt_ins_of(member, conversation.contact)
    found = [Notice("compliance/opt_in/_notice.html", {"row": row}) for row in rows]
    no_text = {rule for rule in refused_by if rule.startswith("consent.")}
    if not rows and member.may(Permission.MESSAGES_SEND) and no_text <= _LACKING:
        programs = asking.askable(conversation)
        if programs:
            template = "compliance/opt_in/_ask.html" if no_text else "compliance/opt_in/_ask_more.html"
            found.append(Notice(template, {"programs": programs, "conversation": conversation}))
    return found
