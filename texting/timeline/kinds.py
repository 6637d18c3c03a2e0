"""The kinds of things on a contact's timeline, as they stand in its addresses and files."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.permissions import Permission


class Kind(TextChoices):
    """What a source of the timeline tells of."""

    CONVERSATIONS = "conversations", _("Conversations and texts")
    CHANGES = "changes", _("Changes of the contact")
    LOOKS = "looks", _("Looks at name and number")
    PERMISSION = "permission", _("Permission")
    ESCALATIONS = "escalations", _("Escalations")
    PRIVATE = "private", _("Private messages")
    PAYMENTS = "payments", _("Payments")


def offered(member: Membership) -> list[Kind]:
    """Those of which the member may be told anything."""
    return [kind for kind in Kind if kind != Kind.LOOKS or member.may(Permission.AUDIT_READ)]
