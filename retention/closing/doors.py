"""Every way into an organization is closed at once: sessions, keys of the API, addresses of lines, forms and links.

All of these are found before an organization is known, so they stand in tables outside the wall. Without them a
provider, a browser or a system of theirs is told that there is no such address: a carrier understands 404 as final, and
nothing is stored. What waits in queues to be sent goes the same way.
"""

from django.db import connection
from django.utils import timezone

from accounts.models import Membership
from retention.closing.belonging import STAYS, Table, tables
from tenancy.isolation import current_organization_id
from tenancy.models import Organization


def doors() -> list[Table]:
    """The tables by whose rows somebody or something comes in, or leaves."""
    return [
        table
        for table in tables()
        if not table.is_walled and table.model is not Membership and table.label not in STAYS
    ]


def close_doors() -> int:
    """For the active organization, in the running transaction; how many rows went. Twice is once."""
    organization, gone = current_organization_id(), 0
    Membership.objects.filter(organization=organization, is_active=True).update(is_active=False)
    with connection.cursor() as cursor:
        for table in doors():
            cursor.execute(f'DELETE FROM "{table.name}" WHERE {table.owner}', [organization])  # noqa: S608 - of our models
            gone += cursor.rowcount
    return gone


def mark_ended() -> None:
    """No round of the clock looks at the active organization any more; once said, it stays so."""
    organization = Organization.everyone.select_for_update().get(pk=current_organization_id())
    if organization.ended_at is None:
        organization.ended_at = timezone.now()
        organization.save(update_fields=["ended_at"])
