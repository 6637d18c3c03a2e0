"""Headers that every answer carries."""

from django.test import Client

from tenancy import metrics
from tests.cast import cast, signed_in

__all__ = ["cast"]


def test_nothing_is_loaded_framed_or_run_from_elsewhere(cast):
    for answer in (Client().get("/sign-in/"), signed_in(Client(), cast.agent).get("/settings/account/")):
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer["X-Frame-Options"] == "DENY"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "camera=()" in answer["Permissions-Policy"]


def test_static_files_carry_them_too(client, db):
    answer = client.get("/static/favicon.svg")
    assert answer.status_code == 200
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    answer.close()


def test_no_page_of_a_member_stays_on_a_disk(cast):
    assert signed_in(Client(), cast.agent).get("/settings/account/")["Cache-Control"] == "no-store, private"


def test_a_page_that_says_nothing_about_caching_is_not_kept(client, db):
    assert client.get("/sign-in/")["Cache-Control"] == "no-store"


def test_no_page_needs_what_the_policy_forbids(cast):
    """No inline script, no inline style, no handler in an attribute."""
    pages = [
        signed_in(Client(), cast.owner).get(f"/settings/{name}/") for name in ("people", "roles", "audit", "account")
    ]
    for page in [*pages, Client().get("/sign-in/")]:
        text = page.content.decode()
        assert "<style" not in text
        assert " style=" not in text
        assert "<script>" not in text
        assert " onclick=" not in text


def test_made_up_methods_are_counted_as_one():
    """Each label of a counter stays in memory for ever, and a visitor may name any method."""
    for number in range(3):
        assert Client().generic(f"BREW{number}", "/health/live").status_code == 405
    counted = {sample.labels["method"] for family in metrics.REQUESTS.collect() for sample in family.samples}
    assert "other" in counted
    assert not [method for method in counted if method.startswith("BREW")]
