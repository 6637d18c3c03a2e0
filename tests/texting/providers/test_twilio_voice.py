"""Calls at Twilio: what is asked, what its answers and reports mean; the simulator's pretended network beside it."""

import asyncio
import json
from urllib.parse import urlencode

import pytest
from django.test import override_settings
from lxml import etree
from twilio.request_validator import RequestValidator

from tests.texting.providers import fake_twilio
from tests.texting.providers.far_ends import HurriedTwilio
from texting.providers.base import Credentials, Hook, NotAccepted, OtherAccount, OutcomeUnknown, UnreadableHook
from texting.providers.simulator import SimulatorProvider
from texting.providers.voice import CallEvent, CallStatus, Leg, OutboundCall, moves

SECRET, CALL = "s3cret", "CA" + "0" * 32
URL = "https://parley.example/webhooks/twilio/key/calls/token"
ASKED = OutboundCall("+12125550123", "+12125550110", URL + "/connect", URL, 'Press <any> key & "wait".')


def adapter(base_url: str = "") -> HurriedTwilio:
    return HurriedTwilio(Credentials(account=fake_twilio.ACCOUNT, secret=fake_twilio.TOKEN, base_url=base_url))


def call(provider, asked: OutboundCall = ASKED):
    async def run():
        async with provider.open_session() as session:
            return await session.call(asked)

    return asyncio.run(run())


def hook(**fields: str) -> Hook:
    form = {"CallSid": CALL, "AccountSid": fake_twilio.ACCOUNT, "CallStatus": "ringing", "Digits": "5", **fields}
    form = {name: value for name, value in form.items() if value != "-"}
    signature = RequestValidator(fake_twilio.TOKEN).compute_signature(URL, form)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signature}
    return Hook("POST", URL, headers, urlencode(form).encode())


def test_a_call_is_asked_for_with_its_instructions_inline():
    with fake_twilio.running() as server:
        result = call(adapter(server.url))
        [form], [path] = server.ledger.requests, server.ledger.paths
    assert path.endswith(f"/Accounts/{fake_twilio.ACCOUNT}/Calls.json")
    assert result.status is CallStatus.QUEUED
    assert (form["To"], form["From"], form["StatusCallback"]) == ([ASKED.to], [ASKED.from_], [URL])
    assert form["StatusCallbackEvent"] == ["initiated", "ringing", "answered", "completed"]
    gather, hangup = etree.fromstring(form["Twiml"][0])
    assert (gather.attrib["action"], gather[0].text, hangup.tag) == (ASKED.connect_url, ASKED.words, "Hangup")


@pytest.mark.parametrize(
    ("script", "error"), [("refuse:400:21211", NotAccepted), ("accept_then_reset", OutcomeUnknown)]
)
def test_a_refusal_is_told_apart_from_a_lost_answer(script, error):
    with fake_twilio.running() as server:
        server.scripts.append(script)
        with pytest.raises(error):
            call(adapter(server.url))
        assert len(server.ledger.requests) == 1, "nothing asks a second time"


def test_only_phone_numbers_are_called():
    with fake_twilio.running() as server:
        for bad in ("whatsapp:+12125550123", "sip:x@example.com", "", "911"):
            with pytest.raises(NotAccepted):
                call(adapter(server.url), OutboundCall(bad, ASKED.from_, URL, URL, ""))
        assert server.ledger.requests == []


def test_what_its_reports_say():
    twilio = adapter()
    assert twilio.verify_signature(hook())
    assert twilio.parse_call(hook()) == CallEvent(CALL, Leg.AGENT, CallStatus.RINGING)
    over = hook(CallSid="CA" + "f" * 32, ParentCallSid=CALL, CallStatus="completed", CallDuration="61")
    assert twilio.parse_call(over) == CallEvent(CALL, Leg.CUSTOMER, CallStatus.COMPLETED, 61)
    assert twilio.parse_call(hook(CallStatus="no-answer", CallDuration="x" * 9)).status is CallStatus.NO_ANSWER
    assert twilio.key_pressed(hook())
    assert not twilio.key_pressed(hook(Digits="-"))
    for bad in ({"CallStatus": "x"}, {"CallSid": "../x"}, {"CallSid": "-"}, {"AccountSid": "-"}, {"CallStatus": ""}):
        with pytest.raises(UnreadableHook):
            twilio.parse_call(hook(**bad))
    with pytest.raises(OtherAccount):
        twilio.parse_call(hook(AccountSid="AC" + "0" * 32))
    with pytest.raises(UnreadableHook):
        twilio.parse_call(Hook("POST", URL, {}, b"\xff=\xff"))


def test_the_answer_dials_the_customer_with_the_lines_number():
    answer = adapter().bridge(to="+12125550181", from_="+12125550110", status_url=URL)
    [dial] = etree.fromstring(answer.body)
    assert (dial.attrib["callerId"], dial[0].text, dial[0].attrib["statusCallback"]) == (
        *("+12125550110", "+12125550181", URL),
    )
    assert etree.fromstring(adapter().hang_up().body)[0].tag == "Hangup"


def test_a_leg_moves_forward_only():
    order = ["", *CallStatus]
    allowed = {(a, b) for a in order for b in CallStatus if moves(a, b)}
    assert ("ringing", CallStatus.QUEUED) not in allowed
    assert ("ringing", CallStatus.RINGING) not in allowed
    assert ("ringing", CallStatus.IN_PROGRESS) in allowed
    ends = [status for status in CallStatus if not any(before == status for before, _ in allowed)]
    assert ends == ["completed", "busy", "no_answer", "failed", "canceled"]


@override_settings(SIMULATOR_ENABLED=True)
def test_the_simulators_requests_say_the_same():
    simulator = SimulatorProvider(Credentials(secret=SECRET))

    def said(**fields: object) -> Hook:
        body = {"type": "call", "id": "c", "leg": "customer", "status": "completed", "seconds": "7", **fields}
        return Hook("POST", URL, {}, json.dumps(body).encode())

    assert simulator.parse_call(said()) == CallEvent("c", Leg.CUSTOMER, CallStatus.COMPLETED, 7)
    assert simulator.key_pressed(said(type="call_key", key="1"))
    for bad in ({"leg": "x"}, {"status": 5}, {"id": ""}, {"type": "text"}):
        with pytest.raises(UnreadableHook):
            simulator.parse_call(said(**bad))
    for body in (b"", b"[]", b"\xff", b"[" * 100_000):
        with pytest.raises(UnreadableHook):
            simulator.parse_call(Hook("POST", URL, {}, body))
