"""What an open thread says about opt-ins: a question that waits, one without confirmation, asking for permission."""

from accounts.models import Membership
from accounts.permissions import Permission
from compliance import asking, consent
from compliance.reading_opt_ins import opt_ins_of
from compliance.scopes import REPLY
from texting.models import Conversation
from texting.thread_notices import Notice


def opt_ins(member: Membership, conversation: Conversation) -> list[Notice]:
    """One notice for each that matters; and where there is no permission at all, the way to ask for one."""
    rows = opt_ins_of(member, conversation.contact)
    found = [Notice("compliance/opt_in/_notice.html", {"row": row}) for row in rows]
    if not rows and member.may(Permission.MESSAGES_SEND) and _lacks_permission(conversation):
        programs = asking.programs_for(conversation)
        if programs:
            found.append(Notice("compliance/opt_in/_ask.html", {"programs": programs, "conversation": conversation}))
    return found


def _lacks_permission(conversation: Conversation) -> bool:
    state = consent.state_of(conversation.contact)
    here = state.at_team(conversation.line.team_id)
    return state.suppressed_since is None and here.permits(REPLY) is None
