"""Days whose figures stand as counts."""

from typing import ClassVar

from django.db import models

from tenancy.isolation import TenantModel


class CountedDay(TenantModel):
    """A day of the organization's calendar whose rows were counted; deleted when one of them changes
    (`texting.counted_days`), until they are counted anew.
    """

    day = models.DateField()
    begin = models.DateTimeField()
    end = models.DateTimeField(help_text="Not included.")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["organization", "day"], name="texting_countedday_once"),
        ]

    def __str__(self) -> str:
        return str(self.day)
