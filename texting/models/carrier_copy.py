"""Texts that the provider is to forget: they held what must not be kept, or their pictures are here."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenancy.isolation import TenantModel, same_organization
from texting.models.line import Line


class CarrierCopy(TenantModel):
    """One text's copy at the provider. `due_at`: when it is asked (again); empty when it is gone or was refused."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Is still there")
        GONE = "gone", _("Was redacted")
        DELETED = "deleted", _("Was deleted")
        REFUSED = "refused", _("The provider will not")

    message_id = models.UUIDField(help_text="The text; stored in the same transaction, but later.")
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="+", db_index=False)
    deletes = models.BooleanField(default=False, help_text="Not its words alone: the provider's whole record.")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    due_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    code = models.CharField(max_length=20, blank=True, help_text="The provider's code of the last refusal.")
    wanted_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("line"),
            models.UniqueConstraint(fields=["organization", "message_id"], name="texting_carriercopy_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["organization", "due_at"],
                condition=models.Q(due_at__isnull=False),
                name="texting_carriercopy_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message_id}: {self.state}"
