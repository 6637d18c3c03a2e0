"""A list of people who agreed somewhere else: what was uploaded, who answers for it, what became of each row."""

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from compliance.models.consent import ConsentEvent
from compliance.models.program import Disclosure, Program
from tenancy.encryption import DayKey, EncryptedTextField, RowKey
from tenancy.isolation import TenantModel, same_organization

IMPORT_KEY = "import"
"""The kind of the key that seals what was uploaded; its scope is the import's id. Destroyed soon after the end."""


class ConsentImport(TenantModel):
    """One uploaded list. While a worker is at it, it holds this row's lock; a killed one lets go of it by dying.

    The file's own words (`headings`, the rows' `cells`) are sealed under a key of this import alone. What was attested
    is evidence and outlives it.
    """

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("Columns to be named")
        CHECKING = "checking", _("Looking at the rows")
        CHECKED = "checked", _("Waits for you")
        RUNNING = "running", _("Importing")
        PAUSED = "paused", _("Paused")
        DONE = "done", _("Done")
        CANCELED = "canceled", _("Canceled")
        UNDOING = "undoing", _("Taking it back")
        UNDONE = "undone", _("Taken back")

    class DateOrder(models.TextChoices):
        YEAR_FIRST = "ymd", _("2026-03-31")
        MONTH_FIRST = "mdy", _("3/31/2026, month first")
        DAY_FIRST = "dmy", _("31/3/2026, day first")

    class Basis(models.TextChoices):
        """What the list shows, and so what each entry is in law."""

        AGREED = "agreed", _("They agreed to get texts")
        PURCHASE = "purchase", _("They bought from us (Canada)")
        HEALTHCARE = "healthcare", _("They are patients who gave us this number")

    state = models.CharField(max_length=10, choices=State.choices, default=State.UPLOADED)
    basis = models.CharField(max_length=10, choices=Basis.choices, default=Basis.AGREED)
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    file_name = models.CharField(max_length=120)
    file_digest = models.BinaryField(max_length=32, help_text="SHA-256 of the bytes, to say that they came before.")
    encoding = models.CharField(max_length=20)
    delimiter = models.CharField(max_length=1)
    headings = EncryptedTextField(keys=[RowKey(IMPORT_KEY, "id")], help_text="JSON list of texts.")
    columns = models.JSONField(default=dict, help_text="Position of number, name, agreed_on, how, wording.")
    replaces = models.BooleanField(default=False, help_text="Values of fields take the place of what stands there.")
    date_order = models.CharField(max_length=3, choices=DateOrder.choices, default=DateOrder.YEAR_FIRST)
    region = models.CharField(max_length=2, help_text="Country of numbers without one, ISO 3166.")
    program = models.ForeignKey(Program, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    rows = models.PositiveIntegerField(default=0)
    looked_at = models.PositiveIntegerField(default=0, help_text="Rows that were checked.")
    attestation_version = models.CharField(max_length=20, blank=True)
    attestation = EncryptedTextField(
        keys=[DayKey("consent", "made_at")],
        blank=True,
        help_text="JSON object of texts: statement, collected_by, how, collected_on.",
    )
    attested_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    attested_at = models.DateTimeField(null=True, blank=True)
    wording = models.ForeignKey(Disclosure, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    collected_on = models.DateField(null=True, blank=True, help_text="For rows without a date of their own.")
    ended_at = models.DateTimeField(null=True, blank=True)
    downloaded_at = models.DateTimeField(null=True, blank=True, help_text="When the rows left out were last fetched.")
    forgotten_at = models.DateTimeField(null=True, blank=True, help_text="When the rows' own words were destroyed.")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("made_by", "program", "attested_by", "wording"),
            models.CheckConstraint(
                condition=~models.Q(state__in=["running", "paused", "done", "undoing", "undone"])
                | models.Q(attested_at__isnull=False),
                name="compliance_consentimport_attested",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rows} rows, {self.state}"


class ConsentImportRow(TenantModel):
    """One row of the file and what became of it. `number` is its place in the file, the headings being row 1."""

    class Outcome(models.TextChoices):
        UNREAD = "unread", _("Not looked at yet")
        READY = "ready", _("Ready")
        BAD = "bad", _("Cannot be used")
        TWICE = "twice", _("Twice in the file")
        KNOWN = "known", _("Had permission already")
        OPTED_OUT = "opted_out", _("Opted out")
        IMPORTED = "imported", _("Imported")
        WEAK = "weak", _("Imported, to be confirmed")
        UNDONE = "undone", _("Taken back")

    consent_import = models.ForeignKey(ConsentImport, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    cells = EncryptedTextField(keys=[RowKey(IMPORT_KEY, "consent_import_id")], help_text="JSON list of texts.")
    number_index = models.BinaryField(max_length=16, null=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.UNREAD)
    reason = models.CharField(max_length=30, blank=True, help_text="A fixed word; compliance.importing.reasons.")
    is_complete = models.BooleanField(default=False, help_text="It brings its own date and wording, where they matter.")
    event = models.ForeignKey(ConsentEvent, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("consent_import", "event"),
            models.UniqueConstraint(
                fields=["organization", "consent_import", "number"], name="compliance_importrow_once"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["organization", "consent_import", "outcome", "number"], name="compliance_importrow_by"
            ),
            models.Index(fields=["organization", "consent_import", "number_index"], name="compliance_importrow_twice"),
        ]

    def __str__(self) -> str:
        return f"row {self.number}: {self.outcome}"
