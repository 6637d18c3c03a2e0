"""The one text that confirms an opt-out which no keyword of the customer has confirmed."""

from compliance.opt_out import answers
from tenancy.isolation import current_organization_id
from tenancy.models import Organization
from texting import sending
from texting.models import Contact, Conversation, Message
from texting.purposes import Purpose
from texting.sending import Refused


def confirm_opt_out(contact: Contact) -> Message | None:
    """Send it on the line of the latest conversation; None when the gate says that it comes too late or twice."""
    latest = Conversation.objects.filter(contact=contact).select_related("contact", "line").order_by("-opened_at")
    conversation = latest.first()
    if conversation is None:
        return None
    organization = Organization.objects.get(pk=current_organization_id())
    try:
        return sending.send_text(
            conversation=conversation,
            body=answers.opted_out(organization),
            author=None,
            purpose=Purpose.OPT_OUT_ANSWER,
        )
    except Refused:
        return None
