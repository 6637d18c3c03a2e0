"""How an organization draws conversations for review, and what it asks of them: scorecards in versions."""

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Team
from compliance.our_card import in_words
from tenancy.isolation import AppendOnly, TenantModel, same_organization


class ReviewSettings(TenantModel):
    """How an organization reviews; one row, made when it is first set. Without one, nothing is drawn.

    `rates`: by `DrawnConversation.Reason`, in thousandths of the conversations that have it. `second_rate`: thousandths
    of the drawn ones that two reviewers judge independently. A member is new for `new_days` days and for
    `new_conversations` conversations, whichever is longer.
    """

    is_on = models.BooleanField(default=False)
    on_since = models.DateTimeField(
        null=True, blank=True, help_text="Of conversations that were resolved before, none is drawn."
    )
    rates = models.JSONField(default=dict)
    new_days = models.PositiveSmallIntegerField(default=30)
    new_conversations = models.PositiveSmallIntegerField(default=20)
    second_rate = models.PositiveSmallIntegerField(default=0)
    is_blind = models.BooleanField(default=False)
    changed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("changed_by"),
            models.UniqueConstraint(fields=["organization"], name="compliance_reviewsettings_once"),
            models.CheckConstraint(condition=models.Q(second_rate__lte=1000), name="compliance_reviewsettings_second"),
        ]

    def __str__(self) -> str:
        return "on" if self.is_on else "off"


class TeamSampling(TenantModel):
    """The rates of one team, where they are others than the organization's. A reason that is missing has the usual."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+", db_index=False)
    rates = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("team"),
            models.UniqueConstraint(fields=["organization", "team"], name="compliance_teamsampling_once"),
        ]

    def __str__(self) -> str:
        return str(self.team_id)


class Scorecard(TenantModel):
    """The questions that an organization asks of a conversation. `retired_at`: no new review is made with it."""

    class Purpose(models.TextChoices):
        QUALITY = "quality", _("Quality")
        TRAINING = "training", _("Training")

    name = models.CharField(max_length=80)
    purpose = models.CharField(max_length=8, choices=Purpose.choices, default=Purpose.QUALITY)
    made_at = models.DateTimeField(default=timezone.now)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["organization", "name"], name="compliance_scorecard_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def title(self) -> str:
        """Its name as it is shown."""
        return in_words(self.name)


class ScorecardVersion(TenantModel):
    """Its questions as they were from then on; never changed, so that a review keeps those it was made with.

    `questions`: `[{key, text, kind, required, weight, critical}, ...]` (`compliance.reviewing.questions`).
    """

    scorecard = models.ForeignKey(Scorecard, on_delete=models.PROTECT, related_name="versions", db_index=False)
    number = models.PositiveIntegerField(help_text="1, 2, ... of this scorecard.")
    questions = models.JSONField()
    made_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="Empty: ours."
    )
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("scorecard", "made_by"),
            models.UniqueConstraint(
                fields=["organization", "scorecard", "number"], name="compliance_scorecardversion_number"
            ),
            AppendOnly(name="compliance_scorecardversion_append_only"),
        ]

    def __str__(self) -> str:
        return f"version {self.number}"
