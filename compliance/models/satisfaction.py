"""How satisfied customers were with a conversation: whether a team asks, whom it asked, and the score they gave.

No row holds a customer's words, so figures outlive the texts.
"""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Team
from tenancy.isolation import TenantModel, same_organization
from texting.models import Contact, Conversation, Line


class SatisfactionRule(TenantModel):
    """Whether a team's customers are asked; a team without a row asks nobody. `days`: a customer once in so many."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+", db_index=False)
    is_on = models.BooleanField(default=False)
    days = models.PositiveSmallIntegerField(default=30)
    changed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("team", "changed_by"),
            models.UniqueConstraint(fields=["organization", "team"], name="compliance_satisfactionrule_once"),
            models.CheckConstraint(condition=models.Q(days__range=(1, 365)), name="compliance_satisfactionrule_days"),
        ]

    def __str__(self) -> str:
        return f"asks: {self.is_on}"


class SatisfactionAsk(TenantModel):
    """The question after one conversation. waiting -> asked | dropped; an asked one may get a score from 1 to 5.

    `member` had the conversation, or resolved it; `message_id` is the text that asks, `why` the rule that kept it back.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waits")
        ASKED = "asked", _("Asked")
        DROPPED = "dropped", _("Not asked")

    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="+")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+", db_index=False)
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="+", db_index=False)
    team_id = models.UUIDField(help_text="Of the line then; the team may be gone.")
    member = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    due_at = models.DateTimeField()
    message_id = models.UUIDField(null=True)
    why = models.CharField(max_length=60, blank=True)
    asked_at = models.DateTimeField(null=True)
    score = models.PositiveSmallIntegerField(null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("conversation", "contact", "line", "member"),
            models.UniqueConstraint(
                fields=["organization", "contact"],
                condition=models.Q(state="waiting"),
                name="compliance_satisfaction_waits_once",
            ),
            models.CheckConstraint(
                condition=models.Q(score=None, answered_at=None)
                | models.Q(state="asked", score__range=(1, 5), answered_at__isnull=False),
                name="compliance_satisfaction_score",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "contact", "-asked_at"], name="compliance_satisfaction_asked"),
            models.Index(
                fields=["organization", "due_at"],
                condition=models.Q(state="waiting"),
                name="compliance_satisfaction_due",
            ),
            models.Index(
                fields=["organization", "asked_at"],
                condition=models.Q(state="asked"),
                name="compliance_satisfaction_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.pk}"
