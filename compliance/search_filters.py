"""What the search can be narrowed by that compliance knows: texts with findings, conversations that were escalated."""

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.permissions import Permission
from compliance.models import Escalation, Finding


class WithFinding:
    """Texts in which the detectors found something that was not judged wrong."""

    key = "finding"
    label = _("With a finding")

    def may(self, member: Membership) -> bool:
        """Findings have a right of their own."""
        return member.may(Permission.FINDINGS_READ)

    def condition(self) -> Exists:
        """Of the text itself."""
        return Exists(Finding.objects.filter(message_id=OuterRef("pk")).exclude(verdict=Finding.Verdict.WRONG))


class WithEscalation:
    """Texts and notes of conversations that were escalated, open or closed."""

    key = "escalation"
    label = _("Escalated")

    def may(self, member: Membership) -> bool:
        """Whoever reads a conversation sees its escalation."""
        return member.may(Permission.CONVERSATIONS_READ)

    def condition(self) -> Exists:
        """Of the conversation."""
        return Exists(Escalation.objects.filter(conversation_id=OuterRef("conversation_id")))
