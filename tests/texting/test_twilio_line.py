"""A line at Twilio end to end: the real adapter, a far end on loopback, and the requests that Twilio sends back."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test import Client

from tenancy.isolation import activate
from tests.texting.providers import fake_twilio
from tests.texting.providers.fake_twilio import FakeTwilio
from tests.texting.twilio_line import CUSTOMER, FORM, NUMBER, TOKEN, TwilioLine, cast, twilio
from tests.texting.webhooks.test_asgi import ask, signed
from texting import delivery, sending
from texting.models import Conversation, Line, Message
from texting.providers.base import Credentials
from texting.purposes import Purpose
from texting.statuses import MessageStatus
from texting.webhooks import asgi
from texting.webhooks.views import EMPTY_TWIML

__all__ = ["cast", "twilio"]

pytestmark = pytest.mark.django_db(transaction=True)

SERVICE, OTHER_SERVICE = "MG" + "c3" * 16, "MG" + "d4" * 16
POOL_NUMBER = "+12125550177"


@pytest.fixture
def far_end(settings) -> Iterator[FakeTwilio]:
    with fake_twilio.running() as server:
        settings.TEXTING_PROVIDER_BASE_URLS = {"twilio": server.url}
        yield server


def answer_customer(twilio: TwilioLine, body: str = "We open at nine") -> Message:
    """A member answers the customer's text, and the text is delivered."""
    with activate(twilio.cast.organization):
        conversation = Conversation.objects.select_related("contact", "line").latest("opened_at")
        message = sending.send_text(
            conversation=conversation, body=body, author=twilio.cast.agent, purpose=Purpose.REPLY
        )
    delivery.deliver_line(twilio.line.pk)
    return message


def stored(twilio: TwilioLine, message: Message) -> Message:
    with activate(twilio.cast.organization):
        return Message.objects.get(pk=message.pk)


def report(twilio: TwilioLine, far_end: FakeTwilio, word: str, **fields: str):
    """Twilio reports on the last text, to the address that came with it."""
    path = urlsplit(far_end.ledger.requests[-1]["StatusCallback"][0]).path
    sid = far_end.ledger.accepted[-1]["sid"]
    return twilio.post(path=path, MessageSid=sid, MessageStatus=word, From=NUMBER, To=CUSTOMER, **fields)


# --- a text and its answer ----------------------------------------------------------------------------------------


def test_a_text_is_answered_and_the_answer_is_reported(twilio, far_end):
    twilio.post()
    message = answer_customer(twilio)
    [asked] = far_end.ledger.requests
    assert (asked["To"], asked["From"]) == ([CUSTOMER], [NUMBER])
    assert stored(twilio, message).status == MessageStatus.QUEUED or stored(twilio, message).provider_message_id
    for word in ("sent", "delivered", "delivered"):
        answer = report(twilio, far_end, word)
        assert (answer.status_code, answer.content) == (204, b"")
    kept = stored(twilio, message)
    assert (kept.status, kept.our_number) == (MessageStatus.DELIVERED, "")


# --- the service chooses the number -------------------------------------------------------------------------------


def test_a_chosen_number_is_recorded_when_twilio_says_which(twilio, far_end):
    twilio.store(messaging_service=SERVICE, sender_choice="provider")
    assert twilio.post(To=POOL_NUMBER, MessagingServiceSid=SERVICE).status_code == 200
    far_end.scripts = ["ok_by_service"]
    message = answer_customer(twilio)
    [asked] = far_end.ledger.requests
    assert asked["MessagingServiceSid"] == [SERVICE]
    assert "From" not in asked
    assert stored(twilio, message).our_number == ""
    path = urlsplit(asked["StatusCallback"][0]).path
    sid = far_end.ledger.accepted[-1]["sid"]
    for word in ("sent", "delivered"):
        answer = twilio.post(path=path, MessageSid=sid, MessageStatus=word, From=POOL_NUMBER, To=CUSTOMER)
        assert answer.status_code == 204
    kept = stored(twilio, message)
    assert (kept.status, kept.our_number) == (MessageStatus.DELIVERED, POOL_NUMBER)


def test_a_text_to_any_number_of_the_pool_is_taken_and_its_number_kept(twilio):
    twilio.store(messaging_service=SERVICE, sender_choice="provider")
    assert twilio.post(To=POOL_NUMBER, MessagingServiceSid=SERVICE, Body="To the other number").status_code == 200
    assert twilio.texts() == ["To the other number"]
    with activate(twilio.cast.organization):
        assert Message.objects.get().our_number == POOL_NUMBER


@pytest.mark.parametrize(
    ("credentials", "fields"),
    [
        ({"messaging_service": SERVICE, "sender_choice": "provider"}, {"MessagingServiceSid": OTHER_SERVICE}),
        ({"messaging_service": SERVICE, "sender_choice": "provider"}, {}),
        ({"messaging_service": SERVICE}, {"MessagingServiceSid": SERVICE}),
        ({"sender_choice": "provider"}, {"MessagingServiceSid": ""}),
        ({}, {"MessagingServiceSid": SERVICE}),
    ],
)
def test_a_text_to_a_number_outside_the_pool_is_kept_and_not_taken(twilio, credentials, fields):
    twilio.store(**credentials)
    assert twilio.post(To=POOL_NUMBER, **fields).status_code == 400
    assert twilio.texts() == []
    assert [row.cause for row in twilio.kept()] == ["other_line"]


@pytest.mark.parametrize("sender", ["whatsapp:+12125550181", "rcs:harbor_agent", "messenger:1234567"])
def test_a_message_of_another_channel_is_kept_with_its_reason(twilio, sender):
    assert twilio.post(From=sender).status_code == 400
    assert twilio.post(To="whatsapp:" + NUMBER, MessageSid="SM" + "2" * 32).status_code == 400
    assert twilio.texts() == []
    assert {row.cause for row in twilio.kept()} == {"other_channel"}


# --- connecting ---------------------------------------------------------------------------------------------------


def connect(tmp_path, **options) -> None:
    (tmp_path / "token").write_text(TOKEN)
    (tmp_path / "key").write_text("key-secret")
    call_command(
        "add_line",
        organization="harbor",
        team="Front desk",
        name="Main line",
        number=NUMBER,
        provider="twilio",
        account="AC" + "a1" * 16,
        secret_file=tmp_path / "token",
        **options,
    )


def test_a_sub_account_with_a_key_and_a_pool_is_connected(twilio, tmp_path):
    connect(
        tmp_path,
        api_key="SK1",
        api_key_secret_file=tmp_path / "key",
        messaging_service=SERVICE,
        provider_chooses_number=True,
    )
    with activate(twilio.cast.organization):
        kept = Credentials.from_json(Line.objects.get(number=NUMBER).credentials)
    assert (kept.api_key, kept.api_key_secret, kept.secret) == ("SK1", "key-secret", TOKEN)
    assert (kept.messaging_service, kept.sender_choice) == (SERVICE, "provider")


def test_half_a_key_and_a_choice_without_a_service_are_refused(twilio, tmp_path):
    with pytest.raises(CommandError, match="belong together"):
        connect(tmp_path, api_key="SK1")
    with pytest.raises(CommandError, match="messaging-service"):
        connect(tmp_path, provider_chooses_number=True)


# --- nothing is ever answered with a text -------------------------------------------------------------------------


def is_empty(answer) -> bool:
    return answer.content in {b"", EMPTY_TWIML.encode()}


@pytest.mark.parametrize("body", ["Hello", "STOP", "stop", "START", "HELP", "INFO", "take me off your list", "", "🛑"])
@pytest.mark.parametrize("opt_out_type", [None, "STOP", "HELP", "START"])
def test_no_text_of_a_customer_is_answered_in_the_answer(twilio, far_end, body, opt_out_type):
    answers = [twilio.post(Body=body, OptOutType=opt_out_type) for _ in range(2)]
    assert [(answer.status_code, answer.content) for answer in answers] == [(200, EMPTY_TWIML.encode())] * 2
    assert far_end.ledger.requests == []  # what there is to say goes through the outbox


@pytest.mark.parametrize("body", ["Hello", "STOP", "HELP", "take me off your list", ""])
def test_the_way_past_the_views_answers_as_little(twilio, far_end, body):
    asgi.forget_cards()
    for wanted, secret in ((200, TOKEN), (200, TOKEN), (403, "guessed")):
        sent = ask(*signed(twilio, secret=secret, Body=body))
        content = b"".join(event.get("body", b"") for event in sent)
        assert (sent[0]["status"], content) == (wanted, EMPTY_TWIML.encode() if wanted == 200 else b"")
    twilio.store(messaging_service=SERVICE, sender_choice="provider")
    asgi.forget_cards()
    sent = ask(*signed(twilio, To=POOL_NUMBER, MessagingServiceSid=SERVICE, MessageSid="SM" + "7" * 32))
    assert sent[0]["status"] == 200


def test_no_report_is_answered_with_anything(twilio, far_end):
    twilio.post()
    answer_customer(twilio)
    for word in ("queued", "sent", "undelivered", "failed", "delivered", "read"):
        answer = report(twilio, far_end, word, ErrorCode="30003")
        assert (answer.status_code, answer.content) == (204, b"")
    assert report(twilio, far_end, "teleported").status_code == 400


def test_no_refusal_says_anything_that_could_be_read_as_twiml(twilio):
    path = twilio.path
    refusals = {
        403: twilio.post(secret="guessed"),
        400: twilio.post(MessageSid=None),
        404: Client().post(path.replace("/inbound", "x/inbound"), b"x", content_type=FORM),
        413: Client().post(path, b"x" * 70_000, content_type=FORM),
        405: Client().get(path),
    }
    for status, answer in refusals.items():
        assert answer.status_code == status
        assert b"<Message" not in answer.content
        assert is_empty(answer) or status == 404


def test_a_database_that_is_away_is_answered_try_later_and_nothing_else(twilio):
    def away(execute, sql, params, many, context):
        raise OperationalError("away")

    with connection.execute_wrapper(away):
        answer = Client().post("/webhooks/twilio/key/inbound", b"x", content_type=FORM)
    assert (answer.status_code, answer["Retry-After"], answer.content) == (503, "30", b"")
