"""What somebody asks to be held, as they say it, turned into scopes; every part is looked up in their organization."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, Team
from retention.holds.cannot_hold import CannotHold
from retention.models import HoldScope
from tenancy.encryption import blind_index
from texting.models import Contact, Conversation, Line, Tag
from texting.models.contact import NUMBER_INDEX
from texting.phone_numbers import BadNumber, mask, parse
from texting.queries.seeing import sees_everybody

MOST_SCOPES = 20
_ADDRESS = re.compile(
    r"/(?P<kind>contacts|inbox/c)/(?P<id>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
)


@dataclass(frozen=True)
class WantedScope:
    """One line of the form. `about`: a number as people write it, or the address of a contact or conversation."""

    about: str = ""
    team_id: UUID | None = None
    tag_id: UUID | None = None
    since: date | None = None
    until: date | None = None


def scopes(member: Membership, wanted: Sequence[WantedScope]) -> list[HoldScope]:
    """Scopes that are not stored yet, without a hold. Raises CannotHold, which says which line is wrong."""
    if not wanted:
        raise CannotHold(_("Say what the hold covers: a customer, a tag, a team or days."))
    if len(wanted) > MOST_SCOPES:
        raise CannotHold(_("A hold has at most %(number)s parts. Place a second one.") % {"number": MOST_SCOPES})
    return [_scope(member, one) for one in wanted]


def _scope(member: Membership, wanted: WantedScope) -> HoldScope:
    scope = HoldScope(since=wanted.since, until=wanted.until, added_at=timezone.now())
    if wanted.about.strip():
        _look_up(member, wanted.about.strip(), scope)
    if wanted.team_id is not None:
        if not Team.objects.filter(pk=wanted.team_id).exists():
            raise CannotHold(_("There is no such team any more. Choose another."))
        scope.team_id = wanted.team_id
        lines = Line.objects.filter(team_id=wanted.team_id).order_by("pk").values_list("pk", flat=True)
        scope.line_ids = [str(line) for line in lines]
    if wanted.tag_id is not None:
        if not Tag.objects.filter(pk=wanted.tag_id).exists():
            raise CannotHold(_("There is no such tag any more. Choose another."))
        scope.tag_id = wanted.tag_id
    if not (wanted.about.strip() or wanted.team_id or wanted.tag_id or wanted.since or wanted.until):
        raise CannotHold(_("Say what the hold covers: a customer, a tag, a team or days."))
    if wanted.since and wanted.until and wanted.until < wanted.since:
        raise CannotHold(_("The last day is before the first."))
    return scope


def _look_up(member: Membership, about: str, scope: HoldScope) -> None:
    if found := _ADDRESS.search(about.lower()):
        key = UUID(found["id"])
        model: type[Contact] | type[Conversation] = Contact if found["kind"] == "contacts" else Conversation
        if not model._default_manager.filter(pk=key).exists():
            raise CannotHold(_("There is nothing at that address in your organization."))
        if model is Contact:
            scope.contact_id = key
        else:
            scope.conversation_id = key
        return
    if not sees_everybody(member):  # or hidden digits could be guessed from what a preview counts
        raise CannotHold(
            _("You see numbers hidden, so a hold by number is for somebody who sees them. Use a contact's address.")
        )
    try:
        number = parse(about, member.organization.country)
    except BadNumber:
        raise CannotHold(
            _("That is neither a number nor the address of a contact or a conversation. Write it like +1 212 555 0181.")
        ) from None
    scope.number_index, scope.number_masked = blind_index(NUMBER_INDEX, number.e164), mask(number.e164)
