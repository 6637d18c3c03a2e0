"""Nobody is sent to another site."""

from urllib.parse import urljoin, urlsplit

import pytest
from django.test import RequestFactory
from hypothesis import example, given
from hypothesis import strategies as st

from accounts.entrance import detour, safe_next

REQUEST = RequestFactory().get("/")


@pytest.mark.parametrize("address", ["/inbox/", "/inbox/?q=a%20b&x=1", "http://testserver/inbox/?q=1"])
def test_a_page_of_ours_is_kept(address):
    assert safe_next(REQUEST, address) == address.removeprefix("http://testserver")


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "http:///evil.example",
        "http:////evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        " //evil.example",
        "/\t/evil.example",
        "http://testserver@evil.example/",
        "http://testserver//evil.example/",
        "",
        None,
    ],
)
def test_everything_else_is_forgotten(address):
    assert safe_next(REQUEST, address) == ""


@given(st.one_of(st.text(), st.text(alphabet="/\\:@.evilhtps?#\t\n\r ")))
@example("http:\\\\evil")
def test_whatever_is_left_stays_on_this_host(address):
    kept = safe_next(REQUEST, address)
    if kept:
        assert kept.startswith("/")
        # Browsers drop tabs and line ends and read a backslash as a slash.
        as_a_browser_reads_it = kept.translate({9: None, 10: None, 13: None}).replace("\\", "/")
        assert urlsplit(urljoin("http://testserver/sign-in/", as_a_browser_reads_it)).netloc == "testserver"


def test_a_form_that_was_sent_too_late_leads_back_to_its_page():
    request = RequestFactory().post(
        "/settings/people/x/deactivate/", headers={"Referer": "http://testserver/settings/people/x/"}
    )
    assert detour(request, "sign_in")["Location"] == "/sign-in/?next=%2Fsettings%2Fpeople%2Fx%2F"


def test_a_form_from_elsewhere_leads_back_to_nothing():
    request = RequestFactory().post("/settings/people/", headers={"Referer": "https://evil.example/"})
    assert detour(request, "sign_in")["Location"] == "/sign-in/"
