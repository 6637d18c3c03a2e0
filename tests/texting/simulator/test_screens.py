"""What a phone shows and what the carrier says about it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tenancy.isolation import activate
from tests.cast import Cast
from texting import threads
from texting.models import Conversation, Line, Message
from texting.phone_numbers import parse
from texting.simulator import network
from texting.simulator.phones import Phone, add_phone, phones
from texting.simulator.records import Behaviour
from texting.simulator.screens import Screen, screen
from texting.statuses import MessageStatus

pytestmark = pytest.mark.django_db

NUMBER = "+12125550131"


@pytest.fixture
def phone(cast: Cast) -> Phone:
    with activate(cast.organization):
        return add_phone(cast.agent, NUMBER)


@pytest.fixture(autouse=True)
def _no_web_server(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, object]]:
    """The carrier calls webhooks that answer 204 without anybody behind them."""
    calls: list[dict[str, object]] = []
    monkeypatch.setattr(network, "send_signed", lambda _url, payload, _secret: calls.append(payload) or 204)
    return calls


def look(cast: Cast, line: Line, phone: Phone) -> Screen:
    with activate(cast.organization):
        return screen(cast.agent, line, phone)


def from_us(line: Line, text: str) -> str:
    return network.deliver_to_handset(line=line.number, customer=NUMBER, text=text, status_url="", secret="s")


def from_phone(line: Line, text: str) -> str:
    return network.inbound_request(line_key="k", line=line.number, customer=NUMBER, text=text, secret="s")


def pass_time(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """The carrier does everything that is due within the next so many seconds."""
    now = network.records.time.time
    monkeypatch.setattr(network.records.time, "time", lambda: now() + seconds)
    network.run_due()
    monkeypatch.setattr(network.records.time, "time", now)


def test_a_new_phone_is_empty(cast: Cast, line: Line, phone: Phone) -> None:
    shown = look(cast, line, phone)
    assert (shown.bubbles, shown.reports, shown.is_waiting) == ((), (), False)


def test_texts_stand_in_order_with_their_sides_and_the_day_once(cast: Cast, line: Line, phone: Phone) -> None:
    from_phone(line, "Hello")
    from_us(line, "Good morning")
    shown = look(cast, line, phone)
    assert [(b.text, b.from_customer, b.opens_day) for b in shown.bubbles] == [
        ("Hello", True, True),
        ("Good morning", False, False),
    ]
    assert shown.latest_received is not None
    assert shown.latest_received.text == "Good morning"


def test_a_text_from_the_phone_is_marked_once_our_webhook_took_it(cast: Cast, line: Line, phone: Phone) -> None:
    from_phone(line, "First")
    from_phone(line, "Second")
    assert [b.note for b in look(cast, line, phone).bubbles] == ["Sending", "Sending"]
    assert look(cast, line, phone).is_waiting
    network.run_due()
    shown = look(cast, line, phone)
    assert [b.note for b in shown.bubbles] == ["", "Delivered"]  # under the last one only
    assert not shown.is_waiting


def test_a_text_that_we_never_took_is_marked_as_not_sent(
    cast: Cast, line: Line, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "send_signed", lambda *_: 500)
    monkeypatch.setattr(network, "TRIES_SECONDS", (0.0,))
    from_phone(line, "Hello")
    network.run_due()
    shown = look(cast, line, phone)
    assert [(b.note, b.is_failed) for b in shown.bubbles] == [("Not sent", True)]
    assert "http_500" in shown.reports[0].title


@pytest.mark.parametrize(
    "case",
    [
        (Behaviour.NORMAL, True, "To the customer, delivered", "success"),
        (Behaviour.LOST_CALLBACK, True, "To the customer, delivered", "success"),
        (Behaviour.SLOW, True, "To the customer, delivered", "success"),
        (Behaviour.LANDLINE, False, "To the customer, not delivered: landline", "danger"),
        (Behaviour.UNREACHABLE, False, "To the customer, not delivered: phone switched off", "danger"),
    ],
)
def test_each_behaviour_shows_on_the_phone_and_beside_it(
    cast: Cast,
    line: Line,
    phone: Phone,
    monkeypatch: pytest.MonkeyPatch,
    case: tuple[Behaviour, bool, str, str],
) -> None:
    behaviour, on_the_phone, title, tone = case
    network.set_behaviour(NUMBER, behaviour)
    from_us(line, "Your appointment is tomorrow at 9:00.")
    assert look(cast, line, phone).is_waiting
    pass_time(monkeypatch, 60)
    shown = look(cast, line, phone)
    assert [b.text for b in shown.bubbles] == (["Your appointment is tomorrow at 9:00."] if on_the_phone else [])
    assert [(r.title, r.tone) for r in shown.reports] == [(title, tone)]
    assert not shown.is_waiting


def test_the_version_changes_with_what_is_shown(cast: Cast, line: Line, phone: Phone) -> None:
    from_phone(line, "Hello")
    before = look(cast, line, phone).version
    assert look(cast, line, phone).version == before
    network.run_due()
    assert look(cast, line, phone).version != before


def test_texts_from_before_the_carriers_memory_stand_above(cast: Cast, line: Line) -> None:
    with activate(cast.organization):
        contact = threads.contact_for(parse(NUMBER), name="Grace Whitfield")
        earlier = timezone.now() - timedelta(days=1)
        conversation = Conversation.objects.create(
            contact=contact, line=line, opened_at=earlier, last_activity_at=earlier
        )
        remembered = from_phone(line, "Known to both")
        for provider_id, body, at in (
            ("old", "Hello from yesterday", earlier),
            (remembered, "Known to both", timezone.now()),
            (None, "Not handed over", timezone.now()),
        ):
            Message.objects.create(
                conversation=conversation,
                contact=contact,
                line=line,
                direction="in",
                body=body,
                status=MessageStatus.RECEIVED,
                provider_message_id=provider_id,
                created_at=at,
            )
        [phone] = phones(cast.agent, line)
    shown = look(cast, line, phone)
    assert [(b.text, b.opens_day) for b in shown.bubbles] == [("Hello from yesterday", True), ("Known to both", True)]


def test_numbers_in_texts_are_hidden_from_who_may_not_see_them(cast: Cast, line: Line, phone: Phone) -> None:
    from_phone(line, "Call me at 415-867-5309")
    with activate(cast.organization):
        shown = screen(cast.auditor, line, phone)
    assert "867" not in repr([(b.text) for b in shown.bubbles]) + repr([r.detail for r in shown.reports])
    assert "867" not in repr(shown)
