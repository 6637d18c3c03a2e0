"""Numbers that must not be texted: begun by a withdrawal, lifted by a permission, each named in the audit chain."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from accounts.models import Team
from compliance.ledger.anchoring import anchor_lifted, anchor_stop
from compliance.ledger.consent_state import brand_of
from compliance.models import ConsentEvent, ConsentRules, Suppression
from texting.models import Line


def suppress(event: ConsentEvent, *, since: datetime) -> None:
    """Keep the number of this withdrawal from being texted, as far as it reaches; once."""
    stop = Suppression(number_index=event.number_index, event=event, since=since)
    stop.team_id, stop.brand_id = event.team_id, event.brand_id
    Suppression.objects.bulk_create([stop], ignore_conflicts=True)
    if Suppression.objects.filter(pk=stop.pk).exists():  # and it was not kept from being texted before
        anchor_stop(stop)


def lift(given: ConsentEvent, *, said_at: datetime, line: Line | None) -> None:
    """End what is not newer than `said_at` and reaches the lines that this permission, said on `line`, is for."""
    found = Suppression.objects.filter(number_index=given.number_index, since__lte=said_at)
    if given.team_id is not None or given.brand_id is not None:
        found = found.filter(_reaching(given.team_id, given.brand_id or brand_at(line)))
    stops = list(found)
    Suppression.objects.filter(pk__in=[stop.pk for stop in stops]).delete()
    for stop in stops:
        anchor_lifted(stop, given.actor)


def team_of(line: Line | None) -> Team | None:
    """Whose texts alone a STOP to this line ends; None for those of all."""
    return line.team if line is not None and not revokes_all() else None


def brand_at(line: Line | None) -> UUID | None:
    """Of which brand, beside those of its team."""
    return brand_of(line) if line is not None and line.campaign_id is not None and not revokes_all() else None


def revokes_all() -> bool:
    """Whether a STOP to one line ends the texts of all."""
    rules = ConsentRules.objects.first()
    return rules is None or rules.revoke_all


def _reaching(team_id: UUID | None, brand_id: UUID | None) -> Q:
    """Suppressions that hold everywhere, for this team or for this brand."""
    found = Q(team=None, brand=None)
    if team_id is not None:
        found |= Q(team=team_id)
    return found | Q(brand=brand_id) if brand_id is not None else found
