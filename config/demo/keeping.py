"""Retention in the demo: a chosen period, a hold, a request about somebody's data, a purge with its certificate."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Membership
from retention.holds import placing
from retention.holds.placing import WantedHold
from retention.holds.wanted import WantedScope
from retention.models import RetentionPolicy
from retention.purging import running
from retention.requests import opening
from retention.requests.opening import Wanted
from tenancy.ids import new_id


def keep(owner: Membership, admin: Membership, story: Mapping[str, Any]) -> None:
    """As the story says: `periods` in days by kind, a `hold` and a `request` about numbers. Then last night's
    purge is begun; `end_what_is_due` goes on with it.
    """
    for kind, days in story["periods"].items():
        RetentionPolicy.objects.create(kind=kind, days=days, set_by=owner, set_at=timezone.now())
    hold = story["hold"]
    asked_again = timezone.localdate() + timedelta(days=hold["asked_again_in"])
    wanted = WantedHold(hold["matter"], hold["reason"], owner.pk, asked_again)
    placing.place(member=admin, hold_id=new_id(), wanted=wanted, about=[WantedScope(hold["about"])])
    request = story["request"]
    came = timezone.localdate() - timedelta(days=request["days_ago"])
    wish = Wanted(request["kind"], request["law"], request["channel"], request["about"], came, request["proof"])
    opening.open_request(member=admin, request_id=new_id(), wanted=wish)
    running.begin_night(timezone.now())


def end_what_is_due(owner: Membership) -> None:
    """The purge that was begun, with its certificate. Opens its own transactions."""
    running.go_on(owner.organization_id)
