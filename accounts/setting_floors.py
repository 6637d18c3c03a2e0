"""Settings that must not become weaker than something asks for, such as a profile that the organization has taken on.

Whoever asks is named in `ACCOUNTS_SETTING_FLOORS`: dotted paths to `(setting, values) -> list[str]`, the reasons why
these values are too weak. Every use case that saves such a setting goes through `require_strong` first.
"""

from collections.abc import Callable, Mapping
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from accounts.models import Membership
from tenancy import audit
from tenancy.isolation import current_organization_id
from tenancy.models import Organization

Floor = Callable[[str, Mapping[str, object]], list[str]]


class TooWeak(ValueError):
    """The setting stays as it was; `reasons` are sentences for the person who asked."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


def require_strong(actor: Membership, setting: str, **values: object) -> None:
    """Raises TooWeak when something asks for more. Nobody takes on a profile between this and the save."""
    lock_settings()
    reasons = [reason for floor in _floors() for reason in floor(setting, values)]
    if reasons:
        audit.record(event=audit.AuditKind.SETTING_REFUSED, actor=actor, setting=setting)
        raise TooWeak(reasons)


def lock_settings() -> None:
    """Of those who change protected settings or profiles of the active organization one goes first."""
    Organization.objects.select_for_update(no_key=True).get(pk=current_organization_id())


@cache
def _floors() -> tuple[Floor, ...]:
    return tuple(import_string(path) for path in settings.ACCOUNTS_SETTING_FLOORS)
