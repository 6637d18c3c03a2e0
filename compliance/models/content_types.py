"""What an organization has decided about types of texts, and texts that wait for a colleague's decision."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from tenancy.encryption import ContactKey, DayKey, EncryptedTextField
from tenancy.isolation import AppendOnly, TenantModel, same_organization


class ContentRules(TenantModel):
    """One version of the rules for types and links; the newest holds, the others are its history."""

    actions = models.JSONField(default=dict, help_text='{"promotion": "review"}; what is missing is as usual.')
    wait_hours = models.PositiveSmallIntegerField(help_text="How long a text waits for a colleague before it expires.")
    domains = models.JSONField(default=list, help_text='["example.com"]: the only ones that may be linked; empty: any.')
    only_https = models.BooleanField(default=False)
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("made_by"),
            models.CheckConstraint(
                condition=models.Q(wait_hours__gte=1, wait_hours__lte=72), name="compliance_contentrules_wait"
            ),
            AppendOnly(name="compliance_contentrules_append_only"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "-made_at", "-id"], name="compliance_contentrules_latest")
        ]

    def __str__(self) -> str:
        return f"rules of {self.made_at:%Y-%m-%d %H:%M}"


class HeldText(TenantModel):
    """A text that was written and waits for a second person; never its author. Not a message: nothing of it has left.

    `message_id` is the id that its author's composer or program gave it: sent again, it is the same one, and with it
    leaves once at most. Its words are sealed by the day and the contact, as those of a text are.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waits for a colleague")
        SENT = "sent", _("Approved")
        REFUSED = "refused", _("Not approved")
        EXPIRED = "expired", _("Expired")
        TAKEN_BACK = "taken_back", _("Taken back")

    message_id = models.UUIDField()
    conversation_id = models.UUIDField()
    contact_id = models.UUIDField()
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    body = EncryptedTextField(
        keys=[DayKey("body", "asked_at"), ContactKey("contact_id")],
        null=True,
        help_text="Null when the words of the text that it became have ended.",
    )
    purpose = models.CharField(max_length=20)
    origin = models.CharField(max_length=160, blank=True, help_text="Where its words came from: `texting.origins`.")
    rule = models.CharField(max_length=60, help_text="The gate's rule that holds it.")
    rules_version = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    decided_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True, help_text="Also when it expired or was taken back.")
    reason = EncryptedTextField(keys=[DayKey("body", "asked_at"), ContactKey("contact_id")], blank=True)
    seen_at = models.DateTimeField(null=True, blank=True, help_text="When its author put away what became of it.")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("author", "decided_by"),
            models.UniqueConstraint(fields=["organization", "message_id"], name="compliance_heldtext_once"),
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True) | ~models.Q(decided_by=models.F("author")),
                name="compliance_heldtext_second_person",
            ),
            models.CheckConstraint(
                condition=models.Q(state="waiting", decided_at__isnull=True, decided_by__isnull=True)
                | models.Q(state__in=["expired", "taken_back"], decided_at__isnull=False, decided_by__isnull=True)
                | models.Q(state__in=["sent", "refused"], decided_at__isnull=False, decided_by__isnull=False),
                name="compliance_heldtext_decided",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["organization", "expires_at", "id"],
                condition=models.Q(state="waiting"),
                name="compliance_heldtext_waiting",
            ),
            models.Index(fields=["organization", "conversation_id"], name="compliance_heldtext_thread"),
        ]

    def __str__(self) -> str:
        return self.state

    @property
    def reason_is_given(self) -> bool:
        """Whether somebody said why it does not leave."""
        return self.state == HeldText.State.REFUSED
