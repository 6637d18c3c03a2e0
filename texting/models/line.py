"""Our own numbers, and the keys by which a provider's request finds them."""

import secrets
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Now

from accounts.models import Team
from tenancy.encryption import ConfigKey, EncryptedTextField
from tenancy.ids import new_id
from tenancy.isolation import TenantModel, same_organization
from tenancy.models import Organization
from texting.models.carrier import Campaign


class Line(TenantModel):
    """One of our phone numbers at one provider, owned by a team."""

    name = models.CharField(max_length=40)
    number = models.CharField(max_length=16, help_text="E.164; our own number, not a customer's.")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="lines")
    provider = models.CharField(max_length=20, help_text="A key of settings.TEXTING_PROVIDERS.")
    credentials = EncryptedTextField(keys=[ConfigKey()], help_text="JSON that the provider's adapter understands.")
    is_active = models.BooleanField(default=True)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, null=True, blank=True, related_name="lines")
    texts_per_second = models.FloatField(
        default=1.0,
        validators=[MinValueValidator(0.01), MaxValueValidator(500)],
        help_text="Of one segment each: a long text counts as several.",
    )
    carrier_answers_keywords = models.BooleanField(
        default=False,
        help_text="The carrier itself confirms STOP, START and HELP; a second answer of ours would break the rules.",
    )
    sends_codes = models.BooleanField(
        default=False,
        help_text="Sign-in codes leave here and nothing else does; its conversations are nobody's to read.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("team", "campaign"),
            models.UniqueConstraint(fields=["organization", "number"], name="texting_line_number"),
            models.UniqueConstraint(
                fields=["organization"], condition=models.Q(sends_codes=True), name="texting_line_one_for_codes"
            ),
        ]

    def __str__(self) -> str:
        return self.name


def new_line_key() -> str:
    """An unguessable name for a line in a webhook's address: 160 random bits."""
    return secrets.token_urlsafe(20)


class LineKey(models.Model):
    """A directory row (ids only): which organization and line a provider's request is for, before one is active.

    It also keeps the line's pace, because the outbox hands out work before an organization is active: `free_at` is the
    database's time at which the line may send its next text; a campaign's lines have a pace together besides
    (`CampaignPace`). `refusals` counts in a row what the provider refused
    because of our sign-in or account; from `stopped_at` on nothing leaves but one text at each `probe_at`
    (`texting.circuit`). `polled_at` is how far the provider's list of inbound texts has been read (`texting.fetching`).
    """

    line_id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=40, unique=True, default=new_line_key)
    previous_key = models.CharField(
        max_length=40, unique=True, null=True, blank=True, help_text="Still answers while the address is being changed."
    )
    heard_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="When a customer's text last came to the present address, to within some seconds.",
    )
    texts_per_second = models.FloatField(default=1.0)
    campaign_id = models.UUIDField(null=True, blank=True, db_index=True)
    free_at = models.DateTimeField(auto_now_add=True)
    refusals = models.PositiveSmallIntegerField(default=0)
    stopped_at = models.DateTimeField(null=True, blank=True)
    stopped_for = models.CharField(max_length=20, blank=True, help_text="The kind of error: auth or account.")
    probe_at = models.DateTimeField(null=True, blank=True)
    polled_at = models.DateTimeField(db_default=Now())
    poll_due_at = models.DateTimeField(db_default=Now())
    opt_outs_due_at = models.DateTimeField(
        db_default=Now(), help_text="When the provider's list of opt-outs is to be compared next."
    )

    def __str__(self) -> str:
        return str(self.line_id)
