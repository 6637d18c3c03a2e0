"""What an open thread says about opt-ins: a question that waits, one without confirmation, asking for permission."""

from accounts.models import Membership
from accounts.permissions import Permission
from compliance.opt_in import asking
from compliance.opt_in.reading_opt_ins import opt_ins_of
from texting.models import Conversation
from texting.thread_notices import Notice

_LACKING = {"consent.none", "consent.expired", "consent.weak"}


def opt_ins(member: Membership, conversation: Conversation, refused_by: frozenset[str]) -> list[Notice]:
    """One notice for each that matters; and where there is no permission at all, the way to ask for one."""
    rows = opt_ins_of(member, conversation.contact)
    found = [Notice("compliance/opt_in/_notice.html", {"row": row}) for row in rows]
    if not rows and member.may(Permission.MESSAGES_SEND) and refused_by & _LACKING:
        programs = asking.programs_for(conversation)
        if programs:
            found.append(Notice("compliance/opt_in/_ask.html", {"programs": programs, "conversation": conversation}))
    return found
