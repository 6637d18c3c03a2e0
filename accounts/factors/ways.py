"""The ways to show who one is besides the password, the strongest first, and what a session says was shown."""

from collections.abc import Iterable
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

PASSWORD = "password"  # noqa: S105 - the name of a factor
REMEMBERED = "remembered-"  # and the name of the way that this browser was remembered with


class Way(StrEnum):
    """A second factor, by the name that sessions and the audit log keep.

    A recovery code is for the day when the others are lost: it is never chosen, forbidden or required.
    """

    PASSKEY = "passkey"
    APP = "totp"
    SMS = "sms"
    EMAIL = "email"
    RECOVERY = "recovery"

    @property
    def label(self) -> str:
        """As a person chooses it."""
        return str(_LABELS[self])

    @property
    def icon(self) -> str:
        """The name of its drawing."""
        return _ICONS[self]


_LABELS = {
    Way.PASSKEY: _("Passkey or security key"),
    Way.APP: _("Authenticator app"),
    Way.SMS: _("Code by text message"),
    Way.EMAIL: _("Code by e-mail"),
    Way.RECOVERY: _("Recovery code"),
}
_ICONS = {
    Way.PASSKEY: "key-round",
    Way.APP: "smartphone",
    Way.SMS: "message-square",
    Way.EMAIL: "mail",
    Way.RECOVERY: "life-buoy",
}
_BY_NAME = {way.value: way for way in Way}
CHOICES = (Way.PASSKEY, Way.APP, Way.SMS, Way.EMAIL)
STRONG = frozenset({Way.PASSKEY, Way.APP})
WEAK = frozenset({Way.SMS, Way.EMAIL})


def in_order(ways: Iterable[Way]) -> tuple[Way, ...]:
    """The strongest first."""
    found = set(ways)
    return tuple(way for way in Way if way in found)


def named(names: Iterable[str]) -> frozenset[Way]:
    """The ways with these names; what is no such name says nothing."""
    return frozenset(_BY_NAME[name] for name in names if name in _BY_NAME)


def shown(factors: Iterable[str]) -> frozenset[Way]:
    """The second factors among what a session says was shown in it; not what it was remembered with."""
    return named(factors)


def remembered(factors: Iterable[str]) -> frozenset[Way]:
    """What this browser was remembered with when the session began."""
    return named(factor.removeprefix(REMEMBERED) for factor in factors if factor.startswith(REMEMBERED))
