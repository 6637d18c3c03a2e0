"""One contract for all providers: whatever is behind the protocol, the product may rely on this."""

import asyncio
import dataclasses
import logging
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.texting.providers import fake_twilio
from tests.texting.providers.far_ends import (
    CUSTOMER,
    LINE,
    OLD_SECRET,
    SECRET,
    FarEnd,
    SimulatorFarEnd,
    TwilioFarEnd,
    own_webhooks,
)
from texting.phone_numbers import is_e164
from texting.providers.base import (
    MAX_HOOK_BYTES,
    Hook,
    Inbound,
    Media,
    MediaFile,
    MediaProblem,
    MediaRefused,
    NotAccepted,
    Outbound,
    OutcomeUnknown,
    OwnNumber,
    Provider,
    ProviderError,
    SendResult,
    StatusEvent,
    UnreadableHook,
)
from texting.providers.opt_outs import has_list, read_page
from texting.statuses import ErrorKind, MessageStatus


@pytest.fixture(params=["twilio", "simulator"])
def far_end(request: pytest.FixtureRequest) -> Iterator[FarEnd]:
    if request.param == "twilio":
        with fake_twilio.running() as server:
            yield TwilioFarEnd(server)
    else:
        with override_settings(SIMULATOR_ENABLED=True), own_webhooks() as webhooks:
            yield SimulatorFarEnd(webhooks, customer=f"+1415{uuid.uuid4().int % 10**7:07}")


def send(provider: Provider, *texts: Outbound) -> list[SendResult | ProviderError]:
    async def run() -> list[SendResult | ProviderError]:
        async with provider.open_session() as session:

            async def one(text: Outbound) -> SendResult | ProviderError:
                try:
                    return await session.send(text)
                except ProviderError as error:
                    return error

            return list(await asyncio.gather(*(one(text) for text in texts)))

    return asyncio.run(run())


def fetch(provider: Provider, provider_message_id: str) -> StatusEvent:
    async def run() -> StatusEvent:
        async with provider.open_session() as session:
            return await session.fetch(provider_message_id)

    return asyncio.run(run())


def find(provider: Provider, text: Outbound, *, minutes: float = 5) -> list[StatusEvent]:
    async def run() -> list[StatusEvent]:
        now, span = datetime.now(UTC), timedelta(minutes=minutes)
        async with provider.open_session() as session:
            return await session.find(text, since=now - span, until=now + span)

    return asyncio.run(run())


# --- sending ------------------------------------------------------------------------------------------------------


def test_an_accepted_text_is_at_the_far_end_once(far_end: FarEnd) -> None:
    [result] = send(far_end.provider(), far_end.outbound("One and only"))
    assert isinstance(result, SendResult)
    assert result.provider_message_id
    assert result.status is MessageStatus.QUEUED
    assert far_end.accepted() == ["One and only"]


def test_each_text_of_a_batch_gets_its_own_id(far_end: FarEnd) -> None:
    texts = [far_end.outbound(f"Number {n}") for n in range(40)]
    results = send(far_end.provider(), *texts)
    assert all(isinstance(result, SendResult) for result in results)
    assert len({result.provider_message_id for result in results if isinstance(result, SendResult)}) == 40
    assert sorted(far_end.accepted()) == sorted(text.body for text in texts)


def test_an_opted_out_customer_is_refused_for_good(far_end: FarEnd) -> None:
    far_end.customer_is_opted_out()
    [result] = send(far_end.provider(), far_end.outbound())
    assert isinstance(result, NotAccepted)
    assert (result.kind, result.retry) == (ErrorKind.OPTED_OUT, False)
    assert far_end.accepted() == []


def test_a_far_end_that_is_away_has_nothing_and_may_be_tried_again(far_end: FarEnd) -> None:
    with far_end.go_away():
        [result] = send(far_end.provider(), far_end.outbound())
    assert isinstance(result, NotAccepted)
    assert (result.kind, result.retry) == (ErrorKind.TRANSIENT, True)
    assert far_end.accepted() == []


def test_a_lost_answer_is_an_unknown_outcome_and_the_text_can_be_found(far_end: FarEnd) -> None:
    text = far_end.outbound("Did you get this?")
    with far_end.lose_the_answer():
        [result] = send(far_end.provider(), text)
    assert isinstance(result, OutcomeUnknown)
    assert (result.kind, result.retry) == (ErrorKind.UNKNOWN_OUTCOME, False)
    assert far_end.accepted() == [text.body]
    assert len(find(far_end.provider(), text)) == 1


def test_a_refused_text_does_not_hold_up_the_rest_of_the_batch(far_end: FarEnd) -> None:
    with far_end.lose_the_answer():
        first = send(far_end.provider(), far_end.outbound("first"))
    second = send(far_end.provider(), far_end.outbound("second"))
    assert isinstance(first[0], OutcomeUnknown)
    assert isinstance(second[0], SendResult)


# --- its own list of opt-outs ---------------------------------------------------------------------------------------


def read_opt_outs(provider: Provider) -> set[str]:
    found: set[str] = set()
    after = ""
    while True:
        page = asyncio.run(read_page(provider, LINE, after=after))
        found |= set(page.people)
        if not page.next:
            return found
        after = page.next


def test_a_list_holds_whoever_opted_out_and_nobody_else_and_only_for_its_own_line(far_end: FarEnd) -> None:
    provider = far_end.provider()
    if not has_list(provider):
        assert provider.name == "twilio", "its API has none (docs/decisions/0119)"
        return
    customer = far_end.outbound().to
    assert customer not in read_opt_outs(provider)
    far_end.customer_is_opted_out()
    assert customer in read_opt_outs(provider)
    assert read_opt_outs(far_end.provider(secret="another line's")) == set()
    with far_end.go_away(), pytest.raises(NotAccepted) as away:
        read_opt_outs(far_end.provider())
    assert (away.value.kind, away.value.retry) == (ErrorKind.TRANSIENT, True)


# --- looking up ---------------------------------------------------------------------------------------------------


def test_a_sent_text_can_be_looked_up_by_its_id(far_end: FarEnd) -> None:
    [result] = send(far_end.provider(), far_end.outbound())
    assert isinstance(result, SendResult)
    event = fetch(far_end.provider(), result.provider_message_id)
    assert event.provider_message_id == result.provider_message_id
    assert event.status is MessageStatus.QUEUED
    assert event.error is None


@pytest.mark.parametrize("unknown", ["SM" + "f" * 32, "sim-unknown", "", "../../Accounts", "SM" + "1" * 31 + "/"])
def test_an_unknown_id_is_refused_without_a_second_try(far_end: FarEnd, unknown: str) -> None:
    with pytest.raises(NotAccepted) as refusal:
        fetch(far_end.provider(), unknown)
    assert (refusal.value.kind, refusal.value.retry) == (ErrorKind.INVALID_REQUEST, False)


def test_looking_up_at_a_far_end_that_is_away_is_worth_another_try(far_end: FarEnd) -> None:
    with far_end.go_away():
        with pytest.raises(NotAccepted) as by_id:
            fetch(far_end.provider(), far_end.sample_id)
        with pytest.raises(NotAccepted) as by_text:
            find(far_end.provider(), far_end.outbound())
    assert (by_id.value.kind, by_id.value.retry) == (ErrorKind.TRANSIENT, True)
    assert (by_text.value.kind, by_text.value.retry) == (ErrorKind.TRANSIENT, True)


def test_only_the_same_text_in_the_same_time_is_found(far_end: FarEnd) -> None:
    text = far_end.outbound("Exactly these words")
    send(far_end.provider(), text, far_end.outbound("Other words"))
    assert len(find(far_end.provider(), text)) == 1
    assert find(far_end.provider(), dataclasses.replace(text, body="exactly these words")) == []
    assert find(far_end.provider(), dataclasses.replace(text, from_="+14155550177")) == []

    async def long_ago() -> list[StatusEvent]:
        then = datetime.now(UTC) - timedelta(hours=2)
        async with far_end.provider().open_session() as session:
            return await session.find(text, since=then, until=then + timedelta(hours=1))

    assert asyncio.run(long_ago()) == []


# --- pictures -----------------------------------------------------------------------------------------------------


def fetch_media(provider: Provider, media: Media, *, limit: int = 100_000) -> MediaFile:
    async def run() -> MediaFile:
        async with provider.open_session() as session:
            return await session.fetch_media(media, limit=limit)

    return asyncio.run(run())


def test_a_picture_is_fetched_as_it_was_sent(far_end: FarEnd) -> None:
    content = bytes(range(256)) * 300
    media = far_end.keep_media("image/png", content)
    assert fetch_media(far_end.provider(), media) == MediaFile("image/png", content)


def test_a_picture_may_be_as_large_as_the_limit_and_not_a_byte_larger(far_end: FarEnd) -> None:
    media = far_end.keep_media("image/jpeg", b"x" * 1000)
    assert len(fetch_media(far_end.provider(), media, limit=1000).content) == 1000
    with pytest.raises(MediaRefused) as refusal:
        fetch_media(far_end.provider(), media, limit=999)
    assert (refusal.value.problem, refusal.value.retry) == (MediaProblem.TOO_LARGE, False)


def test_a_picture_that_is_not_there_may_come(far_end: FarEnd) -> None:
    media = far_end.keep_media("image/jpeg", b"x")
    far_end.lose_media(media)
    with pytest.raises(MediaRefused) as refusal:
        fetch_media(far_end.provider(), media)
    assert (refusal.value.problem, refusal.value.retry) == (MediaProblem.NOT_THERE, True)
    assert refusal.value.retry_after


def test_a_picture_at_a_far_end_that_is_away_is_worth_another_try(far_end: FarEnd) -> None:
    media = far_end.keep_media("image/jpeg", b"x")
    with far_end.go_away(), pytest.raises(NotAccepted) as refusal:
        fetch_media(far_end.provider(), media)
    assert (refusal.value.kind, refusal.value.retry) == (ErrorKind.TRANSIENT, True)


@pytest.mark.parametrize("url", ["", "https://x.example/a.png", "http://169.254.169.254/latest/meta-data", "file:///e"])
def test_nobody_else_is_asked_for_a_picture(far_end: FarEnd, url: str) -> None:
    with pytest.raises(MediaRefused) as refusal:
        fetch_media(far_end.provider(), Media("image/png", url))
    assert (refusal.value.problem, refusal.value.retry) == (MediaProblem.FOREIGN_ADDRESS, False)


# --- being forgotten ----------------------------------------------------------------------------------------------


def forget(provider: Provider, provider_message_id: str, *, words_only: bool = False) -> None:
    async def run() -> None:
        async with provider.open_session() as session:
            await (session.redact if words_only else session.delete)(provider_message_id)

    asyncio.run(run())


def delivered(far_end: FarEnd, body: str = "Forget me") -> str:
    [result] = send(far_end.provider(), far_end.outbound(body))
    assert isinstance(result, SendResult)
    far_end.finish(result.provider_message_id)
    return result.provider_message_id


def test_a_deleted_text_is_gone_with_its_pictures_and_the_others_stay(far_end: FarEnd) -> None:
    gone, stays = delivered(far_end, "Goes"), delivered(far_end, "Stays")
    pictures = [far_end.keep_media("image/png", b"x", of=message) for message in (gone, stays)]
    forget(far_end.provider(), gone)
    assert far_end.accepted() == ["Stays"]
    with pytest.raises(NotAccepted):
        fetch(far_end.provider(), gone)
    with pytest.raises(MediaRefused):
        fetch_media(far_end.provider(), pictures[0])
    assert fetch_media(far_end.provider(), pictures[1]).content == b"x"


def test_a_redacted_text_says_nothing_any_more_and_is_still_known(far_end: FarEnd) -> None:
    text = delivered(far_end, "Private words")
    pictures = [far_end.keep_media("image/png", b"x", of=text) for _ in range(3)]
    forget(far_end.provider(), text, words_only=True)
    assert far_end.accepted() == [""]
    assert fetch(far_end.provider(), text).status is MessageStatus.DELIVERED
    for picture in pictures:
        with pytest.raises(MediaRefused):
            fetch_media(far_end.provider(), picture)


@pytest.mark.parametrize("words_only", [False, True])
def test_what_is_already_forgotten_may_be_forgotten_again(far_end: FarEnd, words_only: bool) -> None:
    text = delivered(far_end)
    for _ in range(2):
        forget(far_end.provider(), text, words_only=words_only)
    forget(far_end.provider(), text)
    forget(far_end.provider(), text, words_only=words_only)
    assert far_end.accepted() == []


@pytest.mark.parametrize("words_only", [False, True])
def test_a_text_on_its_way_is_forgotten_later(far_end: FarEnd, words_only: bool) -> None:
    [result] = send(far_end.provider(), far_end.outbound("On its way"))
    assert isinstance(result, SendResult)
    with pytest.raises(NotAccepted) as refusal:
        forget(far_end.provider(), result.provider_message_id, words_only=words_only)
    assert refusal.value.retry
    assert refusal.value.retry_after
    assert far_end.accepted() == ["On its way"]


def test_forgetting_at_a_far_end_that_is_away_is_worth_another_try(far_end: FarEnd) -> None:
    text = delivered(far_end)
    for words_only in (False, True):
        with far_end.go_away(), pytest.raises(NotAccepted) as refusal:
            forget(far_end.provider(), text, words_only=words_only)
        assert (refusal.value.kind, refusal.value.retry) == (ErrorKind.TRANSIENT, True)


# --- customers' texts in the list ---------------------------------------------------------------------------------


def list_inbound(provider: Provider, number: str = LINE, *, minutes: float = 5) -> list[Inbound]:
    async def run() -> list[Inbound]:
        now, span = datetime.now(UTC), timedelta(minutes=minutes)
        async with provider.open_session() as session:
            return await session.list_inbound(number, since=now - span, until=now + span)

    return asyncio.run(run())


def test_what_customers_wrote_to_a_line_can_be_listed_oldest_first(far_end: FarEnd) -> None:
    first, second = far_end.customer_writes("STOP"), far_end.customer_writes("and again")
    texts = list_inbound(far_end.provider())
    assert [(text.provider_message_id, text.body, text.to) for text in texts] == [
        (first, "STOP", LINE),
        (second, "and again", LINE),
    ]
    assert [text.event_id for text in texts] == [first, second]
    assert all(text.from_.startswith("+1415") for text in texts)


def test_only_customers_texts_to_this_line_in_this_time_are_listed(far_end: FarEnd) -> None:
    send(far_end.provider(), far_end.outbound("ours"))
    far_end.customer_writes("for another line", to="+14155550177")
    mine = far_end.customer_writes("mine")
    assert [text.provider_message_id for text in list_inbound(far_end.provider())] == [mine]

    async def long_ago() -> list[Inbound]:
        then = datetime.now(UTC) - timedelta(hours=2)
        async with far_end.provider().open_session() as session:
            return await session.list_inbound(LINE, since=then, until=then + timedelta(hours=1))

    assert asyncio.run(long_ago()) == []


def test_a_listed_text_keeps_the_number_of_its_files(far_end: FarEnd) -> None:
    far_end.customer_writes("look", files=2)
    [text] = list_inbound(far_end.provider())
    assert [media.content_type for media in text.media] == ["image/png", "image/png"]


def test_a_list_that_cannot_be_asked_is_worth_another_try(far_end: FarEnd) -> None:
    with far_end.go_away(), pytest.raises(NotAccepted) as refusal:
        list_inbound(far_end.provider())
    assert (refusal.value.kind, refusal.value.retry) == (ErrorKind.TRANSIENT, True)


# --- signatures ---------------------------------------------------------------------------------------------------


def test_a_request_of_the_provider_is_recognized(far_end: FarEnd) -> None:
    assert far_end.provider().verify_signature(far_end.inbound())
    assert far_end.provider().verify_signature(far_end.status("delivered"))
    assert far_end.provider().verify_signature(far_end.inbound(body="Ünïcode 🛑 & = + %2B"))


def test_both_secrets_count_while_a_secret_is_changed(far_end: FarEnd) -> None:
    during = far_end.provider(previous_secret=OLD_SECRET)
    assert during.verify_signature(far_end.inbound(secret=SECRET))
    assert during.verify_signature(far_end.inbound(secret=OLD_SECRET))
    assert not far_end.provider().verify_signature(far_end.inbound(secret=OLD_SECRET))


def test_an_empty_secret_signs_nothing(far_end: FarEnd) -> None:
    assert not far_end.provider(secret="").verify_signature(far_end.inbound(secret=""))
    assert not far_end.provider().verify_signature(far_end.inbound(secret=""))


def test_anything_changed_breaks_the_signature(far_end: FarEnd) -> None:
    provider, hook = far_end.provider(), far_end.inbound()
    changed = [
        dataclasses.replace(hook, body=hook.body.replace(b"5", b"6")),
        dataclasses.replace(hook, body=b""),
        dataclasses.replace(hook, body=hook.body + b"&More=1"),
        dataclasses.replace(hook, url=hook.url + "x"),
        dataclasses.replace(hook, url=hook.url.replace("line-key", "other-key")),
        dataclasses.replace(hook, headers={}),
    ]
    assert not any(provider.verify_signature(other) for other in changed)


@pytest.mark.parametrize("odd", ["", "x", "é", "\udce9", "0" * 10_000, "AAAA====", "\x00"])
def test_an_odd_signature_is_false_and_never_an_error(far_end: FarEnd, odd: str) -> None:
    hook = far_end.inbound()
    headers = {name: odd if "signature" in name.lower() else value for name, value in hook.headers.items()}
    assert far_end.provider().verify_signature(dataclasses.replace(hook, headers=headers)) is False


@pytest.mark.parametrize(
    "url", ["", "no address", "https://x.example:port/", "https://[half/", "https://x.example:99999/"]
)
def test_an_odd_address_is_false_and_never_an_error(far_end: FarEnd, url: str) -> None:
    assert far_end.provider().verify_signature(dataclasses.replace(far_end.inbound(), url=url)) is False


def test_a_request_that_is_too_large_is_false_although_it_is_signed(far_end: FarEnd) -> None:
    assert far_end.provider().verify_signature(far_end.inbound(body="x" * 1000))
    assert not far_end.provider().verify_signature(far_end.inbound(body="x" * MAX_HOOK_BYTES))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(
    hook=st.builds(
        Hook,
        method=st.just("POST"),
        url=st.text(max_size=60) | st.sampled_from(["https://x.example/?bodySHA256=1", "https://x.example/"]),
        headers=st.fixed_dictionaries(
            {
                "Content-Type": st.sampled_from(
                    ["application/json", "application/x-www-form-urlencoded", "", "a/b; c=d"]
                ),
                "X-Twilio-Signature": st.text(max_size=80),
                "X-Simulator-Signature": st.text(max_size=80),
                "X-Simulator-Timestamp": st.text(max_size=12) | st.integers().map(str),
            }
        ),
        body=st.binary(max_size=400),
    )
)
def test_nothing_at_all_makes_the_check_raise(far_end: FarEnd, hook: Hook) -> None:
    assert far_end.provider().verify_signature(hook) is False


# --- reading ------------------------------------------------------------------------------------------------------


def test_a_text_of_a_customer_is_read_as_it_was_written(far_end: FarEnd) -> None:
    body = "  Stop 🛑\r\n& more = + %20 "
    [text] = far_end.provider().parse_inbound(far_end.inbound(body=body))
    assert (text.from_, text.to, text.body) == (CUSTOMER, LINE, body)
    assert text.provider_message_id == far_end.sample_id
    assert (text.media, text.opt_out_type) == ((), "")


def test_an_empty_text_is_a_text(far_end: FarEnd) -> None:
    assert far_end.provider().parse_inbound(far_end.inbound(body=""))[0].body == ""


def test_a_repeat_has_the_same_event_id(far_end: FarEnd) -> None:
    provider = far_end.provider()
    first, second = (provider.parse_inbound(far_end.inbound())[0].event_id for _ in range(2))
    assert first == second
    sent, again, delivered = (
        provider.parse_status(far_end.status(w))[0].event_id for w in ("sent", "sent", "delivered")
    )
    assert sent == again != delivered


def test_each_needed_field_is_insisted_on(far_end: FarEnd) -> None:
    for name in far_end.required_inbound:
        with pytest.raises(UnreadableHook, match=name):
            far_end.provider().parse_inbound(far_end.inbound(without=name))
    for name in far_end.required_status:
        with pytest.raises(UnreadableHook, match=name):
            far_end.provider().parse_status(far_end.status("sent", without=name))


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"{", b"[]", b"null", b'"text"', b"=&=&=", b"%ff=%ff"])
def test_a_body_that_makes_no_sense_is_unreadable(far_end: FarEnd, body: bytes) -> None:
    hook = dataclasses.replace(far_end.inbound(), body=body)
    with pytest.raises(UnreadableHook):
        far_end.provider().parse_inbound(hook)
    with pytest.raises(UnreadableHook):
        far_end.provider().parse_status(hook)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("sent", MessageStatus.SENT),
        ("delivered", MessageStatus.DELIVERED),
        ("undelivered", MessageStatus.UNDELIVERED),
    ],
)
def test_a_status_is_read(far_end: FarEnd, word: str, status: MessageStatus) -> None:
    [event] = far_end.provider().parse_status(far_end.status(word))
    assert event.status is status
    assert event.provider_message_id == far_end.sample_id


def test_a_failure_says_why(far_end: FarEnd) -> None:
    [event] = far_end.provider().parse_status(far_end.status("undelivered", code=far_end.failure_code))
    assert event.error is ErrorKind.INVALID_RECIPIENT
    assert event.provider_code == far_end.failure_code
    [unexplained] = far_end.provider().parse_status(far_end.status("undelivered"))
    assert unexplained.error is ErrorKind.UNKNOWN
    [arrived] = far_end.provider().parse_status(far_end.status("delivered"))
    assert arrived.error is None


def test_a_status_that_we_do_not_know_is_unreadable(far_end: FarEnd) -> None:
    with pytest.raises(UnreadableHook):
        far_end.provider().parse_status(far_end.status("teleported"))


# --- saying nothing -----------------------------------------------------------------------------------------------


def test_no_number_no_text_and_no_secret_is_logged_or_shown(far_end: FarEnd, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    text = far_end.outbound("the private words")
    results: list[object] = list(send(far_end.provider(), text))
    find(far_end.provider(), text)
    far_end.customer_writes("the private words")
    results += list_inbound(far_end.provider())
    with far_end.lose_the_answer():
        results += send(far_end.provider(), text)
    far_end.customer_is_opted_out()
    results += send(far_end.provider(), text)
    with far_end.go_away():
        results += send(far_end.provider(), text)
    media = far_end.keep_media("image/png", b"the private words")
    results += [media, fetch_media(far_end.provider(), media)]
    hook = far_end.inbound(body="the private words")
    results += [text, hook, far_end.provider().parse_inbound(hook), far_end.provider()]
    errors = [result for result in results if isinstance(result, ProviderError)]
    assert len(errors) == 3
    assert all(error.__cause__ is None and error.__context__ is None for error in errors)
    everything = caplog.text + repr(results) + " ".join(str(error) for error in errors)
    for secret in (
        text.to[1:],
        LINE[1:],
        CUSTOMER[1:],
        "private words",
        SECRET,
        fake_twilio.ACCOUNT,
        text.status_url,
        media.url,
    ):
        assert secret not in everything


def test_every_adapter_says_who_it_is(far_end: FarEnd) -> None:
    provider = far_end.provider()
    assert provider.name in {"twilio", "simulator"}
    assert provider.capabilities.signs_webhooks
    assert not provider.capabilities.idempotent_send  # otherwise an unknown outcome could simply be sent again


# --- the account's own numbers ------------------------------------------------------------------------------------


def own_numbers(provider: Provider, *, only: str = "") -> list[OwnNumber]:
    async def run() -> list[OwnNumber]:
        async with provider.open_session() as session:
            return await session.numbers(only=only)

    return asyncio.run(run())


def test_an_account_lists_its_own_numbers(far_end: FarEnd) -> None:
    if isinstance(far_end, TwilioFarEnd):
        far_end.far_end.numbers = [fake_twilio.a_number(f"+1415555{n}", name="Front desk") for n in range(1000, 1003)]
    provider = far_end.provider(account=fake_twilio.ACCOUNT)
    found = own_numbers(provider)
    assert found
    assert all(is_e164(one.number) and one.can_text and one.name for one in found)
    assert len({one.number for one in found}) == len(found)
    assert own_numbers(provider) == found, "the same account has the same numbers"
    assert own_numbers(provider, only=found[1].number) == [found[1]]
    assert own_numbers(provider, only="+14155559999") == []


def test_the_numbers_of_a_far_end_that_is_away_are_not_known(far_end: FarEnd) -> None:
    if isinstance(far_end, SimulatorFarEnd):
        pytest.skip("the simulator makes its numbers up")
    with far_end.go_away(), pytest.raises(NotAccepted) as refused:
        own_numbers(far_end.provider())
    assert refused.value.retry
