"""Calls at Twilio: the Calls resource with its instructions (TwiML) given inline, and what its reports say.

Sources: twilio.com/docs/voice/api/call-resource, .../voice/twiml/gather, .../voice/twiml/dial and .../number. A report
about the customer's leg names the agent's as `ParentCallSid`. The form is made and the answer read here, without the
SDK's objects, as for a text (`twilio_requests`); the signature is the same as for texts.
"""

import re
from collections.abc import Mapping
from xml.etree import ElementTree

from texting.phone_numbers import is_e164
from texting.providers.base import Hook, NotAccepted, UnreadableHook
from texting.providers.twilio_errors import lost_answer
from texting.providers.twilio_webhooks import form_fields, required
from texting.providers.voice import (
    LONGEST_CALL,
    RING_SECONDS,
    CallEvent,
    CallResult,
    CallStatus,
    HookAnswer,
    Leg,
    OutboundCall,
)
from texting.statuses import ErrorKind

EVENTS = ("initiated", "ringing", "answered", "completed")
KEY_SECONDS = 10  # that Twilio waits for the key
_SID = re.compile(r"CA[0-9a-fA-F]{32}", re.ASCII)
_STATUSES = {status.value.replace("_", "-"): status for status in CallStatus} | {"initiated": CallStatus.QUEUED}
_XML = "text/xml; charset=utf-8"


def call_form(call: OutboundCall) -> dict[str, object]:
    """The form that places a call. Raises NotAccepted for one that cannot be placed."""
    if not is_e164(call.to) or not is_e164(call.from_):
        raise NotAccepted(ErrorKind.INVALID_REQUEST, retry=False, meaning="Only phone numbers are called.")
    response = ElementTree.Element("Response")
    gather = ElementTree.SubElement(
        response,
        "Gather",
        {"numDigits": "1", "timeout": str(KEY_SECONDS), "action": call.connect_url, "method": "POST"},
    )
    ElementTree.SubElement(gather, "Say").text = call.words
    ElementTree.SubElement(response, "Hangup")
    return {
        "To": call.to,
        "From": call.from_,
        "Twiml": _text(response),
        "Timeout": RING_SECONDS,
        "TimeLimit": int(LONGEST_CALL.total_seconds()),
        "StatusCallback": call.status_url,
        "StatusCallbackEvent": list(EVENTS),
        "StatusCallbackMethod": "POST",
    }


def call_result(answer: Mapping[str, object]) -> CallResult:
    """What Twilio says of a call that it has taken. Raises OutcomeUnknown for an answer that is none."""
    sid, status = answer.get("sid"), _STATUSES.get(str(answer.get("status")))
    if not isinstance(sid, str) or not _SID.fullmatch(sid) or status is None:
        raise lost_answer(changes=True)
    return CallResult(sid, status)


class TwilioVoice:
    """The part of the adapter that hears about calls."""

    _account: str

    def parse_call(self, hook: Hook) -> CallEvent:
        """One leg's change; the account must be this line's."""
        fields = _fields(hook, self._account)
        status = _STATUSES.get(fields["CallStatus"])
        if status is None:
            raise UnreadableHook("CallStatus is not a status of a call.")
        parent = fields.get("ParentCallSid", "")
        leg, sid = (Leg.CUSTOMER, parent) if parent else (Leg.AGENT, fields["CallSid"])
        if not _SID.fullmatch(sid):
            raise UnreadableHook("CallSid is not the id of a call.")
        seconds = fields.get("CallDuration", "")
        known = seconds.isascii() and seconds.isdigit() and len(seconds) <= 6
        return CallEvent(sid, leg, status, int(seconds) if known else None)

    def key_pressed(self, hook: Hook) -> bool:
        """Any key will do."""
        return bool(_fields(hook, self._account).get("Digits"))

    def bridge(self, *, to: str, from_: str, status_url: str) -> HookAnswer:
        """Dial the customer; the agent hears it ring."""
        response = ElementTree.Element("Response")
        limit = str(int(LONGEST_CALL.total_seconds()))
        dial = ElementTree.SubElement(
            response,
            "Dial",
            {"callerId": from_, "answerOnBridge": "true", "timeout": str(RING_SECONDS), "timeLimit": limit},
        )
        number = ElementTree.SubElement(
            dial,
            "Number",
            {
                "statusCallback": status_url,
                "statusCallbackEvent": " ".join(EVENTS),
                "statusCallbackMethod": "POST",
            },
        )
        number.text = to
        return HookAnswer(_XML, _text(response))

    def hang_up(self) -> HookAnswer:
        """Nothing more to do."""
        response = ElementTree.Element("Response")
        ElementTree.SubElement(response, "Hangup")
        return HookAnswer(_XML, _text(response))


def _text(element: ElementTree.Element) -> str:
    return ElementTree.tostring(element, encoding="unicode")


def _fields(hook: Hook, account: str) -> dict[str, str]:
    """The fields by name. Raises UnreadableHook, OtherAccount."""
    fields = form_fields(hook, account)
    for name in ("CallSid", "CallStatus"):
        required(fields, name)
    return fields
