"""Where a request comes from."""

import pytest
from django.test import RequestFactory

from accounts.origins import client_address, describe_browser, network_of


def request(remote="10.0.0.1", forwarded=None):
    more = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    return RequestFactory().get("/", REMOTE_ADDR=remote, **more)


def test_without_a_trusted_proxy_the_header_is_ignored(settings):
    settings.TRUSTED_PROXIES = 0
    assert client_address(request(forwarded="203.0.113.9")) == "10.0.0.1"


@pytest.mark.parametrize(
    ("proxies", "header", "address"),
    [
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "1.2.3.4, 203.0.113.9", "203.0.113.9"),
        (2, "1.2.3.4, 203.0.113.9, 10.9.9.9", "203.0.113.9"),
        (2, "203.0.113.9", "10.0.0.1"),
        (1, "not an address", None),
        (1, "::ffff:203.0.113.9", "203.0.113.9"),
        (1, "2001:DB8::1", "2001:db8::1"),
    ],
)
def test_only_what_our_proxies_wrote_counts(settings, proxies, header, address):
    settings.TRUSTED_PROXIES = proxies
    assert client_address(request(forwarded=header)) == address


def test_a_socket_has_no_address():
    assert client_address(request(remote="")) is None
    assert network_of(None) == "none"


def test_one_ipv6_customer_is_one_network():
    assert network_of("2001:db8:1:2:3::4") == network_of("2001:db8:1:2:ffff::1") == "2001:db8:1:2::/64"
    assert network_of("203.0.113.9") == "203.0.113.9"


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Safari/604",
            "Safari on iPhone",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140 Safari/537.36 Edg/140", "Edge on Linux"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8.0", "Another browser"),
        ("<script>alert(1)</script>", "Another browser"),
    ],
)
def test_a_browser_is_described_in_words_and_never_quoted(header, words):
    assert describe_browser(header) == words
