"""Where a row says which data keys are its own.

A source names attributes of the row, so that a field's keys are written down once, beside the field. Sources are plain
values: migrations can store them.
"""

from dataclasses import astuple, dataclass
from datetime import UTC, date, datetime
from typing import Any, Protocol
from uuid import UUID

from tenancy.encryption.errors import CannotSeal

CONTACT, CONFIG, INDEX = "contact", "config", "index"

INSTALLATION = UUID(int=0)
"""Stands for the organization of rows that belong to none, such as a user's authenticator app."""


class KeySource(Protocol):
    """Names one data key: its kind, and its scope for one row."""

    @property
    def kind(self) -> str:
        """At most 20 characters."""
        ...

    @property
    def attribute(self) -> str | None:
        """Of the row; None when the scope does not depend on the row."""
        ...

    @property
    def of_installation(self) -> bool:
        """Whether the key belongs to no organization."""
        ...

    def scope(self, row: Any) -> str:
        """At most 40 characters. Raises CannotSeal when the row does not know yet."""
        ...


class _Deconstructible:
    """Lets migrations write a source down; the class must be had from `tenancy.encryption`."""

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        return f"tenancy.encryption.{type(self).__name__}", astuple(self), {}  # type: ignore[call-overload]


def day_scope(day: date) -> str:
    """The scope of a day's key, for whoever destroys it: `2026-11-22`. Days are days of UTC."""
    return day.isoformat()


@dataclass(frozen=True)
class DayKey(_Deconstructible):
    """One key for an organization, a kind of content and a day of UTC. `attribute` names the row's aware datetime."""

    kind: str
    attribute: str
    of_installation = False

    def scope(self, row: Any) -> str:
        at = getattr(row, self.attribute)
        if not isinstance(at, datetime) or at.tzinfo is None:
            raise CannotSeal(f"{type(row).__name__}.{self.attribute} must be an aware datetime before the row is saved")
        return day_scope(at.astimezone(UTC).date())


@dataclass(frozen=True)
class ContactKey(_Deconstructible):
    """One key for a contact: destroying it erases the person. `attribute` names the row's contact id."""

    attribute: str
    kind = CONTACT
    of_installation = False

    def scope(self, row: Any) -> str:
        contact_id = getattr(row, self.attribute)
        if contact_id is None:
            raise CannotSeal(f"{type(row).__name__}.{self.attribute} must name a contact before the row is saved")
        return str(contact_id)


@dataclass(frozen=True)
class RowKey(_Deconstructible):
    """One key for everything that belongs to one row, to be destroyed together. `attribute` names that row's id."""

    kind: str
    attribute: str
    of_installation = False

    def scope(self, row: Any) -> str:
        row_id = getattr(row, self.attribute)
        if row_id is None:
            raise CannotSeal(f"{type(row).__name__}.{self.attribute} must name a row before this one is saved")
        return str(row_id)


@dataclass(frozen=True)
class ConfigKey(_Deconstructible):
    """One key for an organization's settings: credentials and secrets. Replaced by `manage.py rotate_keys`."""

    kind = CONFIG
    attribute = None
    of_installation = False

    def scope(self, row: Any) -> str:
        return ""


@dataclass(frozen=True)
class InstallationKey(_Deconstructible):
    """One key for rows that belong to no organization, such as a user's authenticator app."""

    kind = CONFIG
    attribute = None
    of_installation = True

    def scope(self, row: Any) -> str:
        return ""
