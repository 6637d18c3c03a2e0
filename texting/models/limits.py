"""How much, how fast and where to an organization may text; what it has used; what was stopped."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from tenancy.encryption import ConfigKey, EncryptedTextField
from tenancy.isolation import AppendOnly, TenantModel, same_organization

FIRST_SEGMENTS, FIRST_MICROS = 50, 5_000_000  # a day: what a new organization begins with
ANNOUNCED_ALONE = 500  # customers
USUAL_MOST_SEGMENTS = 10_000  # a day: growth and admins go no further without the operator


class SendingLimits(TenantModel):
    """One row for an organization; without one it has what a new organization begins with.

    Ceilings of a day grow by rule (`texting.limits.growing`) up to `most_segments`, which only the operator moves.
    An admin's raise is for one day (`raised_on`, in the organization's time zone). Rates are None where the default of
    `texting.limits.rates` holds. Money is in millionths of the price table's currency.
    """

    daily_segments = models.PositiveIntegerField(default=FIRST_SEGMENTS)
    daily_micros = models.BigIntegerField(default=FIRST_MICROS, validators=[MinValueValidator(0)])
    most_segments = models.PositiveIntegerField(default=USUAL_MOST_SEGMENTS)
    raised_on = models.DateField(null=True, blank=True)
    raised_segments = models.PositiveIntegerField(default=0)
    raised_micros = models.BigIntegerField(default=0)
    grown_on = models.DateField(null=True, blank=True, help_text="The day whose use was last looked at for growth.")
    organization_hour = models.PositiveIntegerField(null=True, blank=True)
    member_hour = models.PositiveIntegerField(null=True, blank=True)
    number_hour = models.PositiveIntegerField(null=True, blank=True)
    prefix_hour = models.PositiveIntegerField(null=True, blank=True)
    new_numbers_hour = models.PositiveIntegerField(null=True, blank=True)
    announced_alone = models.PositiveIntegerField(default=ANNOUNCED_ALONE, validators=[MinValueValidator(1)])

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["organization"], name="texting_sendinglimits_once"),
            models.CheckConstraint(condition=models.Q(daily_micros__gte=0), name="texting_sendinglimits_money"),
        ]

    def __str__(self) -> str:
        return f"{self.daily_segments} a day"


class AllowedCountry(TenantModel):
    """A region that may be texted besides the organization's own."""

    region = models.CharField(max_length=2)
    added_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["region"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("added_by"),
            models.UniqueConstraint(fields=["organization", "region"], name="texting_allowedcountry_once"),
        ]

    def __str__(self) -> str:
        return self.region


class SendingCount(TenantModel):
    """What was spent in one window of time, of one kind, on one key. Changed by one conditional statement only.

    `key`: empty for the organization's day and hour, else the id of member, contact or brand, or the prefix' blind
    index.
    The last columns are for prefixes: who was texted there for the first time (ids) and the last four digits of those
    numbers, which together with a blind index are no number; codes sent, and those that were used.
    `told_percent`: of a brand's day, the highest share that somebody was told of.
    """

    class Kind(models.TextChoices):
        DAY = "day", _("The organization's day")
        ORGANIZATION = "organization", _("The organization's hour")
        MEMBER = "member", _("A member's hour")
        NUMBER = "number", _("An hour of one number")
        ANSWERS = "answers", _("An hour of automatic answers to one number")
        PREFIX = "prefix", _("An hour of one block of numbers")
        BRAND = "brand", _("A brand's day at the carriers")

    kind = models.CharField(max_length=12, choices=Kind.choices)
    key = models.BinaryField(max_length=16, default=b"")
    begins_at = models.DateTimeField()
    texts = models.PositiveIntegerField(default=0)
    segments = models.PositiveIntegerField(default=0)
    micros = models.BigIntegerField(default=0)
    new_contacts = ArrayField(models.UUIDField(), default=list)
    last_digits = ArrayField(models.SmallIntegerField(), default=list)
    codes = models.PositiveIntegerField(default=0)
    codes_used = models.PositiveIntegerField(default=0)
    told_percent = models.PositiveSmallIntegerField(default=0, db_default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["organization", "kind", "key", "begins_at"], name="texting_sendingcount_window"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "begins_at"], name="texting_sendingcount_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.texts}"


class SendingStop(TenantModel):
    """An alarm that stopped texts to a block of numbers, until an admin lifts it with a reason.

    `evidence` holds counts and thresholds, never a number; the block itself is sealed.
    """

    class Rule(models.TextChoices):
        HOURLY = "prefix.hourly", _("Too many texts to one block of numbers in an hour")
        SEQUENCE = "prefix.sequence", _("Numbers that follow one another")
        NEW_NUMBERS = "prefix.new_numbers", _("Many numbers of one block that were never texted before")
        CONVERSION = "prefix.conversion", _("Hardly any code was used")
        OPT_INS = "prefix.opt_ins", _("Many opt-ins from one block of numbers")
        SILENCE = "prefix.silence", _("Hardly any text was delivered or answered")

    rule = models.CharField(max_length=20, choices=Rule.choices)
    prefix = EncryptedTextField(keys=[ConfigKey()])
    prefix_index = models.BinaryField(max_length=16)
    region = models.CharField(max_length=3)
    evidence = models.JSONField(default=dict, help_text="{name: number}")
    raised_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    lift_reason = EncryptedTextField(keys=[ConfigKey()], blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-raised_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("lifted_by"),
            models.UniqueConstraint(
                fields=["organization", "prefix_index"],
                condition=models.Q(lifted_at__isnull=True),
                name="texting_sendingstop_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.pk}"


class LimitChange(TenantModel):
    """One thing that somebody, or the rule of growth, changed about the limits; never changed itself."""

    class What(models.TextChoices):
        RAISED_TODAY = "raised_today", _("Ceiling raised for the day")
        CEILING = "ceiling", _("Daily ceiling")
        GREW = "grew", _("Daily ceiling grew by rule")
        RATE = "rate", _("Rate")
        COUNTRY_ADDED = "country_added", _("Country added")
        COUNTRY_REMOVED = "country_removed", _("Country removed")
        STOPPED = "stopped", _("Alarm raised")
        LIFTED = "lifted", _("Alarm lifted")

    what = models.CharField(max_length=20, choices=What.choices)
    subject = models.CharField(max_length=40, blank=True, help_text="A rate's name, a region, an alarm's rule.")
    before = models.BigIntegerField(null=True, blank=True)
    after = models.BigIntegerField(null=True, blank=True, validators=[MaxValueValidator(2**62)])
    reason = EncryptedTextField(keys=[ConfigKey()], blank=True)
    actor = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    changed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-changed_at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("actor"),
            AppendOnly(name="texting_limitchange_append_only"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "-changed_at"], name="texting_limitchange_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.subject}"
