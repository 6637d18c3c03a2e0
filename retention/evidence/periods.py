"""The days of a pack."""

from compliance.reports.periods import Period
from retention.models import DataExport


def period_of(export: DataExport) -> Period:
    """Its days, in the organization's time zone."""
    if export.since is None or export.until is None:
        raise ValueError("a pack without days")
    return Period(export.since, export.until, export.organization.time_zone)
