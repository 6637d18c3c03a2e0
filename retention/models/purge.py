"""One purge of one organization, and its steps: a kind of data on a day."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from retention.kinds import Kind
from tenancy.isolation import TenantModel, same_organization


class Purge(TenantModel):
    """What was due at `at`. `rules` tells by which periods: [{kind, days, team, cutoff}].

    One that a person asked for and that is large waits until another person agrees. `certificate` is canonical JSON,
    signed; it is written anew until the carriers have answered for all copies and nothing is left on disk of the keys
    that were destroyed (`is_final`).
    """

    class Trigger(models.TextChoices):
        NIGHT = "night", _("By night")
        HAND = "hand", _("By hand")

    class State(models.TextChoices):
        ASKED = "asked", _("Waits for a second person")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        DROPPED = "dropped", _("Called off")

    at = models.DateTimeField()
    night = models.DateField(null=True, blank=True, help_text="The organization's day; empty: by hand.")
    trigger = models.CharField(max_length=5, choices=Trigger.choices)
    state = models.CharField(max_length=7, choices=State.choices, default=State.RUNNING)
    asked_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    decided_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    rules = models.JSONField(default=list)
    busy_until = models.DateTimeField(null=True, blank=True, help_text="A process is at it until then, or has died.")
    busy_by = models.UUIDField(null=True, blank=True, help_text="The name under which that process took it.")
    ended_at = models.DateTimeField(null=True, blank=True)
    certificate = models.TextField(blank=True)
    is_final = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("asked_by", "decided_by"),
            models.UniqueConstraint(fields=["organization", "night"], name="retention_purge_once_a_night"),
            models.UniqueConstraint(
                fields=["organization"],
                condition=models.Q(state__in=["asked", "running"]),
                name="retention_purge_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by=None)
                | models.Q(state="dropped")
                | ~models.Q(decided_by=models.F("asked_by")),
                name="retention_purge_second_person",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "-at", "-id"], name="retention_purge_newest"),
        ]

    def __str__(self) -> str:
        return f"purge {self.at:%Y-%m-%d}: {self.state}"


class PurgeStep(TenantModel):
    """A kind of data on a day (of UTC), or, without a day, its rows that no key of a day seals.

    `key_ids` are the keys to destroy, in hex. `ended`, `kept` are counts: {model: rows} and {reason: rows}. Ids and
    counts only. `stayed` without a day: rows of all days of which nothing ended because something keeps them.
    """

    class State(models.TextChoices):
        DUE = "due", _("Due")
        SHREDDED = "shredded", _("Unreadable")
        ENDED = "ended", _("Rows ended")
        VERIFIED = "verified", _("Verified")
        STAYED = "stayed", _("Kept whole")
        FAILED = "failed", _("Not done")

    purge = models.ForeignKey(Purge, on_delete=models.PROTECT, related_name="steps", db_index=False)
    kind = models.CharField(max_length=20, choices=[(kind.value, kind.value) for kind in Kind])
    key_kind = models.CharField(max_length=20, blank=True)
    day = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.DUE)
    key_ids = models.JSONField(default=list)
    ended = models.JSONField(default=dict)
    kept = models.JSONField(default=dict)
    resealed = models.PositiveIntegerField(default=0)
    again_at = models.DateTimeField(null=True, blank=True, help_text="Not before then: keys that others may hold.")
    tries = models.PositiveSmallIntegerField(default=0, help_text="How often an error stopped it.")
    failure = models.CharField(max_length=60, blank=True, help_text="The name of the error that stopped it last.")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("purge"),
            models.UniqueConstraint(
                fields=["organization", "purge", "kind", "key_kind", "day"],
                name="retention_purgestep_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.day}: {self.state}"

    @property
    def destroyed(self) -> list[str]:
        """The keys that it has destroyed, in hex. One without a day names no other, and may have failed behind some."""
        is_done = self.day is None or self.state == self.State.VERIFIED
        return list(self.key_ids) if is_done else []


class PurgeStepKeys(TenantModel):
    """Keys that one batch of a step without a day has destroyed, in hex, until the step has them (`key_ids`): a list
    that grows with each batch would be written anew each time.
    """

    step = models.ForeignKey(PurgeStep, on_delete=models.PROTECT, related_name="+", db_index=False)
    key_ids = models.JSONField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("step"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "step", "id"], name="retention_purgestepkeys_of"),
        ]

    def __str__(self) -> str:
        return f"keys of step {self.step_id}"
