"""What the start of a system is refused for."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from portal.payments.stripe.places import checked_base


@register
def payments_are_real(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """No simulated payment where real customers are: a page that takes no money would say that it did."""
    found: list[CheckMessage] = []
    if "simulator" in settings.PORTAL_PAYMENT_PROVIDERS and not settings.LOCAL:
        hint = "Take it out of PORTAL_PAYMENT_PROVIDERS; it is for PARLEY_LOCAL=1 only."
        found.append(Error("The payment simulator is switched on in production.", hint=hint, id="portal.E001"))
    try:
        checked_base(settings.PORTAL_PAYMENT_BASE_URLS.get("stripe", ""))
    except ValueError as error:
        found.append(Error("STRIPE_BASE_URL cannot be used.", hint=str(error), id="portal.E002"))
    return found
