"""Improvements: what is to change, who sees to it, what opened it, and what was measured before and after.

Titles and words are sealed: people write names into them. What opened an action is named by kind and id, so that the
action outlives it; figures are stored when they are measured, so that they outlive what was counted.
"""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Team
from tenancy.encryption import ConfigKey, EncryptedTextField
from tenancy.isolation import AppendOnly, TenantModel, same_organization
from texting.models import Line

LONGEST_TITLE, LONGEST_WORDS, LONGEST_RATE, LONGEST_LINK = 120, 2000, 120, 300


class Action(TenantModel):
    """One improvement. `rate` is a key of `compliance.actions.rates`; "" where nothing is measured.

    `target`: per cent, or events per 1,000, that the rate should be at or under. `changed_on`: the day the change took
    effect; `turn` counts such days. `measure_on`: when the clock measures next. `told_for`: the day of which the owner
    was last reminded.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        DOING = "doing", _("In progress")
        DONE = "done", _("Done")
        MEASURING = "measuring", _("Measuring")
        HELD = "held", _("Held")
        SLIPPED = "slipped", _("Slipped")
        DROPPED = "dropped", _("Dropped")

    class Change(models.TextChoices):
        TEMPLATE = "template", _("A template")
        RULE = "rule", _("A rule or setting")
        TRAINING = "training", _("Training, a note to the team")
        ROLE = "role", _("A role or a permission")
        OTHER = "other", _("Something else")

    title = EncryptedTextField(keys=[ConfigKey()], max_length=LONGEST_TITLE)
    words = EncryptedTextField(keys=[ConfigKey()], max_length=LONGEST_WORDS, blank=True)
    change = models.CharField(max_length=8, choices=Change.choices)
    link = models.CharField(max_length=LONGEST_LINK, blank=True, help_text="A path of the product, where it changes.")
    owner = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    line = models.ForeignKey(Line, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    agent = models.ForeignKey(
        Membership,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        help_text="Whose work alone is counted, with a team: on its lines only.",
    )
    rate = models.CharField(max_length=LONGEST_RATE, blank=True)
    target = models.FloatField(null=True, blank=True)
    window = models.PositiveSmallIntegerField(default=28, help_text="Days that are counted before and after.")
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    opened_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", db_index=False)
    opened_at = models.DateTimeField()
    due_on = models.DateField()
    changed_on = models.DateField(null=True, blank=True)
    turn = models.PositiveSmallIntegerField(default=0)
    measure_on = models.DateField(null=True, blank=True)
    told_for = models.DateField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("owner", "team", "line", "agent", "opened_by"),
            models.CheckConstraint(
                condition=models.Q(rate="", target=None) | (~models.Q(rate="") & models.Q(target__gte=0)),
                name="compliance_action_target",
            ),
            models.CheckConstraint(
                condition=models.Q(line=None) | models.Q(team=None, agent=None), name="compliance_action_one_place"
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["measuring", "held", "slipped"])
                | (models.Q(changed_on__isnull=False) & ~models.Q(rate="")),
                name="compliance_action_measured",
            ),
            models.CheckConstraint(
                condition=models.Q(measure_on=None) | models.Q(state__in=["measuring", "held"]),
                name="compliance_action_measure_on",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["done", "held", "dropped"], ended_at__isnull=False)
                | (~models.Q(state__in=["done", "held", "dropped"]) & models.Q(ended_at=None)),
                name="compliance_action_ended",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "-opened_at", "-id"], name="compliance_action_newest"),
            models.Index(
                fields=["organization", "measure_on", "id"],
                condition=models.Q(measure_on__isnull=False),
                name="compliance_action_to_measure",
            ),
            models.Index(
                fields=["organization", "due_on", "id"],
                condition=models.Q(state__in=["open", "doing", "slipped"]),
                name="compliance_action_due",
            ),
        ]

    def __str__(self) -> str:
        return f"action {self.pk}"


class ActionOrigin(TenantModel):
    """What opened an action. `ref` is the finding, escalation, conversation or review; `key` the check, the question or
    the gap.

    `label` says it in our words (or as the scorecard asks it), for when the thing itself is gone.
    """

    class Kind(models.TextChoices):
        FINDING = "finding", _("Finding")
        ESCALATION = "escalation", _("Escalation")
        CHECK = "check", _("Review check")
        ANSWER = "answer", _("Answer of a review")
        GAP = "gap", _("Gap of a measure")

    action = models.ForeignKey(Action, on_delete=models.PROTECT, related_name="origins", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    ref = models.UUIDField(null=True, blank=True)
    key = models.CharField(max_length=LONGEST_RATE, blank=True)
    conversation_id = models.UUIDField(null=True, blank=True)
    label = models.CharField(max_length=250)
    added_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", db_index=False)
    added_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("action", "added_by"),
            models.UniqueConstraint(
                fields=["organization", "action", "kind", "ref", "key"],
                nulls_distinct=False,
                name="compliance_actionorigin_once",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="gap", ref=None) | (~models.Q(kind="gap") & models.Q(ref__isnull=False)),
                name="compliance_actionorigin_names_it",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "kind", "ref"], name="compliance_actionorigin_of"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.ref or self.key}"


class ActionMeasurement(TenantModel):
    """A rate that was counted over whole days, both included, and is never counted again. `turn` 0: when it was opened.

    `target`: what was wanted then.
    """

    class Kind(models.TextChoices):
        OPENED = "opened", _("When it was opened")
        BEFORE = "before", _("Before the change")
        AFTER = "after", _("After the change")
        WATCH = "watch", _("Watched since")

    action = models.ForeignKey(Action, on_delete=models.PROTECT, related_name="measurements", db_index=False)
    turn = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=6, choices=Kind.choices)
    rate = models.CharField(max_length=LONGEST_RATE)
    since = models.DateField()
    until = models.DateField()
    events = models.PositiveIntegerField()
    base = models.PositiveIntegerField()
    target = models.FloatField()
    measured_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("action"),
            models.UniqueConstraint(
                fields=["organization", "action", "turn", "kind", "until"], name="compliance_actionmeasurement_once"
            ),
            AppendOnly(name="compliance_actionmeasurement_append_only"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "measured_at"], name="compliance_actionmeasure_new"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.since}: {self.events} of {self.base}"


class ActionEvent(TenantModel):
    """One line of an action's history. `facts`: ids, days, numbers; what people wrote is in `words`."""

    class Kind(models.TextChoices):
        OPENED = "opened", _("Opened")
        LINKED = "linked", _("Came up again")
        EDITED = "edited", _("Edited")
        BEGUN = "begun", _("Begun")
        DONE = "done", _("Change made")
        HELD = "held", _("The rate held")
        SLIPPED = "slipped", _("The rate slipped: opened again")
        LONGER = "longer", _("Nothing to count yet: measured longer")
        REOPENED = "reopened", _("Opened again")
        DROPPED = "dropped", _("Dropped")
        REMINDED = "reminded", _("Owner reminded")

    action = models.ForeignKey(Action, on_delete=models.PROTECT, related_name="events", db_index=False)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    at = models.DateTimeField()
    actor = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="Empty: by itself."
    )
    facts = models.JSONField(default=dict)
    words = EncryptedTextField(keys=[ConfigKey()], blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("action", "actor"),
            AppendOnly(name="compliance_actionevent_append_only"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "action", "id"], name="compliance_actionevent_history"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
