"""Which providers are plugged in: `settings.TEXTING_PROVIDERS`, name -> dotted path of the adapter's class."""

from dataclasses import replace
from functools import lru_cache

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from texting.providers.base import Capabilities, Credentials, Provider


class UnknownProvider(LookupError):
    """A line names a provider that this installation does not have."""


def names() -> list[str]:
    """The plugged-in providers, in the setting's order. Raises ImproperlyConfigured: the check at start asks this."""
    return list(_load(tuple(settings.TEXTING_PROVIDERS.items())))


def provider_for(name: str, credentials: Credentials) -> Provider:
    """The adapter of a line. Raises UnknownProvider. A base URL comes from the installation's settings only."""
    try:
        adapter = _load(tuple(settings.TEXTING_PROVIDERS.items()))[name]
    except KeyError:
        raise UnknownProvider(f"No provider named {name!r} is plugged in.") from None
    return adapter(replace(credentials, base_url=settings.TEXTING_PROVIDER_BASE_URLS.get(name, "")))


def capabilities_of(name: str) -> Capabilities:
    """What a plugged-in provider can do. Raises UnknownProvider."""
    try:
        return _load(tuple(settings.TEXTING_PROVIDERS.items()))[name].capabilities
    except KeyError:
        raise UnknownProvider(f"No provider named {name!r} is plugged in.") from None


@lru_cache(maxsize=4)
def _load(entries: tuple[tuple[str, str], ...]) -> dict[str, type[Provider]]:
    """Import each class once; remembered by the setting's content, so that a changed setting is read again."""
    if not entries:
        raise ImproperlyConfigured("TEXTING_PROVIDERS is empty: no line could send or receive.")
    adapters: dict[str, type[Provider]] = {}
    for name, path in entries:
        try:
            adapters[name] = import_string(path)
        except ImportError as error:
            raise ImproperlyConfigured(
                f"TEXTING_PROVIDERS[{name!r}] names {path}, which cannot be imported."
            ) from error
        if adapters[name].name != name:
            raise ImproperlyConfigured(f"TEXTING_PROVIDERS[{name!r}] is an adapter named {adapters[name].name!r}.")
    return adapters
