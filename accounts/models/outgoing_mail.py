"""Mails on their way, and, on a local system, those that have arrived."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenancy.encryption import EncryptedTextField, InstallationKey
from tenancy.ids import new_id


class OutgoingMail(models.Model):
    """One mail to one address, of the installation: a person is told things before an organization is known.

    Address and content are sealed, and destroyed as soon as the mail was handed over or given up. `recipient` is a
    keyed digest of the address, for counting. `accounts.mail` is the only writer.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        REFUSED = "refused", _("Refused")
        EXPIRED = "expired", _("Expired")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=40)
    recipient = models.BinaryField(max_length=16)
    scope = models.UUIDField(null=True, blank=True, help_text="The organization that it is of, if it is of one.")
    address = EncryptedTextField(keys=[InstallationKey()], null=True)
    content = EncryptedTextField(keys=[InstallationKey()], null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    priority = models.PositiveSmallIntegerField()
    attempt = models.PositiveIntegerField(default=0)
    failure = models.CharField(max_length=40, blank=True)
    queued_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(state="waiting", address__isnull=False, content__isnull=False, ended_at__isnull=True)
                | (~Q(state="waiting") & Q(address__isnull=True, content__isnull=True, ended_at__isnull=False)),
                name="accounts_mail_destroyed_at_end",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["priority", "due_at"], condition=Q(state="waiting"), name="accounts_mail_waiting"),
            models.Index(fields=["recipient", "kind", "queued_at"], name="accounts_mail_recipient"),
            models.Index(fields=["ended_at"], name="accounts_mail_ended"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class LocalMail(models.Model):
    """A mail as it arrived in the mailbox of a local system, where no mail leaves the machine (`/mailbox/`)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    address = EncryptedTextField(keys=[InstallationKey()])
    subject = EncryptedTextField(keys=[InstallationKey()])
    text = EncryptedTextField(keys=[InstallationKey()])
    message_id = models.CharField(max_length=120)
    arrived_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar[list[str]] = ["-arrived_at", "-id"]

    def __str__(self) -> str:
        return str(self.id)
