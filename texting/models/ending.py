"""How a row says that its words have ended, why and when. What it was about, when and with whom, it goes on saying."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenancy.encryption import KeyDestroyed


class EndedAs(models.TextChoices):
    """Why the words of a row are there no more."""

    RETENTION = "retention", _("By the retention rule")
    REDACTED = "redacted", _("By a colleague")
    DELETED = "deleted", _("By a colleague, with what else the text was")
    ERASED = "erased", _("At the customer's request")


class Ending(models.Model):
    """Two columns of a row with words: since when they are gone, and why. `texting.ended` alone writes them.

    `ending_is_whole` belongs to the constraints of each model that has them.
    """

    ended_at = models.DateTimeField(null=True, blank=True, help_text="Since when its words are gone.")
    ended_as = models.CharField(max_length=10, choices=EndedAs.choices, blank=True)

    class Meta:
        abstract = True


def words_left(words: str | None) -> str:
    """The words of a row, for what cannot go on without them. Raises KeyDestroyed when they have ended, however."""
    if words is None:
        raise KeyDestroyed("the words of this row have ended")
    return words


def ending_is_whole(table: str, *words: str) -> models.CheckConstraint:
    """The words are there and nothing says that they ended, or they are gone and both columns say why and when."""
    there = models.Q(ended_at__isnull=True, ended_as="", **{f"{name}__isnull": False for name in words})
    gone = models.Q(ended_at__isnull=False, ended_as__in=EndedAs.values, **{f"{name}__isnull": True for name in words})
    return models.CheckConstraint(condition=there | gone, name=f"{table}_ended")
