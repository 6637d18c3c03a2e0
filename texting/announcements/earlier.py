"""An audience by what became of an earlier announcement: who got it, answered, did not answer, or did not get it."""

from typing import Any
from uuid import UUID

from django.db.models import DateTimeField, Exists, OuterRef, QuerySet, Subquery, TextChoices, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from texting.models import Announcement, AnnouncementRecipient, Message
from texting.queries import visible_lines
from texting.queries.access import NotYours

RowState = AnnouncementRecipient.State
OFFERED = 50  # the latest; older ones are found by their tags


class Outcome(TextChoices):
    """Which of its recipients are meant."""

    GOT = "got", _("who got it")
    ANSWERED = "answered", _("who got it and wrote to that line since")
    SILENT = "silent", _("who got it and wrote nothing since")
    LOST = "lost", _("who were to get it and did not")
    LEFT_OUT = "left_out", _("whom its check left out")


_STATES = {Outcome.LOST: (RowState.FAILED, RowState.REFUSED), Outcome.LEFT_OUT: (RowState.LEFT_OUT,)}


def offered(member: Membership) -> QuerySet[Announcement]:
    """Those that have begun, of lines that the member may use, the newest first."""
    rows = Announcement.objects.filter(started_at__isnull=False)
    return rows.filter(line_id__in=visible_lines(member).order_by().values("pk")).order_by("-started_at", "id")


def access_begun(member: Membership, announcement_id: UUID) -> Announcement:
    """One of them. Raises NotYours."""
    found = offered(member).filter(pk=announcement_id).first()
    if found is None:
        raise NotYours
    return found


def recipients_of(row: Announcement, outcome: Outcome) -> QuerySet[AnnouncementRecipient]:
    """Of one announcement, those of an outcome, as things stand.

    Somebody answered who wrote to its line after their text was written, whatever they wrote. Where that text has
    ended, whoever wrote since the announcement began.
    """
    rows = AnnouncementRecipient.objects.filter(announcement=row).order_by()
    rows = rows.filter(state__in=_STATES.get(outcome, (RowState.SENT,)))
    if outcome not in {Outcome.ANSWERED, Outcome.SILENT}:
        return rows
    text = Message.objects.filter(pk=OuterRef("message_id")).order_by().values("created_at")[:1]
    began = Value(row.started_at, output_field=DateTimeField())
    wrote = Message.objects.filter(
        contact=OuterRef("contact"),
        line=row.line_id,
        direction=Message.Direction.IN,
        created_at__gte=OuterRef("told_at"),
    )
    answered = Exists(wrote.order_by())
    rows = rows.annotate(told_at=Coalesce(Subquery(text), began))
    return rows.filter(answered if outcome == Outcome.ANSWERED else ~answered)


def contacts_of(member: Membership, announcement_id: UUID, outcome: str) -> "QuerySet[AnnouncementRecipient, Any]":
    """Their contacts, as a subquery; of nobody where the member may not see it. Raises NotYours."""
    row = access_begun(member, announcement_id)
    return recipients_of(row, Outcome(outcome)).values("contact_id")
