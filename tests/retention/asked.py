"""A data request, opened by a member of the active organization."""

import json
from datetime import date

from django.utils import timezone

from accounts.models import Membership
from retention.erasing.running import facts_of
from retention.models import DataExport, DataExportPart, Erasure, SubjectRequest
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


def erased_for(member: Membership, request: SubjectRequest) -> Erasure:
    """An erasure that has its certificate and has ended nothing, for pages that need one."""
    erasure = Erasure(request=request, state="done", asked_by=member, at=timezone.now())
    nothing = dict.fromkeys(("waiting", "gone", "refused"), 0)
    erasure.certificate = json.dumps(facts_of(erasure, nothing) | {"public_key": "", "signature": ""})
    erasure.save()
    return erasure


def pack_for(member: Membership) -> DataExport:
    """An evidence pack of a few bytes that is ready for the member."""
    now = timezone.now()
    pack = DataExport.objects.create(
        kind="evidence",
        recipient=member,
        state="ready",
        asked_at=now,
        since=now.date(),
        until=now.date(),
        size=2,
        ready_at=now,
    )
    DataExportPart.objects.create(export=pack, number=0, content=b"PK")
    return pack


def copied_for(member: Membership, request: SubjectRequest) -> DataExport:
    """A copy of a few bytes that is ready for the member."""
    now = timezone.now()
    export = DataExport.objects.create(
        request=request,
        recipient=member,
        state="ready",
        asked_at=now,
        size=2,
        ready_at=now,
    )
    DataExportPart.objects.create(export=export, number=0, content=b"PK")
    return export
