"""Everything that happened with a contact, in pages."""

from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.permissions import MemberRequest, Permission, requires
from texting import queries
from texting.timeline.merging import page


@requires(Permission.CONTACTS_READ)
@require_safe
def timeline(request: MemberRequest, contact_id: UUID) -> HttpResponse:
    """Newest first; `before` in the address leads to older ones. The contact's page fetches it when it is looked at."""
    found = queries.access_contact(request.member, contact_id)
    entries, older = page(request.member, found, _moment(request.GET.get("before", "")))
    context = {
        "contact_id": found.pk,
        "entries": entries,
        "older": urlencode({"before": older.isoformat()}) if older else "",
    }
    return render(request, "texting/_timeline.html", context)


def _moment(written: str) -> datetime | None:
    """None for what is no moment."""
    try:
        moment = datetime.fromisoformat(written)
        return moment if timezone.is_aware(moment) else None
    except ValueError:
        return None
