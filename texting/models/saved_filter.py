"""A question about contacts that somebody asks again and again."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Team
from tenancy.encryption import ConfigKey, EncryptedTextField
from tenancy.isolation import TenantModel, same_organization

LONGEST_FILTER = 60  # characters of a name


class SavedFilter(TenantModel):
    """Conditions under a name: its maker's alone, of a team, or of the whole organization.

    The name is a label and stands in clear, as a tag's does; what is compared with is sealed, since it may be about
    somebody. Nothing is granted by it: whoever uses it must be allowed to ask all of it themselves.
    """

    class Shared(models.TextChoices):
        NOBODY = "nobody", _("Only me")
        TEAM = "team", _("A team")
        ALL = "all", _("Everybody")

    name = models.CharField(max_length=LONGEST_FILTER)
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    shared = models.CharField(max_length=6, choices=Shared.choices, default=Shared.NOBODY)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    conditions = EncryptedTextField(keys=[ConfigKey()])  # JSON: `texting.filtering.conditions.Filter.as_json`
    changed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("made_by", "team"),
            models.CheckConstraint(condition=~models.Q(name=""), name="texting_savedfilter_named"),
            models.CheckConstraint(
                condition=models.Q(shared="team", team__isnull=False)
                | (~models.Q(shared="team") & models.Q(team=None)),
                name="texting_savedfilter_team",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shared} {self.pk}"
