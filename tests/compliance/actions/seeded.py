"""Checked conversations of days long ago, and actions about them."""

from datetime import date, datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from compliance.actions import opening
from compliance.actions.opening import Wanted
from compliance.actions.places import Place
from compliance.actions.windows import today
from compliance.models import CheckedConversation
from tenancy.isolation import activate


def checked(desk, day, *, fails=0, holds=0, line=None, agent=None):
    """So many conversations that were resolved at noon of the day, whose last check fails or holds."""
    at = datetime.combine(day, time(12), ZoneInfo(desk.organization.time_zone))
    with activate(desk.organization):
        CheckedConversation.objects.bulk_create(
            CheckedConversation(
                conversation_id=uuid4(),
                line=line or desk.line,
                agent=agent,
                resolved_at=at,
                number=1,
                opt_in="holds",
                opening="holds",
                content="holds",
                gray="fails" if number < fails else "holds",
            )
            for number in range(fails + holds)
        )


def wanted(desk, **other):
    """What a supervisor says of an action about the fourth check."""
    said = {
        "title": "Call back the same day",
        "words": "Ring before five.",
        "owner_id": desk.cast.agent.pk,
        "due_on": now_day(desk) + timedelta(days=7),
        "change": "training",
        "rate": "check:gray",
        "target": 10.0,
        "window": 14,
        "place": Place(),
    }
    return Wanted(**(said | other))


def opened(desk, **other):
    """Opened by the owner of the organization."""
    with activate(desk.organization):
        return opening.open_action(member=desk.cast.owner, action_id=uuid4(), wanted=wanted(desk, **other), origin=None)


def now_day(desk) -> date:
    """Today, where the organization is."""
    return today(desk.organization.time_zone)


def an_action(owner) -> Wanted:
    """Of the whole organization, without a desk. Needs the organization to be active."""
    due_on = today(owner.organization.time_zone) + timedelta(days=7)
    return Wanted(
        title="Call back the same day",
        words="",
        owner_id=owner.pk,
        due_on=due_on,
        change="training",
        rate="check:gray",
        target=10.0,
        window=14,
    )
