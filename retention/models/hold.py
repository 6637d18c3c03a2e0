"""Legal holds: what must stay whatever a rule, a request or a colleague says, for which matter, until two people agree.

What a hold is about is named by ids and by a number's blind index, so that a hold outlives a name, a number's change of
contact and a contact's change of number. Matter and reason are sealed: "Doe v. Harbor Dental" names somebody.
"""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from tenancy.encryption import ConfigKey, EncryptedTextField
from tenancy.isolation import AppendOnly, TenantModel, same_organization

LONGEST_MATTER, LONGEST_REASON = 120, 2000  # characters


class Hold(TenantModel):
    """One matter. It counts from the moment it is placed until it is released, also when `expires_on` is over.

    `expires_on` says when somebody wants to be asked again; `reminded_for` the day of that name for which they were.
    While `release_asked_by` is set, another member may confirm; the database refuses one and the same person.
    """

    class State(models.TextChoices):
        OPEN = "open", _("On hold")
        RELEASING = "releasing", _("Waiting for release")
        RELEASED = "released", _("Released")

    matter = EncryptedTextField(keys=[ConfigKey()], max_length=LONGEST_MATTER)
    reason = EncryptedTextField(keys=[ConfigKey()], max_length=LONGEST_REASON)
    owner = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    placed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", db_index=False)
    placed_at = models.DateTimeField()
    expires_on = models.DateField(null=True, blank=True)
    reminded_for = models.DateField(null=True, blank=True)
    gone_before = models.PositiveIntegerField(default=0, help_text="Texts that were destroyed when it was placed.")
    release_asked_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    release_asked_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("owner", "placed_by", "release_asked_by", "released_by"),
            models.CheckConstraint(
                condition=models.Q(
                    state="open", release_asked_by=None, release_asked_at=None, released_by=None, released_at=None
                )
                | models.Q(
                    state="releasing",
                    release_asked_by__isnull=False,
                    release_asked_at__isnull=False,
                    released_by=None,
                    released_at=None,
                )
                | models.Q(
                    state="released",
                    release_asked_by__isnull=False,
                    release_asked_at__isnull=False,
                    released_by__isnull=False,
                    released_at__isnull=False,
                ),
                name="retention_hold_state",
            ),
            models.CheckConstraint(
                condition=models.Q(released_by=None) | ~models.Q(released_by=models.F("release_asked_by")),
                name="retention_hold_two_people",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["organization", "id"], condition=~models.Q(state="released"), name="retention_hold_live"
            ),
        ]

    def __str__(self) -> str:
        return f"hold {self.pk}"


class HoldScope(TenantModel):
    """What a hold covers: all that is said in one row at once. A hold covers what any of its rows does.

    Days are the organization's; `held_between` widens them, so that no time zone loses a text. `line_ids`: the team's
    lines when it was placed, so that a line given to another team stays.
    """

    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, related_name="scopes", db_index=False)
    contact_id = models.UUIDField(null=True, blank=True)
    number_index = models.BinaryField(max_length=16, null=True, blank=True)
    number_masked = models.CharField(max_length=24, blank=True)
    conversation_id = models.UUIDField(null=True, blank=True)
    team_id = models.UUIDField(null=True, blank=True)
    line_ids = models.JSONField(default=list)
    tag_id = models.UUIDField(null=True, blank=True)
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)
    added_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("hold"),
            models.CheckConstraint(
                condition=models.Q(contact_id__isnull=False)
                | models.Q(number_index__isnull=False)
                | models.Q(conversation_id__isnull=False)
                | models.Q(team_id__isnull=False)
                | models.Q(tag_id__isnull=False)
                | models.Q(since__isnull=False)
                | models.Q(until__isnull=False),
                name="retention_holdscope_says_something",
            ),
            models.CheckConstraint(
                condition=models.Q(since=None) | models.Q(until=None) | models.Q(since__lte=models.F("until")),
                name="retention_holdscope_days",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "hold"], name="retention_holdscope_of_hold"),
        ]

    def __str__(self) -> str:
        return f"scope of {self.hold_id}"


class HeldContact(TenantModel):
    """A contact that a scope has met by what can change, such as its number or a tag: it stays covered for good."""

    scope = models.ForeignKey(HoldScope, on_delete=models.PROTECT, related_name="met", db_index=False)
    contact_id = models.UUIDField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("scope"),
            models.UniqueConstraint(fields=["organization", "scope", "contact_id"], name="retention_heldcontact_once"),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} by {self.scope_id}"


class HoldEvent(TenantModel):
    """One thing that happened to a hold, in order; never changed. `words` are a person's reason, sealed."""

    class Kind(models.TextChoices):
        PLACED = "placed", _("Placed")
        CHANGED = "changed", _("Changed")
        WIDENED = "widened", _("Widened")
        REMINDED = "reminded", _("Owner and admins reminded")
        ASKED = "asked", _("Release asked for")
        WITHDRAWN = "withdrawn", _("Request taken back")
        REFUSED = "refused", _("Release refused")
        LAPSED = "lapsed", _("Nobody confirmed in time")
        RELEASED = "released", _("Released")

    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, related_name="events", db_index=False)
    kind = models.CharField(max_length=9, choices=Kind.choices)
    actor = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    words = EncryptedTextField(keys=[ConfigKey()], blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("hold", "actor"),
            AppendOnly(name="retention_holdevent_append_only"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "hold", "id"], name="retention_holdevent_history"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.hold_id}"
