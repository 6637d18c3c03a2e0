"""What a web address that a member or a stranger gave may look like, and which machines it may lead to.

One reader for checking and for calling: nothing behind this module reads the text again. It is strict where the WHATWG
reader of browsers is kind, since each kindness (backslashes, `0x7f.1`, tabs, `@`) is a way to mean another machine.

The lists follow the special-purpose registries of IANA for IPv4 and IPv6. `ipaddress.is_global` is asked as well, but
cannot stand alone: Python 3.11 calls 6to4, NAT64, `::1.2.3.4`, 3fff::/20 and multicast global.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import idna

PORTS = frozenset({443, 8443})
LONGEST = 2000  # characters of a whole address

Ip = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# https://www.iana.org/assignments/iana-ipv4-special-registry and .../iana-ipv6-special-registry
_NOT_FOR_US: tuple[Network, ...] = tuple(
    ip_network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared by a carrier; also a cloud's metadata
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # Azure's own agent: public by its number, inside by its place
        "169.254.0.0/16",  # link-local; most clouds' metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments; also a cloud's metadata
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
        # Of IPv6 only 2000::/3 is global unicast, which leaves out ::/96, IPv4-mapped, NAT64, local, link, multicast.
        "2001::/23",  # protocol assignments: Teredo, ORCHID, benchmarks
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: carries an IPv4 address
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_ISATAP = frozenset({0x00005EFE, 0x02005EFE})  # RFC 5214: in front of an IPv4 address, in the last 64 bits

_WRITTEN = re.compile(r"(?i:https)://(?P<authority>[^/?#]*)(?P<path>/[^?#]*)?(?P<query>\?[^#]*)?")
_AUTHORITY = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^\[\]:]+)(?::(?P<port>[0-9]{1,5}))?")
_PLAIN = re.compile(r"[!-~]+")  # printable ASCII without the space
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_LOOKS_LIKE_A_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")  # https://url.spec.whatwg.org/#ends-in-a-number-checker
_OTHER_DOTS = frozenset("\u3002\uff0e\uff61")  # IDNA reads them as dots


class Refusal(StrEnum):
    """Why an address is not called."""

    NOT_AN_ADDRESS = "not_an_address"
    TOO_LONG = "too_long"
    NOT_HTTPS = "not_https"
    CREDENTIALS = "credentials"
    PORT = "port"
    HOST = "host"
    FRAGMENT = "fragment"
    CHARACTERS = "characters"
    NOT_PUBLIC = "not_public"


class EgressRefused(Exception):
    """This address is never called; `reason` says why. The text of the exception does not name the address."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True)
class Reach:
    """What this installation allows beyond the rule, and forbids beyond it."""

    loopback: bool = False  # this machine, at any port: for tests and local trials
    denied: tuple[Network, ...] = ()  # public numbers that are the operator's own network


@dataclass(frozen=True)
class WebAddress:
    """An https address in parts. `host` is lower-case ASCII, an IPv6 number without brackets."""

    host: str
    port: int
    target: str  # path and query, as they go on the wire
    number: Ip | None  # the host, when it is a number

    @property
    def authority(self) -> str:
        """What the Host header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == 443 else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"https://{self.authority}{self.target}"


def read(text: str, reach: Reach) -> WebAddress:
    """Take an address apart. Raises EgressRefused; a number that may not be reached is refused here already."""
    if len(text) > LONGEST:
        raise EgressRefused(Refusal.TOO_LONG)
    if not text.isprintable() or " " in text:
        raise EgressRefused(Refusal.CHARACTERS)
    written = _WRITTEN.fullmatch(text)
    if written is None:
        raise EgressRefused(_why_not(text))
    authority, target = written["authority"], (written["path"] or "/") + (written["query"] or "")
    if "@" in authority:
        raise EgressRefused(Refusal.CREDENTIALS)
    if not _PLAIN.fullmatch(target) or "\\" in target:
        raise EgressRefused(Refusal.CHARACTERS)
    parts = _AUTHORITY.fullmatch(authority)
    if parts is None:
        raise EgressRefused(Refusal.HOST)
    host, number = _host(parts["host"], reach)
    port = int(parts["port"] or 443)
    local = host == "localhost" or (number is not None and number.is_loopback)
    if port not in PORTS and not (reach.loopback and local and 0 < port < 65536):
        raise EgressRefused(Refusal.PORT)
    return WebAddress(host, port, target, number)


def _why_not(text: str) -> Refusal:
    if "#" in text:
        return Refusal.FRAGMENT
    return Refusal.NOT_HTTPS if re.match(r"(?i)(?!https:)[a-z][a-z0-9+.-]*:", text) else Refusal.NOT_AN_ADDRESS


def _host(written: str, reach: Reach) -> tuple[str, Ip | None]:
    number = _number(written)
    if number is not None:
        if not may_reach(number, reach):
            raise EgressRefused(Refusal.NOT_PUBLIC)
        return str(number), number
    name = _ascii(written)
    labels = name.split(".")
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise EgressRefused(Refusal.HOST)
    if _LOOKS_LIKE_A_NUMBER.fullmatch(labels[-1]):  # decimal, octal, hexadecimal, too few or too many parts
        raise EgressRefused(Refusal.HOST)
    if len(labels) < 2 and not (reach.loopback and name == "localhost"):  # a name of the inner network
        raise EgressRefused(Refusal.HOST)
    return name, None


def _number(written: str) -> Ip | None:
    """The host as a number in its usual spelling; None for a name or for anything else."""
    bracketed = written.startswith("[")
    try:
        number = ip_address(written.strip("[]") if bracketed else written)
    except ValueError:
        if bracketed:
            raise EgressRefused(Refusal.HOST) from None
        return None
    if bracketed is isinstance(number, IPv4Address):
        raise EgressRefused(Refusal.HOST)
    return number


def _ascii(written: str) -> str:
    """The name as DNS knows it. Strict IDNA 2008: nothing is mapped, so no digit in disguise becomes a digit."""
    if written.isascii():
        return written.lower()
    if _OTHER_DOTS & set(written):
        raise EgressRefused(Refusal.HOST)
    try:
        return idna.encode(written.lower(), strict=True).decode()
    except (idna.IDNAError, UnicodeError):
        raise EgressRefused(Refusal.HOST) from None


def may_reach(number: Ip, reach: Reach) -> bool:
    """Whether a connection to this very machine is allowed."""
    if getattr(number, "scope_id", None) is not None:
        return False
    if number.is_loopback:
        return reach.loopback
    if isinstance(number, IPv6Address):
        tunnelled = (int(number) >> 32) & 0xFFFFFFFF in _ISATAP
        if number not in _GLOBAL_UNICAST or tunnelled:
            return False
    return number.is_global and not any(number in network for network in (*_NOT_FOR_US, *reach.denied))
