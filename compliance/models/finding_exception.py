"""What an organization has found the detectors to be wrong about again and again: by kind and rules, never by value."""

from typing import ClassVar

from django.db import models

from accounts.models import Membership
from tenancy.isolation import TenantModel, same_organization

NEVER = ("PAYMENT_CARD", "CARD_SECURITY", "US_SSN", "US_ITIN", "CREDENTIAL")
"""Kinds that know no exception: what is removed on its way in, and what nobody may send."""


class FindingException(TenantModel):
    """Likely findings of this kind that were found by exactly these rules are none, until `review_at`.

    `phrase`: only where a rule matched this phrase of the detectors' own lists; empty: whatever it matched.
    """

    type = models.CharField(max_length=20, help_text="A label type of the detectors, none of NEVER.")
    rules = models.CharField(max_length=400, help_text="Names of rules without what they matched, sorted, by commas.")
    phrase = models.CharField(max_length=80, blank=True)
    finding_id = models.UUIDField(help_text="The finding that was judged wrong.")
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    review_at = models.DateTimeField(help_text="It holds until then; somebody says that it stays, or it ends.")
    ended_at = models.DateTimeField(null=True, blank=True, help_text="When somebody removed it.")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("made_by"),
            models.CheckConstraint(condition=~models.Q(type__in=NEVER), name="compliance_findingexception_never"),
            models.UniqueConstraint(
                fields=["organization", "type", "rules", "phrase"],
                condition=models.Q(ended_at=None),
                name="compliance_findingexception_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type}: {self.rules}"
