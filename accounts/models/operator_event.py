"""What operators of the installation did, outside every organization."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenancy.ids import new_id
from tenancy.models import Organization


class OperatorEvent(models.Model):
    """A directory row: ids, times, where from. `user` is empty for what was done on the command line."""

    class Act(models.TextChoices):
        MADE_OPERATOR = "operator:made", _("Made an operator")
        NO_OPERATOR = "operator:ended", _("No longer an operator")
        LOOKED = "operators_page:read", _("Looked at the operators' page")
        CREATED = "organization:created", _("Created an organization")
        END_BEGUN = "organization:end_begun", _("Ended an organization, in 30 days")
        END_TAKEN_BACK = "organization:end_taken_back", _("Took an end back")
        END_CERTIFICATE = "organization:certificate", _("Fetched the certificate of an end")
        SIGNED_UP = "organization:signed_up", _("Signed up by themselves")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField(default=timezone.now)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    act = models.CharField(max_length=30, choices=Act.choices)
    organization = models.ForeignKey(Organization, null=True, on_delete=models.PROTECT, related_name="+")
    address = models.GenericIPAddressField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.act} at {self.at:%Y-%m-%d %H:%M:%S}"
