"""An address that somebody gave is read strictly, and no machine that is not public is ever reached."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenancy.egress import addresses
from tenancy.egress.addresses import EgressRefused, Reach, Refusal, may_reach, read

NOBODY = Reach()
LOCAL = Reach(loopback=True)

FORBIDDEN = [
    # IANA's special-purpose registry for IPv4, multicast, and what is public by its number only
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"),
    *("192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24"),
    *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32"),
    # the same for IPv6
    *("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64"),
    *("2001::/23", "2001::/32", "2001:2::/48", "2001:10::/28", "2001:20::/28", "2001:db8::/32", "2002::/16"),
    *("2620:4f:8000::/48", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8", "4000::/2"),
]


def refusal(text: str, reach: Reach = NOBODY) -> Refusal:
    with pytest.raises(EgressRefused) as refused:
        read(text, reach)
    assert not text or text not in str(refused.value), "the exception may end in a log"
    return refused.value.reason


@given(st.data())
@pytest.mark.parametrize("network", FORBIDDEN)
def test_no_number_of_a_forbidden_network_is_reached(network, data):
    number = data.draw(st.ip_addresses(network=network))
    for reach in (NOBODY, Reach(denied=(ip_network("8.8.8.0/24"),))):
        assert not may_reach(number, reach)


@given(st.ip_addresses(v=4))
def test_no_ipv4_number_is_reached_in_the_clothes_of_ipv6(number):
    value = int(number)
    high, low = value >> 16, value & 0xFFFF
    disguises = [
        *(f"::ffff:{number}", f"::{number}", f"64:ff9b::{number}", f"64:ff9b:1::{number}", f"::ffff:0:{number}"),
        f"2002:{high:x}:{low:x}::1",
        f"2001:0:4136:e378:8000:63bf:{high ^ 0xFFFF:x}:{low ^ 0xFFFF:x}",
        f"2a00:1450::5efe:{number}",
        f"2a00:1450::200:5efe:{number}",
    ]
    for disguise in disguises:
        assert not may_reach(ip_address(disguise), NOBODY), disguise


@given(st.ip_addresses())
def test_what_is_reached_is_global_unicast_by_the_library_too(number):
    if may_reach(number, NOBODY):
        assert number.is_global
        assert not any((number.is_multicast, number.is_private, number.is_loopback, number.is_link_local))
        assert not any((number.is_reserved, number.is_unspecified))


@pytest.mark.parametrize("number", ["8.8.8.8", "93.184.215.14", "2a00:1450:4001::200e", "2606:4700::6810:1"])
def test_public_machines_are_reached(number):
    assert may_reach(ip_address(number), NOBODY)


def test_an_operator_can_deny_public_networks_that_are_their_own():
    own = Reach(denied=(ip_network("93.184.215.0/24"), ip_network("2a00:1450::/32")))
    assert not may_reach(IPv4Address("93.184.215.14"), own)
    assert not may_reach(IPv6Address("2a00:1450:4001::200e"), own)
    assert may_reach(IPv4Address("93.184.216.14"), own)


def test_loopback_is_reached_only_where_it_is_allowed():
    for number in ("127.0.0.1", "127.9.9.9", "::1"):
        assert may_reach(ip_address(number), LOCAL)
        assert not may_reach(ip_address(number), NOBODY)
    for number in ("10.0.0.1", "169.254.169.254", "::ffff:127.0.0.1", "fe80::1", "::"):
        assert not may_reach(ip_address(number), LOCAL), "this machine only, not its network"


@pytest.mark.parametrize(
    ("text", "host", "port", "target"),
    [
        ("https://hooks.example.com", "hooks.example.com", 443, "/"),
        ("HTTPS://Hooks.Example.COM/Path?x=1&y=%2f", "hooks.example.com", 443, "/Path?x=1&y=%2f"),
        ("https://hooks.example.com:8443/a", "hooks.example.com", 8443, "/a"),
        ("https://hooks.example.com?x", "hooks.example.com", 443, "/?x"),
        ("https://8.8.8.8/x", "8.8.8.8", 443, "/x"),
        ("https://[2A00:1450::200E]/x", "2a00:1450::200e", 443, "/x"),
        ("https://bücher.example/x", "xn--bcher-kva.example", 443, "/x"),
        ("https://xn--bcher-kva.example/@x", "xn--bcher-kva.example", 443, "/@x"),
    ],
)
def test_an_address_is_taken_apart(text, host, port, target):
    found = read(text, NOBODY)
    assert (found.host, found.port, found.target) == (host, port, target)
    assert read(str(found), NOBODY) == found


def test_the_host_header_has_the_port_only_when_it_is_unusual_and_brackets_for_ipv6():
    assert read("https://a.example/x", NOBODY).authority == "a.example"
    assert read("https://a.example:443/x", NOBODY).authority == "a.example"
    assert read("https://[2a00:1450::1]:8443/x", NOBODY).authority == "[2a00:1450::1]:8443"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Refusal.NOT_AN_ADDRESS),
        ("hooks.example.com", Refusal.NOT_AN_ADDRESS),
        ("https:/hooks.example.com", Refusal.NOT_AN_ADDRESS),
        ("https:\\\\hooks.example.com", Refusal.NOT_AN_ADDRESS),
        ("https://", Refusal.HOST),
        ("https:///x", Refusal.HOST),
        ("http://hooks.example.com/", Refusal.NOT_HTTPS),
        ("ftp://hooks.example.com/", Refusal.NOT_HTTPS),
        ("file:///etc/passwd", Refusal.NOT_HTTPS),
        ("gopher://hooks.example.com/", Refusal.NOT_HTTPS),
        ("javascript:alert(1)", Refusal.NOT_HTTPS),
        ("https://a.example/" + "x" * 2000, Refusal.TOO_LONG),
        ("https://user:secret@a.example/", Refusal.CREDENTIALS),
        ("https://a.example@127.0.0.1/", Refusal.CREDENTIALS),
        ("https://8.8.8.8:443@10.0.0.1/", Refusal.CREDENTIALS),
        ("https://a.example:80/", Refusal.PORT),
        ("https://a.example:22/", Refusal.PORT),
        ("https://a.example:0/", Refusal.PORT),
        ("https://a.example:65979/", Refusal.PORT),
        ("https://a.example:/", Refusal.HOST),
        ("https://a.example:443:8443/", Refusal.HOST),
        ("https://a.example:٤٤٣/", Refusal.HOST),
        ("https://a.example/x#y", Refusal.FRAGMENT),
        ("https://a.example\\@127.0.0.1/", Refusal.CREDENTIALS),
        ("https://127.0.0.1\\.a.example/", Refusal.HOST),
        ("https://a.example/x\\y", Refusal.CHARACTERS),
        ("https://a.example/é", Refusal.CHARACTERS),
        ("https://a.example/x y", Refusal.CHARACTERS),
        (" https://a.example/", Refusal.CHARACTERS),
        ("https://a.example/\r\nHost: b.example", Refusal.CHARACTERS),
        ("https://a.exam\tple/", Refusal.CHARACTERS),
        ("https://a.example\x00.b.example/", Refusal.CHARACTERS),
        ("https://a\u200b.example/", Refusal.CHARACTERS),
        ("https://a.example./", Refusal.HOST),
        ("https://a..example/", Refusal.HOST),
        ("https://.a.example/", Refusal.HOST),
        ("https://a.example%2eb.example/", Refusal.HOST),
        ("https://%31%32%37.0.0.1/", Refusal.HOST),
        ("https://-a.example/", Refusal.HOST),
        ("https://" + "a" * 64 + ".example/", Refusal.HOST),
        ("https://" + "a.b" * 90 + ".example/", Refusal.HOST),
        ("https://localhost/", Refusal.HOST),
        ("https://metadata/", Refusal.HOST),
        ("https://2130706433/", Refusal.HOST),
        ("https://0x7f000001/", Refusal.HOST),
        ("https://0x7f.0.0.1/", Refusal.HOST),
        ("https://a.0x7f/", Refusal.HOST),
        ("https://0177.0.0.1/", Refusal.HOST),
        ("https://127.1/", Refusal.HOST),
        ("https://127.0.0.1./", Refusal.HOST),
        ("https://1.2.3.4.5/", Refusal.HOST),
        ("https://8.8.8.08/", Refusal.HOST),
        ("https://127。0。0。1/", Refusal.HOST),
        ("https://a．example/", Refusal.HOST),
        ("https://a｡example/", Refusal.HOST),
        ("https://１２７.0.0.1/", Refusal.HOST),
        ("https://①②⑦.0.0.1/", Refusal.HOST),
        ("https://ⓔxample.com/", Refusal.HOST),
        ("https://[127.0.0.1]/", Refusal.HOST),
        ("https://::1/", Refusal.HOST),
        ("https://[fe80::1%25eth0]/", Refusal.HOST),
        ("https://[fe80::1%eth0]/", Refusal.HOST),
        ("https://[2a00:1450::1/", Refusal.HOST),
        ("https://[2a00::1]x/", Refusal.HOST),
        ("https://[v1.x]/", Refusal.HOST),
        ("https://127.0.0.1/", Refusal.NOT_PUBLIC),
        ("https://[::1]/", Refusal.NOT_PUBLIC),
        ("https://[::ffff:8.8.8.8]/", Refusal.NOT_PUBLIC),
        ("https://169.254.169.254/latest/meta-data/", Refusal.NOT_PUBLIC),
    ],
)
def test_odd_spellings_are_refused_with_a_reason(text, reason):
    assert refusal(text) is reason


@given(st.text(max_size=60) | st.text(alphabet="htps:/[]@.%#?\\0127axf։。١ \t", max_size=40).map("https://".__add__))
def test_any_text_is_read_or_refused_and_reads_the_same_again(text):
    for reach in (NOBODY, LOCAL):
        try:
            found = read(text, reach)
        except EgressRefused:
            continue
        assert read(str(found), reach) == found
        assert found.host.isascii()
        assert found.host == found.host.lower()
        assert "@" not in found.authority


def test_a_local_trial_may_use_this_machine_at_any_port_and_nothing_else():
    assert read("https://localhost:9000/x", LOCAL).port == 9000
    assert read("https://127.0.0.1:9000/x", LOCAL).port == 9000
    assert read("https://[::1]:9000/x", LOCAL).port == 9000
    assert refusal("https://localhost:99999/", LOCAL) is Refusal.PORT
    assert refusal("https://localhost:0/", LOCAL) is Refusal.PORT
    assert refusal("https://a.example:9000/", LOCAL) is Refusal.PORT
    assert refusal("https://10.0.0.1/", LOCAL) is Refusal.NOT_PUBLIC
    assert refusal("http://localhost:9000/", LOCAL) is Refusal.NOT_HTTPS


def test_the_list_of_this_test_is_not_shorter_than_the_code_s():
    tested = [ip_network(network) for network in FORBIDDEN]
    for network in addresses._NOT_FOR_US:
        assert any(network.version == one.version and network.subnet_of(one) for one in tested), network
