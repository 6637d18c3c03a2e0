"""Open pages learn that a text waits, or waits no more."""

from collections.abc import Iterable

from compliance.models import HeldText
from texting import live
from texting.live import LiveKind
from texting.models import Conversation


def show(texts: Iterable[HeldText]) -> None:
    """The page of held texts and the threads they are of fetch themselves anew."""
    ids = {text.conversation_id for text in texts}
    for conversation, line in Conversation.objects.filter(pk__in=ids).values_list("pk", "line_id"):
        live.publish(kind=LiveKind.CONVERSATION, conversation=conversation, line=line)
        live.publish(kind=LiveKind.ATTENTION)
