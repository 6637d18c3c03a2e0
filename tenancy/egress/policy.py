"""What the operator has set for calls to addresses that others gave."""

from dataclasses import dataclass
from functools import cache
from ipaddress import ip_network
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from tenancy.egress.addresses import Reach


@dataclass(frozen=True)
class Policy:
    """`proxy` is (host, port) of an HTTP proxy that takes CONNECT; `ca_file` an authority beside the system's."""

    reach: Reach
    proxy: tuple[str, int] | None = None
    ca_file: str = ""


def current() -> Policy:
    """The settings, checked. Raises ImproperlyConfigured."""
    return _read(
        bool(settings.LOCAL),
        bool(settings.EGRESS_LOOPBACK),
        settings.EGRESS_CA_FILE,
        tuple(settings.EGRESS_DENIED),
        settings.EGRESS_PROXY,
    )


@cache
def _read(local: bool, loopback: bool, ca_file: str, denied: tuple[str, ...], proxy: str) -> Policy:
    if (loopback or ca_file) and not local:
        raise ImproperlyConfigured("EGRESS_LOOPBACK and EGRESS_CA_FILE are for local trials only; take them away.")
    try:
        networks = tuple(ip_network(network) for network in denied)
    except ValueError as error:
        raise ImproperlyConfigured(f"EGRESS_DENIED must list networks such as 198.51.100.0/24: {error}.") from None
    return Policy(Reach(loopback=loopback, denied=networks), _proxy(proxy), ca_file)


def _proxy(written: str) -> tuple[str, int] | None:
    if not written:
        return None
    try:
        parts = urlsplit(written)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host or not port or parts.scheme != "http" or parts.username or parts.path.strip("/"):
        raise ImproperlyConfigured("EGRESS_PROXY must look like http://proxy.example.com:4750.")
    return host, port
