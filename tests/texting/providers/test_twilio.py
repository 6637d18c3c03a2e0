"""Twilio's adapter against a scripted far end: what was asked, and what each kind of answer means."""

import asyncio
import base64
import dataclasses
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.texting.providers import fake_twilio
from tests.texting.providers.fake_twilio import ACCOUNT, FakeTwilio
from tests.texting.providers.far_ends import CUSTOMER, LINE, SECRET, HurriedTwilio, TwilioFarEnd
from texting.providers.base import (
    Credentials,
    Hook,
    Inbound,
    NotAccepted,
    OtherChannel,
    Outbound,
    OutcomeUnknown,
    ProviderError,
    SendResult,
    StatusEvent,
    UnreadableHook,
)
from texting.providers.twilio import IN_FLIGHT, TwilioProvider
from texting.providers.twilio_http import checked_base
from texting.statuses import ErrorKind, MessageStatus

TEXT = Outbound(
    to=CUSTOMER, from_=LINE, body="Your table is ready.", client_ref="ref", status_url="https://x.example/s"
)
SERVICE = "MG" + "b2" * 16


@pytest.fixture
def far_end() -> Iterator[FakeTwilio]:
    with fake_twilio.running() as server:
        yield server


def provider(base_url: str, *, hurried: bool = False, **credentials: str) -> TwilioProvider:
    """The adapter as it is. Hurried ones are for answers that never come: on a busy machine the others come late."""
    kind = HurriedTwilio if hurried else TwilioProvider
    return kind(Credentials(**{"account": ACCOUNT, "secret": SECRET, "base_url": base_url, **credentials}))


def send(twilio: TwilioProvider, text: Outbound = TEXT) -> SendResult | ProviderError:
    async def run() -> SendResult | ProviderError:
        async with twilio.open_session() as session:
            try:
                return await session.send(text)
            except ProviderError as error:
                return error

    return asyncio.run(run())


def look_up(twilio: TwilioProvider, sid: str) -> StatusEvent:
    async def run() -> StatusEvent:
        async with twilio.open_session() as session:
            return await session.fetch(sid)

    return asyncio.run(run())


# --- what is asked ------------------------------------------------------------------------------------------------


def test_a_text_is_asked_for_as_twilio_describes_it(far_end: FakeTwilio) -> None:
    text = dataclasses.replace(TEXT, media_urls=("https://x.example/1.png", "https://x.example/2.png"))
    assert isinstance(send(provider(far_end.url), text), SendResult)
    assert far_end.ledger.requests == [
        {
            "To": [CUSTOMER],
            "From": [LINE],
            "Body": ["Your table is ready."],
            "MediaUrl": ["https://x.example/1.png", "https://x.example/2.png"],
            "StatusCallback": ["https://x.example/s"],
        }
    ]
    assert far_end.ledger.paths == [f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"]
    assert base64.b64decode(far_end.ledger.authorizations[0].removeprefix("Basic ")).decode() == f"{ACCOUNT}:{SECRET}"


def test_characters_of_any_kind_arrive_unchanged(far_end: FakeTwilio) -> None:
    body = "Ünïcode 🛑 & a=b + 100% \r\n „quoted“"
    send(provider(far_end.url), dataclasses.replace(TEXT, body=body))
    assert far_end.ledger.requests[0]["Body"] == [body]


def test_a_picture_without_words_has_no_body(far_end: FakeTwilio) -> None:
    send(
        provider(far_end.url),
        dataclasses.replace(TEXT, body="", media_urls=("https://x.example/1.png",), status_url=""),
    )
    assert set(far_end.ledger.requests[0]) == {"To", "From", "MediaUrl"}


def test_a_messaging_service_keeps_the_number_of_the_line(far_end: FakeTwilio) -> None:
    send(provider(far_end.url, messaging_service=SERVICE))
    assert far_end.ledger.requests[0]["MessagingServiceSid"] == [SERVICE]
    assert far_end.ledger.requests[0]["From"] == [LINE]


REFUSED = {
    "channel": [{"to": "whatsapp:+14155550100"}, {"from_": "rcs:agent"}, {"to": "messenger:1", "from_": LINE}],
    "21211": [{"to": ""}, {"to": "4155550100"}, {"to": "+1 415 555 0100"}, {"to": "+" + "1" * 20}, {"to": "+٣٤٥٦٧٨٩٠"}],
    "21603": [{"from_": ""}],
    "21602": [{"body": ""}],
    "21617": [{"body": "x" * 1601}],
    "21623": [{"media_urls": tuple(f"https://x.example/{n}" for n in range(11))}],
    "21620": [
        {"media_urls": (url,)}
        for url in (
            "http://x.example/1",
            "ftp://x.example",
            "",
            "x",
            "https://",
            "https://[half",
            "https://x.example/é",
        )
    ]
    + [{"media_urls": ("https://x.example/1", "https://x.example/" + "x" * 2000)}],
}


@pytest.mark.parametrize(("code", "changes"), [(code, one) for code, all_of in REFUSED.items() for one in all_of])
def test_what_twilio_refuses_for_certain_is_not_even_asked(
    far_end: FakeTwilio, code: str, changes: dict[str, Any]
) -> None:
    error = send(provider(far_end.url), dataclasses.replace(TEXT, **changes))
    assert isinstance(error, NotAccepted)
    assert (error.provider_code, error.retry) == (code, False)
    assert far_end.ledger.requests == []
    assert "+1415" not in str(error)


def test_a_text_may_be_as_long_and_have_as_many_pictures_as_twilio_takes(far_end: FakeTwilio) -> None:
    most = tuple(f"https://x.example/{n}.png" for n in range(10))
    assert isinstance(
        send(provider(far_end.url), dataclasses.replace(TEXT, body="x" * 1600, media_urls=most)), SendResult
    )
    assert far_end.ledger.requests[0]["MediaUrl"] == list(most)


def test_the_service_chooses_the_number_only_if_it_is_told_to(far_end: FakeTwilio) -> None:
    far_end.scripts = ["ok_by_service", "ok"]
    pool = provider(far_end.url, messaging_service=SERVICE, sender_choice="provider")
    first, second = send(pool), send(provider(far_end.url, sender_choice="provider"))
    assert isinstance(first, SendResult)
    assert isinstance(second, SendResult)
    assert "From" not in far_end.ledger.requests[0]
    assert far_end.ledger.requests[1]["From"] == [LINE]  # without a service there is nobody to choose
    assert (first.sent_from, second.sent_from) == ("", "")
    far_end.ledger.accepted[0] |= {"from": "+14155550188", "status": "sent"}
    assert look_up(pool, first.provider_message_id).sent_from == "+14155550188"


def test_a_parent_account_acts_for_a_sub_account(far_end: FakeTwilio) -> None:
    parent = "AC" + "9" * 32
    send(provider(far_end.url, api_key=parent, api_key_secret="parent-token"))
    assert (
        base64.b64decode(far_end.ledger.authorizations[0].removeprefix("Basic ")).decode() == f"{parent}:parent-token"
    )
    assert far_end.ledger.paths == [f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"]


def test_requests_with_a_key_and_webhooks_with_the_token(signing: TwilioFarEnd) -> None:
    """An API key signs nothing, and a parent's token does not sign for a sub-account."""
    line = signing.provider(api_key="SK1", api_key_secret="key-secret")
    assert line.verify_signature(signing.inbound(secret=SECRET))
    assert not line.verify_signature(signing.inbound(secret="key-secret"))


def test_an_api_key_is_used_instead_of_the_auth_token(far_end: FakeTwilio) -> None:
    send(provider(far_end.url, api_key="SK123", api_key_secret="key-secret"))
    assert base64.b64decode(far_end.ledger.authorizations[0].removeprefix("Basic ")) == b"SK123:key-secret"
    assert far_end.ledger.paths == [f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"]


def test_variables_of_the_environment_are_not_looked_at(far_end: FakeTwilio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_EDGE", "dublin")
    monkeypatch.setenv("TWILIO_REGION", "ie1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert isinstance(send(provider(far_end.url)), SendResult)


def test_the_segments_are_unknown_until_a_service_has_chosen_the_sender(far_end: FakeTwilio) -> None:
    far_end.scripts = ["ok", "ok_by_service"]
    first, second = send(provider(far_end.url)), send(provider(far_end.url))
    assert isinstance(first, SendResult)
    assert isinstance(second, SendResult)
    assert (first.segments, second.segments) == (1, None)


def test_answers_of_a_batch_do_not_get_mixed_up(far_end: FakeTwilio) -> None:
    async def run() -> list[SendResult]:
        async with provider(far_end.url).open_session() as session:
            texts = [dataclasses.replace(TEXT, body=str(n)) for n in range(60)]
            return list(await asyncio.gather(*(session.send(text) for text in texts)))

    results = asyncio.run(run())
    bodies = {text["sid"]: text["body"] for text in far_end.ledger.accepted}
    assert [bodies[result.provider_message_id] for result in results] == [str(n) for n in range(60)]


def test_a_batch_shares_a_few_kept_connections(far_end: FakeTwilio) -> None:
    async def run() -> None:
        async with provider(far_end.url).open_session() as session:
            for _ in range(2):
                await asyncio.gather(*(session.send(TEXT) for _ in range(IN_FLIGHT + 20)))

    asyncio.run(run())
    assert len(far_end.ledger.accepted) == 2 * (IN_FLIGHT + 20)
    assert far_end.ledger.connections <= IN_FLIGHT


def test_the_real_time_outs_are_those_of_the_design() -> None:
    assert (TwilioProvider.connect_seconds, TwilioProvider.read_seconds) == (3.05, 10.0)


# --- what an answer means -----------------------------------------------------------------------------------------

UNKNOWN = (OutcomeUnknown, ErrorKind.UNKNOWN_OUTCOME, False, None)
SCRIPTS = {
    "hang": UNKNOWN,
    "slow": UNKNOWN,
    "drip": UNKNOWN,
    "reset_before_reading": UNKNOWN,
    "accept_then_reset": UNKNOWN,
    "accept_then_close": UNKNOWN,
    "accept_then_500": UNKNOWN,
    "accept_then_bare_502": UNKNOWN,
    "half_an_answer": UNKNOWN,
    "wrong_json": UNKNOWN,
    "json_list": UNKNOWN,
    "no_sid": UNKNOWN,
    "strange_status": UNKNOWN,
    "odd_types": UNKNOWN,
    "too_large": UNKNOWN,
    "redirect": UNKNOWN,
    "refuse:503:20503": UNKNOWN,
    "refuse:500:21610": UNKNOWN,
    "429_with_wait": (NotAccepted, ErrorKind.RATE_LIMITED, True, 7.0),
    "429_with_date": (NotAccepted, ErrorKind.RATE_LIMITED, True, None),
    "refuse:429:": (NotAccepted, ErrorKind.RATE_LIMITED, True, None),
    "refuse:429:63038": (NotAccepted, ErrorKind.ACCOUNT, False, None),
    "refuse:429:63017": (NotAccepted, ErrorKind.RATE_LIMITED, True, 1.0),
    "refuse:400:21610": (NotAccepted, ErrorKind.OPTED_OUT, False, None),
    "refuse:400:21211": (NotAccepted, ErrorKind.INVALID_RECIPIENT, False, None),
    "refuse:400:21614": (NotAccepted, ErrorKind.INVALID_RECIPIENT, False, None),
    "refuse:400:21635": (NotAccepted, ErrorKind.INVALID_RECIPIENT, False, None),
    "refuse:400:21408": (NotAccepted, ErrorKind.REGION, False, None),
    "refuse:400:21606": (NotAccepted, ErrorKind.SENDER_NOT_ALLOWED, False, None),
    "refuse:400:21617": (NotAccepted, ErrorKind.CONTENT_REJECTED, False, None),
    "refuse:400:21611": (NotAccepted, ErrorKind.RATE_LIMITED, True, 3600.0),
    "refuse:400:30007": (NotAccepted, ErrorKind.CONTENT_REJECTED, False, None),
    "refuse:400:30008": (NotAccepted, ErrorKind.UNKNOWN, False, None),
    "refuse:401:20003": (NotAccepted, ErrorKind.AUTH, False, None),
    "refuse:401:": (NotAccepted, ErrorKind.AUTH, False, None),
    "refuse:403:": (NotAccepted, ErrorKind.AUTH, False, None),
    "refuse:402:": (NotAccepted, ErrorKind.ACCOUNT, False, None),
    "refuse:400:29999": (NotAccepted, ErrorKind.INVALID_REQUEST, False, None),
    "refuse:404:20404": (NotAccepted, ErrorKind.INVALID_REQUEST, False, None),
    "problem_details": (NotAccepted, ErrorKind.OPTED_OUT, False, None),
    "failed_at_once": (NotAccepted, ErrorKind.SENDER_NOT_ALLOWED, False, None),
}
WAITING = {"hang", "slow", "drip"}


@pytest.mark.parametrize("script", SCRIPTS)
def test_each_answer_has_one_meaning(far_end: FakeTwilio, script: str) -> None:
    family, kind, retry, wait = SCRIPTS[script]
    far_end.scripts = [script]
    error = send(provider(far_end.url, hurried=script in WAITING))
    assert isinstance(error, ProviderError)
    assert (type(error), error.kind, error.retry, error.retry_after) == (family, kind, retry, wait)
    assert len(far_end.ledger.requests) == (0 if script == "reset_before_reading" else 1)  # never a second try
    if isinstance(error, NotAccepted) and script != "failed_at_once":
        assert far_end.ledger.accepted == []  # "not accepted" must be true


def test_an_unexplained_refusal_keeps_the_http_status(far_end: FakeTwilio) -> None:
    far_end.scripts = ["refuse:402:", "refuse:400:29999"]
    first, second = send(provider(far_end.url)), send(provider(far_end.url))
    assert isinstance(first, ProviderError)
    assert isinstance(second, ProviderError)
    assert (first.provider_code, second.provider_code) == ("http_402", "29999")


def test_a_redirect_is_not_followed(far_end: FakeTwilio) -> None:
    far_end.scripts = ["redirect"]
    send(provider(far_end.url))
    assert far_end.ledger.paths == [f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"]


def test_an_answer_that_drips_for_ever_is_given_up(far_end: FakeTwilio) -> None:
    far_end.scripts = ["drip"]
    started = time.monotonic()
    assert isinstance(send(provider(far_end.url, hurried=True)), OutcomeUnknown)
    assert time.monotonic() - started < 5


# --- being forgotten ----------------------------------------------------------------------------------------------


def forget(twilio: TwilioProvider, sid: str, *, words_only: bool = False) -> None:
    async def run() -> None:
        async with twilio.open_session() as session:
            await (session.redact if words_only else session.delete)(sid)

    asyncio.run(run())


@pytest.mark.parametrize("words_only", [False, True])
@pytest.mark.parametrize("sid", ["", "sim-1", "../../Accounts", "SM" + "1" * 31 + "/", "ME" + "1" * 32])
def test_only_the_id_of_a_text_gets_into_an_address(far_end: FakeTwilio, sid: str, words_only: bool) -> None:
    with pytest.raises(NotAccepted) as refusal:
        forget(provider(far_end.url), sid, words_only=words_only)
    assert (refusal.value.kind, refusal.value.retry) == (ErrorKind.INVALID_REQUEST, False)
    assert far_end.ledger.deleted == far_end.ledger.paths == []


@pytest.mark.parametrize(
    ("script", "kind", "retry"),
    [
        ("refuse:500:20500", ErrorKind.TRANSIENT, True),
        ("refuse:503:20503", ErrorKind.TRANSIENT, True),
        ("refuse:429:20429", ErrorKind.RATE_LIMITED, True),
        ("refuse:401:20003", ErrorKind.AUTH, False),
    ],
)
def test_a_lost_answer_to_a_deletion_is_no_unknown_outcome(
    far_end: FakeTwilio, script: str, kind: ErrorKind, retry: bool
) -> None:
    sent = send(provider(far_end.url))
    assert isinstance(sent, SendResult)
    far_end.ledger.accepted[0]["status"] = "delivered"
    far_end.scripts = [script]
    with pytest.raises(NotAccepted) as refusal:
        forget(provider(far_end.url), sent.provider_message_id)
    assert (refusal.value.kind, refusal.value.retry) == (kind, retry)
    forget(provider(far_end.url), sent.provider_message_id)
    assert far_end.ledger.accepted == []


# --- not reaching it ----------------------------------------------------------------------------------------------


@contextmanager
def listener(*, accepts: bool) -> Iterator[str]:
    """A port that takes connections and says nothing, or whose queue is full so that it never takes one."""
    with socket.create_server(("127.0.0.1", 0), backlog=128 if accepts else 0) as server:
        port = server.getsockname()[1]
        waiting = []
        if not accepts:
            for _ in range(4):
                filler = socket.socket()
                filler.setblocking(False)
                filler.connect_ex(("127.0.0.1", port))
                waiting.append(filler)
            time.sleep(0.1)
        yield f"127.0.0.1:{port}"
        for filler in waiting:
            filler.close()


def assert_not_reached(base_url: str) -> None:
    error = send(provider(base_url, hurried=True))
    assert isinstance(error, NotAccepted)
    assert (error.kind, error.retry) == (ErrorKind.TRANSIENT, True)


def test_a_closed_port_means_not_accepted() -> None:
    assert_not_reached("http://127.0.0.1:1")


def test_a_connection_that_does_not_come_about_in_time_means_not_accepted() -> None:
    with listener(accepts=False) as address:
        assert_not_reached(f"http://{address}")


def test_a_tls_handshake_that_is_not_answered_means_not_accepted() -> None:
    with listener(accepts=True) as address:
        assert_not_reached(f"https://{address}")


def test_a_far_end_without_tls_means_not_accepted(far_end: FakeTwilio) -> None:
    assert_not_reached(far_end.url.replace("http://", "https://"))


def test_a_name_that_does_not_exist_means_not_accepted() -> None:
    assert_not_reached("https://twilio.invalid")


@pytest.mark.parametrize(
    "base", ["http://10.0.0.1", "http://twilio.example", "ftp://127.0.0.1", "//127.0.0.1", "x", "https://"]
)
def test_secrets_do_not_leave_the_machine_without_tls(base: str) -> None:
    with pytest.raises(ValueError, match="https"):
        checked_base(base)


def test_without_a_base_url_it_is_twilio_itself() -> None:
    assert checked_base("") == "https://api.twilio.com"


# --- looking up ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("script", ["unavailable", "hang"])
def test_looking_up_may_always_be_tried_again(far_end: FakeTwilio, script: str) -> None:
    far_end.scripts = [script]
    with pytest.raises(NotAccepted) as error:
        look_up(provider(far_end.url, hurried=script in WAITING), "SM" + "0" * 32)
    assert (error.value.kind, error.value.retry) == (ErrorKind.TRANSIENT, True)


def test_a_looked_up_text_tells_why_it_failed(far_end: FakeTwilio) -> None:
    result = send(provider(far_end.url))
    assert isinstance(result, SendResult)
    far_end.ledger.accepted[0] |= {"status": "undelivered", "error_code": 30003}
    event = look_up(provider(far_end.url), result.provider_message_id)
    assert (event.status, event.error, event.provider_code) == (
        MessageStatus.UNDELIVERED,
        ErrorKind.UNREACHABLE,
        "30003",
    )


def test_the_search_starts_a_day_early_and_leaves_out_what_customers_sent(far_end: FakeTwilio) -> None:
    for _ in range(3):
        send(provider(far_end.url))
    far_end.ledger.accepted[1]["direction"] = "inbound"
    far_end.ledger.accepted[2]["from"] = None  # accepted by a messaging service that has not chosen yet
    since = datetime.now(UTC) - timedelta(minutes=1)

    async def run() -> list[StatusEvent]:
        async with provider(far_end.url).open_session() as session:
            return await session.find(TEXT, since=since, until=since + timedelta(minutes=5))

    found = asyncio.run(run())
    assert [event.provider_message_id for event in found] == [far_end.ledger.accepted[n]["sid"] for n in (0, 2)]
    far_end.ledger.accepted.append(far_end.ledger.accepted[0])  # pages of a list can overlap
    assert asyncio.run(run()) == found
    query = parse_qs(urlsplit(far_end.ledger.paths[-1]).query)
    assert query["To"] == [CUSTOMER]
    assert query["DateSent>"] == [(since - timedelta(days=1)).date().isoformat()]


# --- webhooks -----------------------------------------------------------------------------------------------------


@pytest.fixture
def signing() -> TwilioFarEnd:
    return TwilioFarEnd(FakeTwilio())


def inbound_form(**more: str) -> dict[str, str]:
    known = {
        "MessageSid": "MM" + "c3" * 16,
        "AccountSid": ACCOUNT,
        "From": CUSTOMER,
        "To": LINE,
        "Body": "",
        "NumMedia": "0",
    }
    return {**known, **more}


def read(form: dict[str, str], signing: TwilioFarEnd) -> Hook:
    return signing.signed("/inbound", form, secret=SECRET)


def test_pictures_are_read_with_their_types(signing: TwilioFarEnd) -> None:
    form = inbound_form(
        NumMedia="2",
        MediaUrl0="https://api.twilio.com/a",
        MediaContentType0="image/png",
        MediaUrl1="https://api.twilio.com/b",
        MediaContentType1="image/gif",
    )
    [text] = signing.provider().parse_inbound(read(form, signing))
    assert [(media.content_type, media.url) for media in text.media] == [
        ("image/png", "https://api.twilio.com/a"),
        ("image/gif", "https://api.twilio.com/b"),
    ]


def test_a_picture_of_each_place_is_insisted_on(signing: TwilioFarEnd) -> None:
    kinds = {f"MediaContentType{n}": "image/png" for n in range(10)}
    urls = {f"MediaUrl{n}": f"https://api.twilio.com/{n}" for n in range(10)}
    [text] = signing.provider().parse_inbound(read(inbound_form(NumMedia="10", **kinds, **urls), signing))
    assert [media.url for media in text.media] == list(urls.values())
    for gone in ("MediaUrl7", "MediaContentType7"):
        form = {name: value for name, value in {**kinds, **urls}.items() if name != gone}
        with pytest.raises(UnreadableHook, match=gone):
            signing.provider().parse_inbound(read(inbound_form(NumMedia="10", **form), signing))


@pytest.mark.parametrize("address", ["whatsapp:+14155550100", "rcs:brand", ":", "client:joe"])
def test_a_message_of_another_channel_says_so(signing: TwilioFarEnd, address: str) -> None:
    for field in ("From", "To"):
        with pytest.raises(OtherChannel, match=field) as refusal:
            signing.provider().parse_inbound(read(inbound_form(**{field: address}), signing))
        assert address not in str(refusal.value) or address == ":"


@pytest.mark.parametrize("count", ["11", "-1", "x", "²", "1"])
def test_a_wrong_number_of_pictures_is_unreadable(signing: TwilioFarEnd, count: str) -> None:
    with pytest.raises(UnreadableHook, match="Media"):
        signing.provider().parse_inbound(read(inbound_form(NumMedia=count), signing))


def test_what_twilio_made_of_a_keyword_is_kept_as_it_stands(signing: TwilioFarEnd) -> None:
    [text] = signing.provider().parse_inbound(read(inbound_form(Body="Stop", OptOutType="STOP"), signing))
    assert text.opt_out_type == "STOP"


def test_a_request_of_another_account_is_unreadable_although_it_is_signed(signing: TwilioFarEnd) -> None:
    hook = read(inbound_form(AccountSid="AC" + "9" * 32), signing)
    assert signing.provider().verify_signature(hook)
    with pytest.raises(UnreadableHook, match="AccountSid"):
        signing.provider().parse_inbound(hook)


def test_a_letter_moved_from_a_name_to_its_value_is_unreadable_although_the_signature_holds(
    signing: TwilioFarEnd,
) -> None:
    hook = read(inbound_form(Body="hello"), signing)
    moved = dataclasses.replace(hook, body=hook.body.replace(b"Body=hello", b"Bod=yhello"))
    assert moved.body != hook.body
    assert signing.provider().verify_signature(moved)
    with pytest.raises(UnreadableHook, match="Body"):
        signing.provider().parse_inbound(moved)


def test_a_repeated_field_counts_as_missing(signing: TwilioFarEnd) -> None:
    hook = read(inbound_form(), signing)
    doubled = dataclasses.replace(hook, body=hook.body + b"&From=%2B14155550123")
    with pytest.raises(UnreadableHook, match="From"):
        signing.provider().parse_inbound(doubled)


@pytest.mark.parametrize("sid", ["SM/../x", "SM" + "1" * 80, "SM é"])
def test_an_id_that_is_no_id_is_unreadable(signing: TwilioFarEnd, sid: str) -> None:
    with pytest.raises(UnreadableHook, match="MessageSid"):
        signing.provider().parse_inbound(read(inbound_form(MessageSid=sid), signing))


@pytest.mark.parametrize(("code", "kept"), [("30003", "30003"), ("0", ""), ("", ""), ("x" * 50, ""), ("12345678", "")])
def test_only_a_code_of_twilio_is_kept(signing: TwilioFarEnd, code: str, kept: str) -> None:
    assert signing.provider().parse_status(signing.status("undelivered", code=code))[0].provider_code == kept


def test_a_code_on_a_text_that_is_on_its_way_is_no_failure(signing: TwilioFarEnd) -> None:
    [event] = signing.provider().parse_status(signing.status("sent", code="30007"))
    assert (event.status, event.error, event.provider_code) == (MessageStatus.SENT, None, "")


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("accepted", MessageStatus.QUEUED),
        ("scheduled", MessageStatus.QUEUED),
        ("queued", MessageStatus.QUEUED),
        ("sending", MessageStatus.QUEUED),
        ("partially_delivered", MessageStatus.SENT),
        ("read", MessageStatus.READ),
        ("failed", MessageStatus.FAILED),
        ("canceled", MessageStatus.CANCELED),
    ],
)
def test_every_status_of_twilio_has_a_place_in_ours(signing: TwilioFarEnd, word: str, status: MessageStatus) -> None:
    assert signing.provider().parse_status(signing.status(word))[0].status is status


def test_sending_from_several_threads_at_once_does_not_mix_sessions(far_end: FakeTwilio) -> None:
    results: list[SendResult | ProviderError] = []
    threads = [threading.Thread(target=lambda: results.append(send(provider(far_end.url)))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({result.provider_message_id for result in results if isinstance(result, SendResult)}) == 4


def list_inbound(base_url: str, *, since: datetime | None = None) -> list[Inbound]:
    async def run() -> list[Inbound]:
        now = datetime.now(UTC)
        async with provider(base_url).open_session() as session:
            return await session.list_inbound(LINE, since=since or now - timedelta(minutes=5), until=now)

    return asyncio.run(run())


def test_a_list_of_several_pages_is_read_to_its_end(far_end: FakeTwilio) -> None:
    far_end.largest_page = 2
    written = [far_end.receive(to=LINE, from_=CUSTOMER, body=str(n)) for n in range(5)]
    assert sorted(text.provider_message_id for text in list_inbound(far_end.url)) == sorted(written)
    assert len([path for path in far_end.ledger.paths if "Messages.json" in path]) == 3


def test_reading_ends_at_the_first_text_that_is_too_old(far_end: FakeTwilio) -> None:
    far_end.largest_page = 2
    for n in range(6):
        far_end.receive(to=LINE, from_=CUSTOMER, body=str(n))
        if n < 4:
            far_end.ledger.accepted[-1]["date_created"] = "Sun, 01 Nov 2026 10:00:00 GMT"
    assert sorted(text.body for text in list_inbound(far_end.url)) == ["4", "5"]
    assert len([path for path in far_end.ledger.paths if "Messages.json" in path]) == 2


def test_the_lists_own_filter_is_not_relied_on(far_end: FakeTwilio) -> None:
    far_end.careless = True
    far_end.receive(to="+14155550177", from_=CUSTOMER, body="another line's")
    far_end.accept({"To": [LINE], "From": ["+14155550177"], "Body": ["from another line of ours"]})
    assert list_inbound(far_end.url) == []


def test_files_that_are_gone_from_the_list_are_still_counted(far_end: FakeTwilio) -> None:
    far_end.receive(to=LINE, from_=CUSTOMER, body="look", files=3)
    far_end.media.clear()
    [text] = list_inbound(far_end.url)
    assert [(media.content_type, media.url) for media in text.media] == [("application/octet-stream", "")] * 3
