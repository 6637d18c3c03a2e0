"""Who hands over texts right now."""

from django.db import models

from tenancy.ids import new_id
from tenancy.models import Organization


class SendingTurn(models.Model):
    """A directory row (ids and times only): a worker hands over texts of an organization, until `until` at most."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+", db_index=False)
    urgent = models.BooleanField()
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.organization_id} until {self.until}"
