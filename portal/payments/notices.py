"""What an open thread says about payments, and the button that asks for one."""

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission
from portal.payments.reading import in_thread
from portal.payments.requesting import account_for
from texting.composer_tools import ComposerTool
from texting.models import Conversation
from texting.thread_notices import Notice


def composer_tools(member: Membership, conversation: Conversation) -> list[ComposerTool]:
    """The button, where the member may ask and somebody could take the money."""
    if not member.may(Permission.PAYMENTS_REQUEST) or account_for(conversation.line) is None:
        return []
    return [ComposerTool(_("Request payment"), "credit-card", reverse("request_payment", args=[conversation.pk]))]


def payments(member: Membership, conversation: Conversation, _refused_by: frozenset[str]) -> list[Notice]:
    """One card for the requests that matter now."""
    found = in_thread(member, conversation)
    return [Notice("portal/payments/_thread.html", {"payments": found})] if found else []
