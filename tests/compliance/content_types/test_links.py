"""Which links may stand in a text."""

import pytest

from compliance.content_types.links import Wrong, is_domain, links_in, wrong_with
from tests.scaling import grows_in_step


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("see https://bit.ly/x now", Wrong.SHORTENER),
        ("go to bit.ly/abc.", Wrong.SHORTENER),
        ("ｂｉｔ．ｌｙ/abc", Wrong.SHORTENER),
        ("http：//bit。ly/x", Wrong.SHORTENER),
        ("http://10.0.0.1/a", Wrong.ADDRESS),
        ("http://2130706433/x", Wrong.ADDRESS),
        ("https://[::1]/x", Wrong.ADDRESS),
        ("https://user:pw@example.com/x", Wrong.LOGIN),
        ("https://раypal.com/x", Wrong.LOOK_ALIKE),
        ("https://xn--pypal-4ve.com", Wrong.LOOK_ALIKE),
        ("https://example.com/go?to=https://evil.net/x", Wrong.REDIRECT),
        ("https://example.com/go?to=https%3A%2F%2Fevil.net", Wrong.REDIRECT),
        ("https://example.com/go?to=https%253A%252F%252Fevil.net", Wrong.REDIRECT),
        ("https://example.com/go?to=%2F%2Fa%40evil.net", Wrong.REDIRECT),
        ("https://example.com/go?to=https://pay.example.com/x", None),
        ("https://example.com//docs/1", None),
        ("https://example.com/?mail=a@b.com", None),
        ("https://example.com.evil.net", Wrong.NOT_OURS),
        ("https://notexample.com", Wrong.NOT_OURS),
        ("http://pay.example.com/1", Wrong.NOT_SECURE),
        ("https://pay.example.com/1", None),
        ("HTTPS://Example.COM:8443/x", None),
        ("www.example.com", None),
    ],
)
def test_a_link_is_judged_by_where_it_leads(text, wrong):
    [link] = links_in(text)
    assert wrong_with(link, allowed={"example.com"}, only_https=True) is wrong


def test_without_rules_of_the_organization_any_plain_domain_passes():
    [link] = links_in("http://somewhere.org/x")
    assert wrong_with(link) is None


@pytest.mark.parametrize(
    "text", ["", "Mail a@example.com", "at 3.30pm", "no.5 e.g. this", "come in.Is it you?", "report.pdf", "ftp://x.com"]
)
def test_what_is_no_link_is_left_alone(text):
    assert links_in(text) == []


def test_what_percent_signs_hide_is_said():
    [link] = links_in("https://example.com/?q=4111%201111")
    assert link.said == "/?q=4111 1111"


def test_only_domains_are_domains():
    assert is_domain("pay.example.com")
    assert not any(map(is_domain, ["", "example", "10.0.0.1", "a b.com", "-a.com", "http://a.com", "a..com", "ä.com"]))


def test_a_site_may_lead_to_itself_and_not_to_its_neighbour_under_the_same_ending():
    for inside, wrong in (("www.harbor.co.uk", None), ("login.harbor.co.uk", None), ("evil.co.uk", Wrong.REDIRECT)):
        [link] = links_in(f"https://app.harbor.co.uk/?next=https://{inside}/")
        assert wrong_with(link) is wrong


@pytest.mark.parametrize("piece", ["a.", "http://a.com ", "http://a.com/?u=//b.", "//a@", "a@", "．", "a:"])
def test_the_time_is_in_step_with_the_length(piece):
    assert grows_in_step(lambda size: links_in((piece * size)[:size]), size=20_000, times=4, at_most=8, floor=0.001)
