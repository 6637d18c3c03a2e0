"""Which conversations are still wanted by their reviewers: nothing may take them away until then."""

from django.db.models import QuerySet

from compliance.models import DrawnConversation
from texting.models import Conversation


def unreviewed_conversations() -> QuerySet[Conversation]:
    """The active organization's conversations that were drawn and lack a review, or whose review is disputed.

    In no order; one look into the index `compliance_drawn_open`, so it may stand in a larger statement.
    """
    wanted = DrawnConversation.objects.filter(is_open=True).order_by().values("conversation_id")
    return Conversation.objects.filter(pk__in=wanted).order_by()
