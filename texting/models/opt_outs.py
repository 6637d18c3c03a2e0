"""What the carrier knows of opt-outs, held against what we know: its words, its list, and where the two differ.

`compliance.carrier` writes and reads these rows; they are about lines and contacts, so they stand beside them.
"""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tenancy.encryption import ConfigKey, EncryptedTextField
from tenancy.isolation import TenantModel, same_organization
from texting.models.contact import Contact
from texting.models.line import Line


class Reading(models.TextChoices):
    """What a text, or a number, means to one of the two sides."""

    STOP = "stop", _("wants no texts")
    START = "start", _("wants texts again")
    HELP = "help", _("asks for help")
    NONE = "none", _("nothing of the kind")


class CarrierWord(TenantModel):
    """What the carrier made of one text of a customer (Twilio: `OptOutType`), and what we made of it."""

    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="+")
    message_id = models.UUIDField()
    carrier = models.CharField(max_length=10, choices=Reading.choices)
    ours = models.CharField(max_length=10, choices=Reading.choices)
    heard_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("line"),
            models.UniqueConstraint(fields=["organization", "message_id"], name="texting_carrierword_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "line", "-heard_at"], name="texting_carrierword_newest"),
        ]

    def __str__(self) -> str:
        return f"carrier {self.carrier}, we {self.ours}"


class CarrierComparison(TenantModel):
    """One reading of the carrier's list for one line, page after page; `after` is where the next page begins.

    `listed` people stand in the list; of them `agreed` were known to us, `suppressed` became so by it, `left` have
    agreed to texts since. `only_ours` opted out here and do not stand in it. `foreign` entries were about another line,
    `unreadable` ones no number.
    """

    class State(models.TextChoices):
        RUNNING = "running", _("Being read")
        DONE = "done", _("Read")
        FAILED = "failed", _("Could not be read")

    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    problem = models.CharField(max_length=30, blank=True, help_text="An `ErrorKind`, or bad_list.")
    may_go_on = models.BooleanField(default=True, help_text="Whether a failed one is taken up where it stopped.")
    after = EncryptedTextField(keys=[ConfigKey()], blank=True)
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True, blank=True)
    pages = models.PositiveIntegerField(default=0)
    listed = models.PositiveIntegerField(default=0)
    agreed = models.PositiveIntegerField(default=0)
    suppressed = models.PositiveIntegerField(default=0)
    left = models.PositiveIntegerField(default=0)
    only_ours = models.PositiveIntegerField(default=0)
    foreign = models.PositiveIntegerField(default=0)
    unreadable = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("line"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "line", "-started_at"], name="texting_comparison_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.state}, {self.listed} listed"


class CarrierOptOut(TenantModel):
    """A number in the carrier's list, as the line's newest comparison found it; kept until the next one is done."""

    comparison = models.ForeignKey(CarrierComparison, on_delete=models.CASCADE, related_name="entries")
    number_index = models.BinaryField(max_length=16)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("comparison"),
            models.UniqueConstraint(
                fields=["organization", "comparison", "number_index"], name="texting_carrieroptout_once"
            ),
        ]

    def __str__(self) -> str:
        return f"listed in {self.comparison_id}"


class OptOutMismatch(TenantModel):
    """The carrier and we took one customer's wish differently. `suppressed`: we stopped texting them because of it."""

    class FoundBy(models.TextChoices):
        WEBHOOK = "webhook", _("In a text that came in")
        SENDING = "sending", _("When the carrier refused a text")
        LIST = "list", _("In the carrier's list")

    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="+")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+")
    found_by = models.CharField(max_length=10, choices=FoundBy.choices)
    carrier = models.CharField(max_length=10, choices=Reading.choices)
    ours = models.CharField(max_length=10, choices=Reading.choices)
    suppressed = models.BooleanField()
    found_in = models.UUIDField(help_text="The text, or the comparison.")
    found_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("line", "contact"),
            models.UniqueConstraint(fields=["organization", "found_in", "contact"], name="texting_optoutmismatch_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "-found_at", "-id"], name="texting_mismatch_newest"),
        ]

    def __str__(self) -> str:
        return f"carrier {self.carrier}, we {self.ours}"
