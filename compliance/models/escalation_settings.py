"""What an organization decides about escalations: its business hours, clocks, rules and the words of its texts."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Team
from compliance.models.escalation import Escalation
from tenancy.isolation import TenantModel, same_organization


class BusinessHours(TenantModel):
    """One row for an organization that has changed something; without one it is 9:00 to 17:00, Monday to Friday.

    A team may have hours of its own; without a row it keeps the organization's (`team` None).
    """

    team = models.ForeignKey(Team, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    days = models.JSONField(
        default=dict, help_text='Monday is "0": {"0": ["09:00", "17:00"]}; a day that is missing is closed.'
    )
    time_zone = models.CharField(max_length=60, blank=True, help_text="Empty: the organization's own.")
    legal_holidays = models.BooleanField(
        default=True, help_text="A year without a day in the table keeps the country's legal holidays."
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("team"),
            models.UniqueConstraint(
                fields=["organization", "team"], nulls_distinct=False, name="compliance_businesshours_one"
            ),
        ]

    def __str__(self) -> str:
        return "business hours"


class Holiday(TenantModel):
    """A day on which nobody is expected to act: of the organization, or of a team that has its own hours.

    A year in which such a team has no day keeps the organization's days.
    """

    team = models.ForeignKey(Team, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    day = models.DateField()
    name = models.CharField(max_length=60)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("team"),
            models.UniqueConstraint(
                fields=["organization", "team", "day"], nulls_distinct=False, name="compliance_holiday_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class EscalationPolicy(TenantModel):
    """The clock of one trigger, where it was changed. Minutes are business minutes after the opening; empty: never."""

    trigger = models.CharField(max_length=20, choices=Escalation.Trigger.choices)
    is_on = models.BooleanField(default=True)
    channel = models.CharField(max_length=14, choices=Escalation.Channel.choices, default=Escalation.Channel.PHONE)
    remind = models.PositiveIntegerField(null=True, blank=True)
    reassign = models.PositiveIntegerField(null=True, blank=True)
    next_channel = models.PositiveIntegerField(null=True, blank=True)
    breach = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["organization", "trigger"], name="compliance_escpolicy_once"),
        ]

    def __str__(self) -> str:
        return self.trigger


class EscalationRule(TenantModel):
    """An organization's own trigger: words that customers write, or kinds of findings in what they write.

    `topics` are label types of the detectors: what triggers a rule for findings, and what is locked by either.
    """

    class Kind(models.TextChoices):
        WORDS = "words", _("Words and phrases")
        FINDING = "finding", _("What the detectors find")

    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=7, choices=Kind.choices)
    phrases = models.JSONField(default=list)
    topics = models.JSONField(default=list)
    is_active = models.BooleanField(default=True)
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("made_by"),
            models.UniqueConstraint(fields=["organization", "name"], name="compliance_escrule_name"),
        ]

    def __str__(self) -> str:
        return self.name


class EscalationText(TenantModel):
    """The channel-switch text of one trigger in one language, where it was changed."""

    trigger = models.CharField(max_length=20, choices=Escalation.Trigger.choices)
    language = models.CharField(max_length=2)
    body = models.CharField(max_length=480)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["organization", "trigger", "language"], name="compliance_esctext_once"),
        ]

    def __str__(self) -> str:
        return f"{self.trigger} {self.language}"
