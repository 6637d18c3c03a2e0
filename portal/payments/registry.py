"""Which payment providers there are, and the adapter of an account."""

from functools import cache
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from portal.models import PaymentAccount
from portal.payments.base import Keys, PaymentProvider


class UnknownPaymentProvider(LookupError):
    """The provider is not one of this installation's."""


def names() -> list[str]:
    """Keys of settings.PORTAL_PAYMENT_PROVIDERS."""
    return list(settings.PORTAL_PAYMENT_PROVIDERS)


def class_of(name: str) -> type[PaymentProvider]:
    """The adapter's class. Raises UnknownPaymentProvider."""
    path = settings.PORTAL_PAYMENT_PROVIDERS.get(name)
    if path is None:
        raise UnknownPaymentProvider(name)
    return _load(path)


def adapter(name: str, keys: Keys) -> PaymentProvider:
    """An adapter with keys that are not stored yet. Raises UnknownPaymentProvider."""
    return class_of(name)(keys)


def adapter_of(account: PaymentAccount) -> PaymentProvider:
    """The account's adapter. Raises UnknownPaymentProvider, ValueError for keys that cannot be read."""
    base_url = settings.PORTAL_PAYMENT_BASE_URLS.get(account.provider, "")
    keys = Keys.from_json(account.credentials, account_id=str(account.pk), base_url=base_url)
    return adapter(account.provider, keys)


@cache
def _load(path: str) -> type[PaymentProvider]:
    return cast(type[PaymentProvider], import_string(path))
