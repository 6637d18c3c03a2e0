"""A hold, placed by a member of the active organization."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from accounts.models import Membership
from retention.holds import placing
from retention.holds.placing import WantedHold
from retention.holds.wanted import WantedScope
from retention.models import Hold
from tenancy.ids import new_id


def place_hold(
    member: Membership,
    *scopes: WantedScope,
    about: str = "",
    matter: str = "Doe v. Harbor",
    expires_on: date | None = None,
    hold_id: UUID | None = None,
) -> Hold:
    """The hold; `about` for one of a single part."""
    wanted = WantedHold(matter, "Letter of their lawyer", member.pk, expires_on)
    parts: Sequence[WantedScope] = scopes or (WantedScope(about),)
    return placing.place(member=member, hold_id=hold_id or new_id(), wanted=wanted, about=parts)
