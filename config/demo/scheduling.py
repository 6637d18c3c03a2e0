"""Texts of the demo that leave in a few days."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Membership
from tenancy.ids import new_id
from texting.gate import OutsideHours
from texting.models import Conversation
from texting.scheduled import planning
from texting.scheduled.checking import When
from texting.scheduled.local_times import moment
from texting.scheduled.their_clock import zones_for


def schedule_text(members: Mapping[str, Membership], conversation: Conversation, story: Mapping[str, Any]) -> None:
    """As the story says: `by` whom, in how many `days`, at which `hour` of the customer's clock, and the `body`."""
    author = members[story["by"]]
    zone = zones_for(author, conversation.contact)[0]
    day = timezone.now().astimezone(zone.info).date() + timedelta(days=story["days"])
    wall = datetime(day.year, day.month, day.day, story["hour"])
    when = When(moment(wall, zone.info, second=False), zone, OutsideHours.WAIT)
    planning.schedule(member=author, conversation=conversation, body=story["body"], when=when, message_id=new_id())
