"""The tenant: one business."""

from typing import ClassVar
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from tenancy.ids import new_id


def known_time_zone(value: str) -> None:
    """Raise ValidationError unless `value` is a zone of the IANA database."""
    if value not in available_timezones():
        raise ValidationError(
            _("%(value)s is not a time zone of the IANA database, such as America/New_York."), params={"value": value}
        )


class OpenOrganizations(models.Manager["Organization"]):
    """Those that have not ended: what rounds and look-ups see. Of one that ended nothing can be read any more."""

    def get_queryset(self) -> "models.QuerySet[Organization]":
        """Without those that ended."""
        return super().get_queryset().filter(ended_at=None)


class Organization(models.Model):
    """One business and what each of its texts needs to know about it. A directory row without customer data."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(
        max_length=60,
        help_text="The company's name as customers know it; the first text of each conversation begins with it.",
    )
    slug = models.SlugField(max_length=40, unique=True)
    country = models.CharField(max_length=2, default="US", validators=[RegexValidator(r"^[A-Z]{2}$")])
    time_zone = models.CharField(max_length=64, default="America/New_York", validators=[known_time_zone])
    help_contact = models.CharField(
        max_length=80, blank=True, help_text="Telephone number or e-mail address named in the answer to HELP."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    closes_at = models.DateTimeField(null=True, blank=True, help_text="An owner ends it; until then it can be kept.")
    ended_at = models.DateTimeField(null=True, blank=True, help_text="Its keys are destroyed.")
    end_asked_at = models.DateTimeField(
        null=True, blank=True, help_text="An owner asked for its end, which was not taken back."
    )
    purging_since = models.DateTimeField(null=True, blank=True, help_text="A purge runs since then; for the gauge.")

    objects = OpenOrganizations()
    everyone: ClassVar["models.Manager[Organization]"] = models.Manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name
