"""What findings and held texts quote of texts whose words have ended."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import F, Func, Value

from compliance.detectors.findings import LAST_FOUR_MARK
from compliance.models import Finding, HeldText
from tenancy.arrays import among
from texting.models import EndedAs


def forget(message_ids: Collection[UUID], ended_as: EndedAs) -> None:
    """Their kind, rules and judgement stay for reports; last digits, hashes of values and quoted reasons go.

    Where a period ended the texts, findings stay as they are: they have one of their own.
    """
    HeldText.objects.filter(message_id__in=among(message_ids)).update(body=None)
    if ended_as == EndedAs.RETENTION:
        return
    without_digits = Func(F("masked"), Value(f" {LAST_FOUR_MARK}[^]]*"), Value(""), function="regexp_replace")
    Finding.objects.filter(message_id__in=among(message_ids)).update(because=None, digest=None, masked=without_digits)
