"""What is to be done or asked, and when: rows outside the organizations' wall, claimed one at a time with a lease."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models.functions import Now

from portal.models import PaymentDue
from tenancy.isolation import current_organization_id

Kind = PaymentDue.Kind
LEASE = timedelta(seconds=90)  # more than one call to a provider takes


@dataclass(frozen=True)
class Claim:
    """One row that nobody else works on until the lease ends. `tries` counts this one."""

    id: int
    kind: PaymentDue.Kind
    subject_id: UUID
    organization_id: UUID
    tries: int
    due_at: datetime


def put(kind: PaymentDue.Kind, subject_id: UUID, at: datetime) -> None:
    """Have it done at `at`, or earlier when it stands there for earlier already; the running transaction decides.

    While somebody is at it, it will be done once more at `at`: what they read may be older than what has happened.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO portal_paymentdue (subject_id, kind, organization_id, due_at, tries)"
            " VALUES (%s, %s, %s, %s, 0)"
            " ON CONFLICT (subject_id, kind) DO UPDATE SET due_at = CASE"
            " WHEN portal_paymentdue.lease_until > statement_timestamp() THEN excluded.due_at"
            " ELSE least(portal_paymentdue.due_at, excluded.due_at) END",
            [subject_id, kind, current_organization_id(), at],
        )


def drop(kind: PaymentDue.Kind, subject_id: UUID) -> None:
    """Nothing is left to do."""
    PaymentDue.objects.filter(kind=kind, subject_id=subject_id).delete()


_CLAIM = """
UPDATE portal_paymentdue SET lease_until = statement_timestamp() + make_interval(secs => %(lease)s), tries = tries + 1
WHERE id IN (
    SELECT id FROM portal_paymentdue
    WHERE due_at <= statement_timestamp() AND (lease_until IS NULL OR lease_until <= statement_timestamp())
        AND (%(subject)s::uuid IS NULL OR subject_id = %(subject)s::uuid)
    ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, kind, subject_id, organization_id, tries, due_at
"""


def claim(subject_id: UUID | None = None) -> Claim | None:
    """What is due the longest by the database's clock, only of `subject_id` when it is given; None when nothing is."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"lease": LEASE.total_seconds(), "subject": subject_id})
        row = cursor.fetchone()
    if row is None:
        return None
    number, kind, subject, organization, tries, due_at = row
    return Claim(number, Kind(kind), subject, organization, tries, due_at)


def finish(claim: Claim, again_in: timedelta | None) -> None:
    """Give the claim back: gone, or due again after `again_in`.

    A claim that somebody else has by now is left alone; one that was asked for meanwhile is due when that says.
    """
    mine = PaymentDue.objects.filter(pk=claim.id, tries=claim.tries)
    same = mine.filter(due_at=claim.due_at)
    if again_in is None:
        same.delete()
    else:
        same.update(due_at=Now() + again_in)
    mine.update(lease_until=None)
