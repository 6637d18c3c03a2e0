"""Automations: an organization's own rules, what set them off, and what became of it.

Nothing here holds a customer's words, name or number: rows name conversations, contacts and texts by their ids, and
outlive them until the log's own days are over.
"""

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from tenancy.isolation import TenantModel, same_organization

LONGEST_NAME = 60  # characters


class Automation(TenantModel):
    """One rule: when something happens, if all or any of its conditions hold, then it acts.

    It acts with the rights of its `owner`, who saved it last, and does nothing that they may not do. `facts`,
    `conditions` and `actions`: `compliance.automations.kinds`. `place` orders those that one thing sets off. A removed
    rule stays for its log.
    """

    class When(models.TextChoices):
        """What sets a rule off; never changed once it is made."""

        TEXT = "text", _("A text comes in")
        KEYWORD = "keyword", _("A text is one of these words")
        FIRST = "first", _("Somebody writes for the first time")
        CLOSED = "closed", _("A text comes in outside business hours")
        FINDING = "finding", _("Something sensitive is found in a text")
        NO_ANSWER = "no_answer", _("A customer waits for an answer")
        RESOLVED = "resolved", _("A conversation is resolved")
        TAGGED = "tagged", _("A tag is put on a contact")
        DATE = "date", _("A date of a contact comes near or has passed")

    class Why(models.TextChoices):
        """Why it was switched off, if nobody did it."""

        LEFT = "left", _("Whoever it acted for has left")
        RIGHTS = "rights", _("Whoever it acts for may not do all of it any more")

    name = models.CharField(max_length=LONGEST_NAME)
    when = models.CharField(max_length=10, choices=When.choices)
    facts = models.JSONField(default=dict)
    needs_all = models.BooleanField(default=True, help_text="All of its conditions hold; else any one of them.")
    conditions = models.JSONField(default=dict)
    actions = models.JSONField(default=dict)
    is_on = models.BooleanField(default=False)
    why = models.CharField(max_length=6, choices=Why.choices, blank=True)
    stops = models.BooleanField(default=False, help_text="Rules after it are not looked at when it has acted.")
    place = models.PositiveIntegerField()
    dated_until = models.DateTimeField(
        null=True, blank=True, help_text="Of dates: values written until then are planned (`FieldValue.touched_at`)."
    )
    dated_id = models.UUIDField(null=True, blank=True, help_text="The last of that very moment that is planned.")
    owner = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("owner"),
            models.UniqueConstraint(
                fields=["organization", "name"],
                condition=models.Q(removed_at=None),
                name="compliance_automation_name_once",
            ),
            models.CheckConstraint(
                condition=models.Q(is_on=False) | models.Q(removed_at=None, why=""),
                name="compliance_automation_on",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "place", "id"], name="compliance_automation_order"),
        ]

    def __str__(self) -> str:
        return self.name


class AutomationsOff(TenantModel):
    """While an organization has this row, none of its automations does anything."""

    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("by"),
            models.UniqueConstraint(fields=["organization"], name="compliance_automationsoff_one"),
        ]

    def __str__(self) -> str:
        return "off"


class AutomationTrigger(TenantModel):
    """Something that set rules off, written in the transaction in which it happened; done by a worker, once.

    `key` says what it was, so that the same thing told twice is one row. `rules`: ids of those that it sets off.
    `depth`: how many rules lie between it and a person, a customer or the clock. `look_at`: not before then.
    """

    key = models.CharField(max_length=140)
    rules = models.JSONField()
    contact_id = models.UUIDField()
    line_id = models.UUIDField(null=True, blank=True)
    conversation_id = models.UUIDField(null=True, blank=True)
    message_id = models.UUIDField(null=True, blank=True)
    kinds = models.JSONField(default=list, help_text="Kinds of findings in the text.")
    depth = models.PositiveSmallIntegerField(default=0)
    happened_at = models.DateTimeField()
    look_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["organization", "key"], name="compliance_automationtrigger_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["organization", "look_at", "id"],
                condition=models.Q(done_at=None),
                name="compliance_automation_due",
            ),
            models.Index(
                fields=["organization", "done_at"],
                condition=models.Q(done_at__isnull=False),
                name="compliance_automation_done",
            ),
        ]

    def __str__(self) -> str:
        return self.key


class AutomationRun(TenantModel):
    """That a rule's conditions held for one trigger, and what came of it. `once`: what it may do only once about."""

    class Result(models.TextChoices):
        ACTED = "acted", _("Done")
        PARTLY = "partly", _("Partly done")
        REFUSED = "refused", _("Refused")
        STOPPED = "stopped", _("Stopped by the loop guard")
        BROKEN = "broken", _("Something went wrong")

    automation = models.ForeignKey(Automation, on_delete=models.PROTECT, related_name="runs")
    trigger_id = models.UUIDField()
    contact_id = models.UUIDField()
    line_id = models.UUIDField(null=True, blank=True)
    conversation_id = models.UUIDField(null=True, blank=True)
    result = models.CharField(max_length=7, choices=Result.choices)
    once = models.CharField(max_length=100, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("automation"),
            models.UniqueConstraint(
                fields=["organization", "automation", "trigger_id"], name="compliance_automationrun_once"
            ),
            models.UniqueConstraint(
                fields=["organization", "automation", "once"],
                condition=~models.Q(once=""),
                name="compliance_automationrun_once_about",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "-at", "-id"], name="compliance_automationrun_log"),
            models.Index(fields=["organization", "conversation_id", "at"], name="compliance_automationrun_loop"),
        ]

    def __str__(self) -> str:
        return f"{self.result} {self.pk}"


class AutomationAct(TenantModel):
    """One action of one run, done once. `rule` is what refused it, `note` what people read (`tenancy.said`)."""

    class Result(models.TextChoices):
        DONE = "done", _("Done")
        REFUSED = "refused", _("Refused")
        WAITS = "waits", _("Waits for a colleague")

    run = models.ForeignKey(AutomationRun, on_delete=models.CASCADE, related_name="acts")
    kind = models.CharField(max_length=10)
    result = models.CharField(max_length=7, choices=Result.choices)
    rule = models.CharField(max_length=60, blank=True)
    note = models.TextField(blank=True)
    message_id = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("run"),
            models.UniqueConstraint(fields=["organization", "run", "kind"], name="compliance_automationact_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.result}"


class AutomationTrial(TenantModel):
    """What a rule would have done in the last month: counted in the background, nothing done. `until_at`, `until_id`:
    how far it is. `hits`: the first conversations, as pairs of an id and an ISO 8601 moment.
    """

    automation = models.ForeignKey(Automation, on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    since = models.DateTimeField()
    total = models.PositiveIntegerField(default=0)
    looked = models.PositiveIntegerField(default=0)
    times = models.PositiveIntegerField(default=0)
    hits = models.JSONField(default=list)
    until_at = models.DateTimeField(null=True, blank=True)
    until_id = models.UUIDField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("automation", "made_by"),
            models.UniqueConstraint(
                fields=["organization", "automation"],
                condition=models.Q(done_at=None),
                name="compliance_automationtrial_one",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "automation", "-made_at"], name="compliance_trial_last"),
        ]

    def __str__(self) -> str:
        return f"{self.times} of {self.looked}"
