"""What a person asked about the data that is held of their number: to see it, to have it erased, or both."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from tenancy.encryption import EncryptedTextField, RowKey
from tenancy.isolation import TenantModel, same_organization

SUBJECT_KEY = "subject"
"""The kind of the keys of single requests: destroying one ends the number and all words of its row."""
LONGEST_WORDS = 2000  # characters


class SubjectRequest(TenantModel):
    """One request, which is its own entry in the log of requests.

    Number and words are sealed under a key of this row, which goes when the number is erased; `number_index` (keyed)
    stays, so that the log can be asked about a number that it does not hold. `due_at` is the end of the last day that
    the law gives. `reminded_for`: the day for which people were reminded last.
    """

    class Kind(models.TextChoices):
        ACCESS = "access", _("A copy of their data")
        ERASE = "erase", _("Erase their data")
        BOTH = "both", _("A copy, then erase")

    class Law(models.TextChoices):
        GDPR = "gdpr", _("GDPR (one month)")
        CCPA = "ccpa", _("California and other states (45 days)")
        HIPAA = "hipaa", _("HIPAA (30 days)")

    class Channel(models.TextChoices):
        TEXT = "text", _("By text")
        EMAIL = "email", _("By e-mail")
        PHONE = "phone", _("By phone")
        LETTER = "letter", _("On paper")
        IN_PERSON = "in_person", _("In person")
        FORM = "form", _("By a form on a website")

    class Proof(models.TextChoices):
        NONE = "", _("Not yet")
        WROTE = "wrote", _("They wrote from this number")
        CALLED = "called", _("We called this number and they answered")
        DOCUMENT = "document", _("They showed a document")
        ACCOUNT = "account", _("They signed in to their account with us")
        AGENT = "agent", _("Somebody asks for them and showed that they may")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        DONE = "done", _("Done")
        REFUSED = "refused", _("Refused")

    kind = models.CharField(max_length=6, choices=Kind.choices)
    law = models.CharField(max_length=5, choices=Law.choices)
    channel = models.CharField(max_length=9, choices=Channel.choices)
    phone = EncryptedTextField(keys=[RowKey(SUBJECT_KEY, "id")])
    number_index = models.BinaryField(max_length=16)
    number_masked = models.CharField(max_length=24, blank=True, help_text="Empty when it was erased.")
    proof = models.CharField(max_length=8, choices=Proof.choices, blank=True, default=Proof.NONE)
    proof_words = EncryptedTextField(keys=[RowKey(SUBJECT_KEY, "id")], blank=True)
    state = models.CharField(max_length=7, choices=State.choices, default=State.OPEN)
    received_on = models.DateField()
    due_at = models.DateTimeField()
    extended_at = models.DateTimeField(null=True, blank=True)
    extended_because = EncryptedTextField(keys=[RowKey(SUBJECT_KEY, "id")], blank=True)
    reminded_for = models.DateField(null=True, blank=True)
    opened_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", db_index=False)
    opened_at = models.DateTimeField()
    closed_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = EncryptedTextField(keys=[RowKey(SUBJECT_KEY, "id")], blank=True)
    erased_at = models.DateTimeField(null=True, blank=True, help_text="Since when number and words are gone.")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("opened_by", "closed_by"),
            models.CheckConstraint(
                condition=models.Q(state="open", closed_by=None, closed_at=None)
                | (~models.Q(state="open") & models.Q(closed_by__isnull=False, closed_at__isnull=False)),
                name="retention_subjectrequest_closed",
            ),
            models.CheckConstraint(
                condition=models.Q(erased_at=None) | models.Q(number_masked=""),
                name="retention_subjectrequest_erased",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "-opened_at", "-id"], name="retention_subject_newest"),
            models.Index(fields=["organization", "number_index"], name="retention_subject_number"),
            models.Index(
                fields=["organization", "due_at"], condition=models.Q(state="open"), name="retention_subject_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
