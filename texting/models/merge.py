"""Contacts that are one person with several numbers, and contacts of whom a colleague has said that they are not."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import Membership
from tenancy.encryption import ContactKey, EncryptedTextField
from tenancy.isolation import TenantModel, same_organization
from texting.models.contact import Contact


class ContactMerge(TenantModel):
    """One contact became a further number of another. `Contact.merged_into` says what holds; this, how it came about.

    `before` is what undoing needs (`texting.duplicates.states`), sealed under both contacts' keys, so whichever of them
    is erased takes it along; None when that is over. `ended_at`: it was undone (`undone_by`), or the two came apart
    because a number became somebody else's or a contact ended.
    """

    survivor = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+", db_index=False)
    merged = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+", db_index=False)
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField()
    before = EncryptedTextField(keys=[ContactKey("survivor_id"), ContactKey("merged_id")], null=True)
    undone_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("survivor", "merged", "made_by", "undone_by"),
            models.UniqueConstraint(
                fields=["organization", "merged"], condition=Q(ended_at=None), name="texting_contactmerge_once"
            ),
            models.CheckConstraint(condition=~Q(survivor=F("merged")), name="texting_contactmerge_two"),
            models.CheckConstraint(
                condition=Q(undone_by=None) | Q(ended_at__isnull=False), name="texting_contactmerge_undone"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "survivor"], name="texting_contactmerge_survivor"),
            models.Index(fields=["organization", "merged"], name="texting_contactmerge_merged"),
        ]

    def __str__(self) -> str:
        return f"{self.merged_id} into {self.survivor_id}"


class DifferentPeople(TenantModel):
    """Two contacts look alike and are not the same person: not asked again. `first` has the lesser id."""

    first = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+", db_index=False)
    second = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+", db_index=False)
    said_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", db_index=False)
    said_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("first", "second", "said_by"),
            models.UniqueConstraint(fields=["organization", "first", "second"], name="texting_differentpeople_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="texting_differentpeople_order"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "second"], name="texting_differentpeople_second"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} is not {self.second_id}"
