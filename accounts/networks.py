"""Networks that people write down, one a line, and addresses that are looked for in them."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

MOST_NETWORKS = 100
LONGEST_LABEL = 60
WIDEST = {4: 8, 6: 16}  # shorter prefixes let half the world in and would only look like a rule
_MAPPED = 96  # ::ffff:0:0/96 holds the IPv4 addresses

Network = IPv4Network | IPv6Network


class Wrong(StrEnum):
    """What is the matter with a line."""

    NO_NETWORK = "no_network"
    HOST_BITS = "host_bits"
    TOO_WIDE = "too_wide"
    TWICE = "twice"
    LABEL = "label"
    TOO_MANY = "too_many"


class BadNetwork(ValueError):
    """A line cannot be used. `line` is what was written, `hint` what was perhaps meant or what it collides with."""

    def __init__(self, why: Wrong, line: str = "", hint: str = "") -> None:
        super().__init__(why)
        self.why, self.line, self.hint = why, line[:80], hint


@dataclass(frozen=True)
class Named:
    """One network (CIDR) and what people call it."""

    cidr: str
    label: str


def read_networks(written: str) -> list[Named]:
    """The lines `203.0.113.0/24 Main office` as networks; empty lines count for nothing. Raises BadNetwork.

    A network that lies in another one of the list is refused: it would change nothing, and whoever takes it out later
    would believe that it is out.
    """
    lines = [line.strip() for line in written.splitlines() if line.strip()]
    if len(lines) > MOST_NETWORKS:
        raise BadNetwork(Wrong.TOO_MANY)
    found: list[tuple[Network, Named]] = []
    for line in lines:
        entry, _, label = line.replace("\t", " ").partition(" ")
        network, label = _network(entry, line), " ".join(label.split())
        if len(label) > LONGEST_LABEL or not label.isprintable():
            raise BadNetwork(Wrong.LABEL, line)
        for other, named in found:
            if other.version == network.version and other.overlaps(network):
                raise BadNetwork(Wrong.TWICE, line, named.cidr)
        found.append((network, Named(str(network), label)))
    return [named for _network_, named in found]


def _network(entry: str, line: str) -> Network:
    if "%" in entry:  # a zone of one machine
        raise BadNetwork(Wrong.NO_NETWORK, line)
    try:
        loose = ip_network(entry, strict=False)
    except ValueError:
        raise BadNetwork(Wrong.NO_NETWORK, line) from None
    try:
        network: Network = ip_network(entry)
    except ValueError:
        raise BadNetwork(Wrong.HOST_BITS, line, str(loose)) from None
    mapped = network.network_address.ipv4_mapped if isinstance(network, IPv6Network) else None
    if mapped is not None and network.prefixlen >= _MAPPED:
        network = IPv4Network((mapped, network.prefixlen - _MAPPED))
    if network.prefixlen < WIDEST[network.version]:
        raise BadNetwork(Wrong.TOO_WIDE, line)
    return network


def is_in(address: str | None, cidrs: Iterable[str]) -> bool:
    """Whether the address lies in one of the networks. No address lies in none."""
    if address is None:
        return False
    parsed = ip_address(address)
    return any(parsed in ip_network(cidr) for cidr in cidrs)


def label_of(address: str | None, networks: Iterable[tuple[str, str]]) -> str:
    """What the organization calls the network of this address; "" when it has no word for it."""
    return next((label for cidr, label in networks if label and is_in(address, [cidr])), "")
