"""Where an address is, as far as that is known here: nobody outside is asked, so no town is guessed."""

from collections.abc import Iterable
from ipaddress import ip_address

from django.utils.translation import gettext as _

from accounts.networks import is_in, label_of

# RFC 1918, 3927, 4193, 4291: addresses that nobody has on the internet. Python's `is_private` counts others too.
_PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10")


def place_of(address: str | None, networks: Iterable[tuple[str, str]] = ()) -> str:
    """`203.0.113.9, Main office`: the address, and what the organization calls its network or what kind it is."""
    if not address:
        return _("an unknown address")
    parsed = ip_address(address)
    known = label_of(address, networks)
    if not known and parsed.is_loopback:
        known = _("this machine")
    elif not known and is_in(address, _PRIVATE):
        known = _("a private network")
    return f"{address}, {known}" if known else address
