"""A data request, opened by a member of the active organization."""

from datetime import date

from django.utils import timezone

from accounts.models import Membership
from retention.models import SubjectRequest
from retention.requests import opening
from retention.requests.opening import Wanted
from tenancy.ids import new_id


def ask_request(
    member: Membership,
    number: str,
    *,
    kind: str = "both",
    law: str = "gdpr",
    received_on: date | None = None,
    proof: str = "called",
) -> SubjectRequest:
    """The request, proved unless `proof` is empty."""
    wanted = Wanted(kind, law, "phone", number, received_on or timezone.localdate(), proof)
    return opening.open_request(member=member, request_id=new_id(), wanted=wanted)
