"""Texts that repeat, with names that are longer than anybody thought of, for the tours of all pages."""

from collections.abc import Iterator
from datetime import time, timedelta

from django.utils import timezone

from accounts.models import Membership
from tenancy.ids import new_id
from tenancy.isolation import activate
from texting.gate import OutsideHours
from texting.models import Conversation, TextSeries
from texting.scheduled import repeating
from texting.scheduled.recurring import Every, Pattern
from texting.scheduled.repeating import Repeats
from texting.scheduled.their_clock import zones_for

from .simulated_office import Office


def series_rows(office: Office, conversation: Conversation) -> None:
    """One that repeats on each day of the week."""
    pattern = Pattern(Every.WEEK, time(10), timezone.now().date() + timedelta(days=1), weekdays=tuple(range(7)))
    repeating.begin(
        member=office.agent,
        conversation=conversation,
        body="Donaudampfschifffahrtsgesellschaftskapitän " * 12,
        repeats=Repeats(pattern, 700),
        zone=zones_for(office.agent, conversation.contact)[0],
        message_id=new_id(),
        outside_hours=OutsideHours.SEND,
    )


def series_sights(member: Membership) -> Iterator[tuple[str, str]]:
    """The list, and one of it."""
    yield "scheduled-repeating", "/scheduled/?state=repeating"
    with activate(member.organization):
        series = TextSeries.objects.order_by("pk").first()
    if series is not None:
        yield "series", f"/scheduled/series/{series.pk}/"
