"""Files that the organization had made of everything: they hold words of whoever is erased after they were made."""

from retention.exporting.running import end
from retention.holds.freezing import BY_MODEL, keeper
from retention.models import DataExport, Erasure
from retention.models.export import PERSON_ERASED
from retention.subjects import EXPORT

State = DataExport.State


def end_own_files(erasure: Erasure) -> int:
    """End those that are there or being made, in the running transaction; how many. Ask under `deleting_lock`.

    One that is on legal hold for itself, by its day, stays until it is released or its period is over.
    """
    rows = DataExport.objects.filter(request=None, kind=DataExport.Kind.COPY, state__in=[State.MAKING, State.READY])
    held = keeper(BY_MODEL[EXPORT])
    found = list(rows if held is None else rows.exclude(pk__in=DataExport.objects.filter(held).order_by().values("pk")))
    end(found, reason=f"erasure {erasure.pk}")
    DataExport.objects.filter(pk__in=[one.pk for one in found]).update(failure=PERSON_ERASED)
    return len(found)
