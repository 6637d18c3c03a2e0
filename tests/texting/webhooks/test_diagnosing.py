"""The likely cause of a refusal is found by trying; it is a hint, and never lets a request in."""

import pytest

from tests.texting.twilio_line import BASE, OTHER_ACCOUNT, TOKEN, cast, twilio
from texting.causes import Cause

__all__ = ["cast", "twilio"]


def only(twilio):
    assert twilio.texts() == []
    [row] = twilio.kept()
    return row.cause, row.signed_address


def test_no_signature_header(twilio):
    assert twilio.post(secret=None).status_code == 403
    assert only(twilio) == (Cause.NO_SIGNATURE, "")


def test_an_empty_signature_is_none(twilio):
    assert twilio.post(secret=None, headers={"X-Twilio-Signature": " "}).status_code == 403
    assert only(twilio) == (Cause.NO_SIGNATURE, "")


def test_a_line_without_a_token(twilio):
    twilio.store(secret="")
    assert twilio.post().status_code == 403
    assert only(twilio) == (Cause.NO_SECRET, "")


@pytest.mark.parametrize(
    ("base", "headers"),
    [
        ("http://text.harbor.example", {}),
        ("https://old.harbor.example", {"Host": "old.harbor.example"}),
        ("http://old.harbor.example", {"Host": "old.harbor.example"}),
        ("https://old.harbor.example:8443", {"Host": "old.harbor.example:8443"}),
        ("https://old.harbor.example", {"Host": "old.harbor.example:8443"}),
        ("https://edge.harbor.example", {"X-Forwarded-Host": "edge.harbor.example, inner.example"}),
        ("https://edge.harbor.example:9443", {"X-Forwarded-Host": "edge.harbor.example", "X-Forwarded-Port": "9443"}),
        ("https://[2001:db8::1]:8443", {"Host": "[2001:db8::1]:8443"}),
    ],
)
def test_signed_for_another_address(twilio, settings, base, headers):
    settings.ALLOWED_HOSTS = ["*"]
    assert twilio.post(base=base, headers=headers).status_code == 403
    assert only(twilio) == (Cause.OTHER_ADDRESS, base)
    assert twilio.kept()[0].proven


def test_a_slash_at_the_end(twilio):
    assert twilio.post(slash="/").status_code == 403
    assert only(twilio) == (Cause.OTHER_PATH, BASE)


def test_the_default_port_makes_no_difference(twilio):
    assert twilio.post(base=BASE + ":443").status_code == 200


def test_of_another_account(twilio):
    assert twilio.post(secret="their-token", AccountSid=OTHER_ACCOUNT).status_code == 403
    assert only(twilio) == (Cause.OTHER_ACCOUNT, "")
    assert not twilio.kept()[0].proven


def test_of_another_account_with_our_token(twilio):
    """Cannot be, unless the account stored with the line is wrong."""
    assert twilio.post(AccountSid=OTHER_ACCOUNT).status_code == 400
    assert only(twilio) == (Cause.OTHER_ACCOUNT, "")


def test_neither_the_present_nor_the_previous_token(twilio):
    twilio.store(previous_secret="older")
    assert twilio.post(secret="older").status_code == 200
    assert twilio.post(secret="newest", MessageSid="SM2").status_code == 403
    assert twilio.kept()[0].cause == Cause.OTHER_TOKEN


def test_to_another_number_of_the_account(twilio):
    assert twilio.post(To="+12125550111").status_code == 400
    assert only(twilio) == (Cause.OTHER_LINE, "")


@pytest.mark.parametrize("sender", ["72727", "HARBOR", "+1"])
def test_from_a_sender_that_is_no_number(twilio, sender):
    assert twilio.post(From=sender).status_code == 400
    assert only(twilio) == (Cause.NO_NUMBER, "")


def test_the_sender_is_kept_masked_only(twilio):
    twilio.post(secret="guessed")
    assert twilio.kept()[0].sender_masked == "+1 *** *** 0181"


def test_made_up_hosts_are_not_shown_and_cost_a_bounded_time(twilio, settings):
    settings.ALLOWED_HOSTS = ["*"]
    hosts = ",".join(f"h{n}.example" for n in range(10_000))
    assert twilio.post(secret="guessed", headers={"X-Forwarded-Host": hosts}).status_code == 403
    assert only(twilio) == (Cause.OTHER_TOKEN, "")


def test_a_hint_never_accepts(twilio, settings):
    """Whatever address the request itself names: only our own counts."""
    settings.ALLOWED_HOSTS = ["*"]
    for base, headers in (
        ("https://evil.example", {"Host": "evil.example"}),
        ("https://evil.example", {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}),
        ("https://evil.example", {"X-Original-Host": "evil.example", "Forwarded": "host=evil.example"}),
    ):
        assert twilio.post(secret=TOKEN, base=base, headers=headers).status_code == 403
    assert twilio.texts() == []
