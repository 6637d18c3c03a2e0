"""What an open thread says about an escalation, and the buttons in the composer."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission
from compliance.escalations.current import open_on
from compliance.models import Escalation
from texting.composer_tools import ComposerTool
from texting.models import Conversation
from texting.thread_notices import Notice


def composer_tools(member: Membership, conversation: Conversation) -> list[ComposerTool]:
    """Escalate, or while one is open the text that offers another channel, as long as it was not sent."""
    if not member.may(Permission.ESCALATIONS_HANDLE):
        return []
    found = open_on(conversation.contact_id, conversation.line_id)
    if found is None:
        return [ComposerTool(_("Escalate"), "life-buoy", reverse("escalate", args=[conversation.pk]))]
    if found.switch_sent_at is None and member.may(Permission.MESSAGES_SEND):
        return [ComposerTool(_("Offer another channel"), "phone", reverse("escalation_switch", args=[found.pk]))]
    return []


def thread_notices(member: Membership, conversation: Conversation, _refused_by: frozenset[str]) -> list[Notice]:
    """The open escalation, with its clock and what to do."""
    found = open_on(conversation.contact_id, conversation.line_id)
    if found is None:
        return []
    names = {
        "escalation": found,
        "trigger": Escalation.Trigger(found.trigger).label,
        "channel": Escalation.Channel(found.channel).label,
        "owner": found.owner.user.name if found.owner else "",
        "is_late": found.breached_at is not None
        or (found.contacted_at is None and found.due_at is not None and found.due_at <= timezone.now()),
        "locks": bool(found.locked),
        "may_act": member.may(Permission.ESCALATIONS_HANDLE),
        "may_send": member.may(Permission.MESSAGES_SEND),
    }
    return [Notice("compliance/escalations/_notice.html", names)]
