"""The simulated telephone network: what a customer sees, what we are told, and that nothing can be read in Redis."""

import time
import uuid
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from tests.texting.providers.far_ends import LINE, SECRET, Webhooks, own_webhooks, run_until_done
from texting.providers.base import Credentials
from texting.providers.simulator import SimulatorProvider
from texting.simulator import network, records
from texting.simulator.files import MAX_FILE_BYTES, HandsetFile, read_file
from texting.simulator.network import Behaviour
from texting.simulator.sealed import LIFETIME, connection, sealer
from texting.simulator.signed_requests import RefusedAddress, send_signed, signature
from texting.statuses import ErrorKind, MessageStatus


@pytest.fixture
def webhooks() -> Iterator[Webhooks]:
    # a secret key of its own: what other tests planned is under other names
    with override_settings(SIMULATOR_ENABLED=True, SECRET_KEY=str(uuid.uuid4())), own_webhooks() as recorder:
        yield recorder


@pytest.fixture
def customer() -> str:
    return f"+1415{uuid.uuid4().int % 10**7:07}"


def deliver(webhooks: Webhooks, customer: str, text: str = "Hello") -> str:
    return network.deliver_to_handset(
        line=LINE, customer=customer, text=text, status_url=f"{webhooks.url}/s/token", secret=SECRET
    )


def statuses(webhooks: Webhooks) -> list[tuple[MessageStatus, ErrorKind | None]]:
    provider = SimulatorProvider(Credentials(secret=SECRET))
    assert all(provider.verify_signature(hook) for hook in webhooks.hooks)
    events = [provider.parse_status(hook)[0] for hook in webhooks.hooks]
    return [(event.status, event.error) for event in events]


def test_a_text_arrives_at_once_and_its_way_is_reported(webhooks: Webhooks, customer: str) -> None:
    deliver(webhooks, customer)
    assert [(m.text, m.from_customer) for m in network.handset_messages(customer=customer, line=LINE)] == [
        ("Hello", False)
    ]
    assert run_until_done(1.5) == 2
    assert statuses(webhooks) == [(MessageStatus.SENT, None), (MessageStatus.DELIVERED, None)]
    assert [hook.url for hook in webhooks.hooks] == [f"{webhooks.url}/s/token"] * 2
    assert network.handset_messages(customer=customer, line=LINE)[0].status is MessageStatus.DELIVERED


@pytest.mark.parametrize(
    ("how", "seconds", "error"),
    [
        (Behaviour.LANDLINE, 1.5, ErrorKind.INVALID_RECIPIENT),
        (Behaviour.UNREACHABLE, 3.5, ErrorKind.UNREACHABLE),
    ],
)
def test_a_text_that_cannot_arrive_says_why(
    webhooks: Webhooks, customer: str, how: Behaviour, seconds: float, error: ErrorKind
) -> None:
    network.set_behaviour(customer, how)
    deliver(webhooks, customer)
    run_until_done(seconds)
    assert statuses(webhooks)[-1] == (MessageStatus.UNDELIVERED, error)
    assert network.handset_messages(customer=customer, line=LINE) == []


def send_pictures(webhooks: Webhooks, customer: str, *paths: str) -> str:
    return network.deliver_to_handset(
        line=LINE,
        customer=customer,
        text="Look",
        status_url=f"{webhooks.url}/s/token",
        secret=SECRET,
        media_urls=[webhooks.url + path for path in paths],
    )


def test_pictures_are_fetched_from_us_and_shown_on_the_handset(webhooks: Webhooks, customer: str) -> None:
    webhooks.files = {"/m/1": ("image/png", b"first"), "/m/2?x=1": ("image/jpeg", b"second")}
    send_pictures(webhooks, customer, "/m/1", "/m/2?x=1")
    run_until_done(1.5)
    assert [status for status, _ in statuses(webhooks)] == [MessageStatus.SENT, MessageStatus.DELIVERED]
    [text] = network.handset_messages(customer=customer, line=LINE)
    assert [read_file(address) for address in text.files] == [
        HandsetFile("image/png", b"first"),
        HandsetFile("image/jpeg", b"second"),
    ]


@pytest.mark.parametrize(
    "files", [{}, {"/m/2": ("image/png", b"")}, {"/m/2": ("image/png", b"x" * (MAX_FILE_BYTES + 1))}]
)
def test_a_text_whose_picture_cannot_be_fetched_does_not_arrive(
    webhooks: Webhooks, customer: str, files: dict[str, tuple[str, bytes]]
) -> None:
    webhooks.files = {"/m/1": ("image/png", b"first"), **files}
    send_pictures(webhooks, customer, "/m/1", "/m/2")
    run_until_done(1.5)
    assert statuses(webhooks) == [(MessageStatus.UNDELIVERED, ErrorKind.INVALID_REQUEST)]


def test_pictures_are_fetched_from_our_own_address_only(webhooks: Webhooks, customer: str) -> None:
    for url in ("http://127.0.0.1:1/a.png", "https://x.example/a.png", "http://169.254.169.254/"):
        with pytest.raises(RefusedAddress):
            network.deliver_to_handset(
                line=LINE, customer=customer, text="", status_url="", secret=SECRET, media_urls=[url]
            )
    assert network.texts_for(customer=customer, line=LINE) == []


def test_a_lost_callback_leaves_only_what_we_ask_for_ourselves(webhooks: Webhooks, customer: str) -> None:
    network.set_behaviour(customer, Behaviour.LOST_CALLBACK)
    message_id = deliver(webhooks, customer)
    run_until_done(1.5)
    assert webhooks.hooks == []
    known = network.find_text(message_id)
    assert known is not None
    assert known.status is MessageStatus.DELIVERED


def test_a_slow_text_is_not_there_yet(webhooks: Webhooks, customer: str) -> None:
    network.set_behaviour(customer, Behaviour.SLOW)
    deliver(webhooks, customer)
    run_until_done(1.5)
    assert webhooks.hooks == []
    assert network.handset_messages(customer=customer, line=LINE) == []


def test_a_customer_who_opted_out_at_the_carrier_gets_nothing(webhooks: Webhooks, customer: str) -> None:
    network.set_behaviour(customer, Behaviour.OPTED_OUT_AT_CARRIER)
    with pytest.raises(network.CarrierRefused):
        deliver(webhooks, customer)
    assert network.texts_for(customer=customer, line=LINE) == []
    assert run_until_done(0.5) == 0
    network.set_behaviour(customer, Behaviour.NORMAL)
    deliver(webhooks, customer)


def test_a_customers_text_is_posted_to_the_lines_webhook_and_can_be_read(webhooks: Webhooks, customer: str) -> None:
    sent = network.inbound_request(line_key="k3y", line=LINE, customer=customer, text="Stop 🛑", secret=SECRET)
    assert network.handset_messages(customer=customer, line=LINE)[0].status is MessageStatus.QUEUED
    assert network.run_due() == 1
    [hook] = webhooks.hooks
    provider = SimulatorProvider(Credentials(secret=SECRET))
    assert hook.url == f"{webhooks.url}/webhooks/simulator/k3y/inbound"
    assert provider.verify_signature(hook)
    [text] = provider.parse_inbound(hook)
    assert (text.provider_message_id, text.from_, text.to, text.body) == (sent, customer, LINE, "Stop 🛑")
    assert network.handset_messages(customer=customer, line=LINE)[0].status is MessageStatus.DELIVERED
    assert network.run_due() == 0


def test_a_text_that_we_do_not_take_is_offered_again(webhooks: Webhooks, customer: str) -> None:
    webhooks.answers = [503, 204]
    network.inbound_request(line_key="k", line=LINE, customer=customer, text="Hello?", secret=SECRET)
    run_until_done(1.5)
    assert len(webhooks.hooks) == 2
    assert network.handset_messages(customer=customer, line=LINE)[0].status is MessageStatus.DELIVERED


def test_a_text_that_we_never_take_has_failed_and_says_why(webhooks: Webhooks, customer: str) -> None:
    webhooks.answers = [403, 403, 403]
    network.inbound_request(line_key="k", line=LINE, customer=customer, text="Hello?", secret="wrong")
    run_until_done(4.8)
    [message] = network.handset_messages(customer=customer, line=LINE)
    assert (message.status, message.code, len(webhooks.hooks)) == (MessageStatus.FAILED, "http_403", 3)


def test_each_customer_and_each_line_has_its_own_handset(webhooks: Webhooks, customer: str) -> None:
    deliver(webhooks, customer)
    network.set_behaviour(customer, Behaviour.LANDLINE)
    other = customer[:-1] + str((int(customer[-1]) + 1) % 10)
    assert network.handset_messages(customer=other, line=LINE) == []
    assert network.handset_messages(customer=customer, line="+14155550188") == []
    assert network.behaviour(other) is Behaviour.NORMAL


def test_a_handset_keeps_the_last_200_texts_for_a_week(webhooks: Webhooks, customer: str) -> None:
    for n in range(205):
        network.inbound_request(line_key="k", line=LINE, customer=customer, text=str(n), secret=SECRET)
    kept = network.handset_messages(customer=customer, line=LINE)
    assert [message.text for message in kept] == [str(n) for n in range(5, 205)]
    redis = connection(settings.REDIS_URL)
    lives = [redis.ttl(name) for name in redis.keys("simulator:*")]
    assert lives
    assert all(0 < int(str(life)) <= LIFETIME for life in lives)


def test_nothing_of_a_text_can_be_read_in_redis(webhooks: Webhooks, customer: str) -> None:
    network.set_behaviour(customer, Behaviour.SLOW)
    deliver(webhooks, customer, "the private words")
    network.inbound_request(
        line_key="hidden-key", line=LINE, customer=customer, text="the private words", secret=SECRET
    )
    redis = connection(settings.REDIS_URL)
    everything = ""
    for name in redis.keys("simulator:*"):
        kind = str(redis.type(name))
        value = {
            "string": redis.get,
            "list": lambda key: redis.lrange(key, 0, -1),
            "zset": lambda key: redis.zrange(key, 0, -1),
            "hash": redis.hgetall,
        }[kind](name)
        everything += f"{name} {value}\n"
    assert everything.count("\n") >= 4
    for private in ("private words", customer[1:], LINE[1:], SECRET, "hidden-key", webhooks.url):
        assert private not in everything


def test_another_secret_key_reads_nothing(webhooks: Webhooks, customer: str) -> None:
    message_id = deliver(webhooks, customer)
    with override_settings(SECRET_KEY="another key"):
        assert network.find_text(message_id) is None
        assert network.handset_messages(customer=customer, line=LINE) == []


def test_a_sealed_value_cannot_be_moved_or_changed() -> None:
    seal = sealer("some key")
    sealed = seal.seal("a", {"x": 1})
    assert seal.open("a", sealed) == {"x": 1}
    assert seal.open("b", sealed) is None
    assert seal.open("a", sealed[:-4] + "AAA=") is None
    assert seal.open("a", "not base64") is None
    assert seal.open("a", None) is None
    assert seal.seal("a", {"x": 1}) != sealed


@pytest.mark.parametrize(
    "address",
    [
        "http://169.254.169.254/latest",
        "http://127.0.0.1:1/x",
        "https://127.0.0.1/x",
        "//127.0.0.1/x",
        "",
        "file:///etc/passwd",
        "http://127.0.0.1:port/",
        "http://user@evil.example/",
    ],
)
def test_no_address_but_our_own_is_ever_called(webhooks: Webhooks, customer: str, address: str) -> None:
    with pytest.raises(RefusedAddress):
        send_signed(address, {}, SECRET)
    if address:
        with pytest.raises(RefusedAddress):
            network.deliver_to_handset(line=LINE, customer=customer, text="x", status_url=address, secret=SECRET)
        assert network.texts_for(customer=customer, line=LINE) == []


def test_a_redirect_is_not_followed(webhooks: Webhooks) -> None:
    webhooks.answers = [302]
    assert send_signed(f"{webhooks.url}/a?b=1", {"x": 1}, SECRET) == 302
    assert [hook.url for hook in webhooks.hooks] == [f"{webhooks.url}/a?b=1"]


def test_nobody_at_home_is_no_error() -> None:
    with override_settings(PUBLIC_BASE_URL="http://127.0.0.1:1"):
        assert send_signed("http://127.0.0.1:1/x", {}, SECRET) == 0


def test_an_old_or_a_future_signature_does_not_count(webhooks: Webhooks) -> None:
    send_signed(f"{webhooks.url}/a", {"type": "inbound"}, SECRET)
    [hook] = webhooks.hooks
    provider = SimulatorProvider(Credentials(secret=SECRET))
    assert provider.verify_signature(hook)
    for shift in (-301, 301):
        stamp = str(int(time.time()) + shift)
        headers = {
            "X-Simulator-Timestamp": stamp,
            "X-Simulator-Signature": signature(SECRET, stamp, hook.url, hook.body),
        }
        assert not provider.verify_signature(type(hook)("POST", hook.url, headers, hook.body))


def test_two_callers_do_not_take_the_same_step_twice(webhooks: Webhooks, customer: str) -> None:
    for n in range(5):
        network.inbound_request(line_key="k", line=LINE, customer=customer, text=str(n), secret=SECRET)
    first, second = records.take_due(5), records.take_due(5)
    assert (len(first), second) == (5, [])


@override_settings(SIMULATOR_ENABLED=False)
def test_nothing_works_where_the_simulator_is_off(customer: str) -> None:
    for call in (
        lambda: network.behaviour(customer),
        lambda: network.handset_messages(customer=customer, line=LINE),
        lambda: network.inbound_request(line_key="k", line=LINE, customer=customer, text="x", secret=SECRET),
        network.run_due,
    ):
        with pytest.raises(ImproperlyConfigured, match="switched off"):
            call()


def test_a_step_for_another_address_does_not_hold_up_the_others(webhooks: Webhooks, customer: str) -> None:
    deliver(webhooks, customer)
    with override_settings(PUBLIC_BASE_URL="http://127.0.0.1:9"):
        limit = time.monotonic() + 10
        while not network.run_due() and time.monotonic() < limit:
            time.sleep(0.05)
    deliver(webhooks, customer, "Again")
    run_until_done(5)
    assert MessageStatus.DELIVERED in [status for status, _ in statuses(webhooks)]
