"""Every kind of event in the audit log, by area. A kind is never renamed: old events keep theirs."""

from collections.abc import Iterator

from tenancy.audit_kinds.delivery import Delivery
from tenancy.audit_kinds.keeping import Keeping
from tenancy.audit_kinds.kind import AuditEventKind
from tenancy.audit_kinds.people import People
from tenancy.audit_kinds.permission import Permission
from tenancy.audit_kinds.safety import Safety
from tenancy.audit_kinds.work import Work

__all__ = ["AuditEventKind", "AuditKind", "kind_of"]

AREAS = (People, Work, Permission, Safety, Delivery, Keeping)


class _All(type):
    """The kinds one after the other, as of an enumeration."""

    def __iter__(cls) -> Iterator[AuditEventKind]:
        return iter(_BY_VALUE.values())

    def __len__(cls) -> int:
        return len(_BY_VALUE)

    def __contains__(cls, value: object) -> bool:
        return value in _BY_VALUE


_NAMED = [(name, kind) for area in AREAS for name, kind in vars(area).items() if isinstance(kind, AuditEventKind)]
_BY_VALUE = {str(kind): kind for _, kind in _NAMED}
if len({name for name, _ in _NAMED}) != len(_NAMED) or len(_BY_VALUE) != len(_NAMED):
    raise AssertionError("two kinds of events have one name or stand in the log as the same")


class AuditKind(People, Work, Permission, Safety, Delivery, Keeping, metaclass=_All):
    """What happened. Pages show `label`."""


def kind_of(event: str) -> AuditEventKind:
    """The kind that stands in the log as `event`. Raises ValueError for what is none."""
    try:
        return _BY_VALUE[event]
    except KeyError:
        raise ValueError(f"{event!r} is not a valid AuditKind") from None
