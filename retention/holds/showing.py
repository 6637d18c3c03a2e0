"""The quiet sign in an open thread, for whoever may see holds; for all others there is nothing."""

from accounts.models import Membership
from retention.holds.reading import matters_on
from texting.models import Conversation
from texting.thread_notices import Notice


def thread_notices(member: Membership, conversation: Conversation, _refused_by: frozenset[str]) -> list[Notice]:
    """One line with the matters."""
    found = matters_on(member, conversation)
    return [Notice("retention/holds/_thread.html", {"holds": found})] if found else []
