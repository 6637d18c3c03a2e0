"""Human review: what is drawn and why, what reviewers said of it, what the agent said to that."""

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from compliance.models.review_settings import ScorecardVersion
from tenancy.encryption import ContactKey, DayKey, EncryptedTextField
from tenancy.isolation import TenantModel, same_organization
from texting.models import Line


class DrawnConversation(TenantModel):
    """A conversation that was drawn to be reviewed; at most once. The conversation is an id, so that the review of it
    outlives it.

    `why`: every reason that would have drawn it, the weightiest first; `ticket` (0 to 999 999, from a keyed hash of the
    conversation's id) was below `rate` thousandths. `is_open`: reviews are missing or a dispute is open; while it is
    so, nothing may take the conversation away.
    """

    class Reason(models.TextChoices):
        """The weightiest first."""

        CHECK = "check", _("A review check fails")
        FINDING = "finding", _("Something sensitive was found")
        ESCALATION = "escalation", _("It was escalated")
        OPT_OUT = "opt_out", _("The customer opted out or complained")
        PAYMENT = "payment", _("A payment")
        NEW = "new", _("A new colleague")
        USUAL = "usual", _("By chance")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DONE = "done", _("Reviewed")
        SET_ASIDE = "set_aside", _("Set aside")

    conversation_id = models.UUIDField()
    contact_id = models.UUIDField()
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="+")
    agent = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="Who had it."
    )
    resolved_at = models.DateTimeField()
    drawn_at = models.DateTimeField(default=timezone.now)
    why = models.JSONField()
    reason = models.CharField(max_length=10, choices=Reason.choices, help_text="The first of `why`.")
    ticket = models.PositiveIntegerField()
    rate = models.PositiveSmallIntegerField()
    wanted = models.PositiveSmallIntegerField(default=1, help_text="Reviews: two for a comparison of reviewers.")
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    is_open = models.BooleanField(default=True)
    set_aside_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    set_aside_at = models.DateTimeField(null=True, blank=True)
    set_aside_because = EncryptedTextField(
        keys=[DayKey("body", "set_aside_at"), ContactKey("contact_id")], null=True, blank=True
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("line", "agent", "set_aside_by"),
            models.UniqueConstraint(fields=["organization", "conversation_id"], name="compliance_drawn_once"),
            models.CheckConstraint(condition=models.Q(wanted__in=[1, 2]), name="compliance_drawn_wanted"),
            models.CheckConstraint(
                condition=models.Q(ticket__lt=models.F("rate") * 1000), name="compliance_drawn_by_its_ticket"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="waiting") | models.Q(is_open=True), name="compliance_drawn_waiting_is_open"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["organization", "conversation_id"],
                condition=models.Q(is_open=True),
                name="compliance_drawn_open",
            ),
            models.Index(
                fields=["organization", "drawn_at", "id"],
                condition=models.Q(state="waiting"),
                name="compliance_drawn_waiting",
            ),
            models.Index(fields=["organization", "-resolved_at"], name="compliance_drawn_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.state}"


class Review(TenantModel):
    """What one reviewer said of one drawn conversation. While it is `held`, nobody else gets that place of it.

    `place` 1 is the one that the agent reads; 2 is there to be compared with it. `score`: thousandths of what the card
    gives, empty when nothing of it was scored. `fails`: a critical question was answered with no. `revision` grows when
    a dispute changes the answers; earlier ones stay.
    """

    class State(models.TextChoices):
        HELD = "held", _("Being written")
        DONE = "done", _("Done")

    drawn = models.ForeignKey(DrawnConversation, on_delete=models.PROTECT, related_name="reviews", db_index=False)
    contact_id = models.UUIDField()
    place = models.PositiveSmallIntegerField(default=1)
    reviewer = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    agent = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=4, choices=State.choices, default=State.HELD)
    begun_at = models.DateTimeField(default=timezone.now)
    held_until = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    card = models.ForeignKey(ScorecardVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    was_blind = models.BooleanField(default=False)
    revision = models.PositiveSmallIntegerField(default=1)
    score = models.PositiveSmallIntegerField(null=True, blank=True)
    fails = models.BooleanField(default=False)
    comment = EncryptedTextField(
        keys=[DayKey("body", "done_at"), ContactKey("contact_id")], null=True, blank=True, help_text="For reviewers."
    )
    coaching = EncryptedTextField(
        keys=[DayKey("body", "done_at"), ContactKey("contact_id")], null=True, blank=True, help_text="For the agent."
    )
    draft = EncryptedTextField(
        keys=[DayKey("body", "begun_at"), ContactKey("contact_id")],
        null=True,
        blank=True,
        help_text="What its reviewer has typed so far, while it is held.",
    )
    acknowledged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("drawn", "reviewer", "agent", "card"),
            models.UniqueConstraint(fields=["organization", "drawn", "place"], name="compliance_review_place"),
            models.UniqueConstraint(fields=["organization", "drawn", "reviewer"], name="compliance_review_reviewer"),
            models.CheckConstraint(
                condition=models.Q(agent=None) | ~models.Q(reviewer=models.F("agent")),
                name="compliance_review_not_of_oneself",
            ),
            models.CheckConstraint(
                condition=models.Q(state="held", done_at=None)
                | models.Q(state="done", done_at__isnull=False, card__isnull=False),
                name="compliance_review_done",
            ),
            models.CheckConstraint(
                condition=models.Q(score=None) | models.Q(score__lte=1000), name="compliance_review_score"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "agent", "-done_at", "-id"], name="compliance_review_of_agent"),
            models.Index(
                fields=["organization", "reviewer"], condition=models.Q(state="held"), name="compliance_review_held"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.drawn_id} {self.place} {self.state}"


class ReviewAnswer(TenantModel):
    """The answer to one question of the review's card, in one revision; never changed. `value`: yes, no, na, or 1 to 5;
    empty for a question that is answered in words.
    """

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="answers", db_index=False)
    contact_id = models.UUIDField()
    revision = models.PositiveSmallIntegerField(default=1)
    question = models.CharField(max_length=12, help_text="The key of the question in the card's version.")
    value = models.CharField(max_length=3, blank=True)
    words = EncryptedTextField(keys=[DayKey("body", "at"), ContactKey("contact_id")], blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("review"),
            models.UniqueConstraint(
                fields=["organization", "review", "revision", "question"], name="compliance_reviewanswer_once"
            ),
            models.CheckConstraint(
                condition=models.Q(value__in=["", "yes", "no", "na", "1", "2", "3", "4", "5"]),
                name="compliance_reviewanswer_value",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question}: {self.value}"


class ReviewDispute(TenantModel):
    """The agent does not agree with a review; once for each. `reviewer` repeats the review's, so that the database sees
    that whoever decides is another.
    """

    class Outcome(models.TextChoices):
        UPHELD = "upheld", _("The review stands")
        CHANGED = "changed", _("The review was changed")

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="disputes", db_index=False)
    contact_id = models.UUIDField()
    reviewer = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    raised_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    reason = EncryptedTextField(keys=[DayKey("body", "raised_at"), ContactKey("contact_id")])
    outcome = models.CharField(max_length=7, choices=Outcome.choices, blank=True)
    decided_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = EncryptedTextField(keys=[DayKey("body", "decided_at"), ContactKey("contact_id")], null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("review", "reviewer", "raised_by", "decided_by"),
            models.UniqueConstraint(fields=["organization", "review"], name="compliance_reviewdispute_once"),
            models.CheckConstraint(
                condition=models.Q(outcome="", decided_at=None, decided_by=None)
                | (~models.Q(outcome="") & models.Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="compliance_reviewdispute_decided",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by=None)
                | (~models.Q(decided_by=models.F("reviewer")) & ~models.Q(decided_by=models.F("raised_by"))),
                name="compliance_reviewdispute_by_another",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["organization", "raised_at"],
                condition=models.Q(outcome=""),
                name="compliance_dispute_open",
            ),
        ]

    def __str__(self) -> str:
        return self.outcome or "open"
