"""What a member is told of, and how they want to be told."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from tenancy.isolation import TenantModel, same_organization
from texting.models.conversation import Conversation, Note


class Notification(TenantModel):
    """One thing that a member should know. Ids and times only; what is shown is read then.

    It is of a conversation, or about a thing (`about`, `about_id`: `texting.notifications.things`) that waits for the
    member or was decided, which has a row each time; `outcome` is what was decided.

    Of each kind but `MENTIONED` a member has one unread row for a conversation, which counts how often it happened
    (`times`) and moves up with the latest (`at`). `mailed_at`: when it was told outside the page, or was found to be
    told to nobody.
    """

    class Kind(models.TextChoices):
        MENTIONED = "mentioned", _("You were mentioned")
        ASSIGNED = "assigned", _("A conversation was assigned to you")
        TEXT = "text", _("A customer wrote in a conversation of yours")
        ESCALATION = "escalation", _("An escalation is yours")
        AUTOMATION = "automation", _("An automation tells you of a conversation")
        APPROVAL = "approval", _("Something waits for your approval")
        DECISION = "decision", _("What you asked for was decided")
        PAID = "paid", _("A customer paid in a conversation of yours")
        REFUNDED = "refunded", _("A payment in a conversation of yours was refunded")

    member = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    about = models.CharField(max_length=20, blank=True, default="")
    about_id = models.UUIDField(null=True, blank=True)
    outcome = models.CharField(max_length=10, blank=True, default="")
    actor = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    note = models.ForeignKey(Note, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    times = models.PositiveIntegerField(default=1)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("member", "conversation", "actor", "note"),
            models.CheckConstraint(
                condition=models.Q(kind="mentioned", note__isnull=False)
                | (~models.Q(kind="mentioned") & models.Q(note__isnull=True)),
                name="texting_notification_of_note",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["approval", "decision"], about_id__isnull=False)
                | (
                    ~models.Q(kind__in=["approval", "decision"])
                    & models.Q(about="", about_id__isnull=True, conversation__isnull=False)
                ),
                name="texting_notification_of_what",
            ),
            models.UniqueConstraint(
                fields=["organization", "member", "conversation", "kind"],
                condition=models.Q(read_at__isnull=True, note__isnull=True, about=""),
                name="texting_notification_one_unread",
            ),
            models.UniqueConstraint(
                fields=["organization", "member", "note"],
                condition=models.Q(note__isnull=False),
                name="texting_notification_of_note_once",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "member", "-at", "-id"], name="texting_notification_list"),
            models.Index(
                fields=["organization", "about_id"],
                condition=models.Q(about_id__isnull=False),
                name="texting_notification_about",
            ),
            models.Index(
                fields=["organization", "at"],
                condition=models.Q(read_at__isnull=True),
                name="texting_notification_untold",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


def every_kind() -> list[str]:
    """All kinds: what a member is told of who has chosen nothing."""
    return list(Notification.Kind.values)


def direct_kinds() -> list[str]:
    """What somebody meant for the member: all but customers' texts, and but what has a mail of its own."""
    kinds = Notification.Kind
    return [kind for kind in kinds.values if kind not in {kinds.TEXT, kinds.APPROVAL}]


class NotificationChoices(TenantModel):
    """How a member wants to be told; without a row the defaults hold.

    Each way lists kinds. `muted`: ids of teams of which the member is told nothing. The quiet hours are the
    organization's local time, may go over midnight, and hold back everything but the list itself. `sound`: a page that
    is open plays one when something new comes.
    """

    member = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    app = models.JSONField(default=every_kind)
    email = models.JSONField(default=direct_kinds)
    push = models.JSONField(default=every_kind)
    sound = models.BooleanField(default=False)
    muted = models.JSONField(default=list)
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("member"),
            models.UniqueConstraint(fields=["organization", "member"], name="texting_notificationchoices_once"),
            models.CheckConstraint(
                condition=models.Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | models.Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="texting_notificationchoices_quiet",
            ),
        ]

    def __str__(self) -> str:
        return f"choices of {self.member_id}"
