"""The simulator adapter's part for calls: JSON where a real provider has forms and XML."""

import json

from texting.providers.base import Hook, UnreadableHook
from texting.providers.voice import CallEvent, CallStatus, HookAnswer, Leg

_JSON = "application/json"


class SimulatorVoice:
    """What it hears and answers."""

    def parse_call(self, hook: Hook) -> CallEvent:
        """One leg's change."""
        said = _said(hook, "call")
        try:
            leg, status = Leg(said.get("leg", "")), CallStatus(said.get("status", ""))
        except ValueError:
            raise UnreadableHook("leg or status is not one of a call.") from None
        seconds = said.get("seconds", "")
        known = seconds.isascii() and seconds.isdigit() and len(seconds) <= 6
        return CallEvent(said["id"], leg, status, int(seconds) if known else None)

    def key_pressed(self, hook: Hook) -> bool:
        """Any key will do."""
        return bool(_said(hook, "call_key").get("key"))

    def bridge(self, *, to: str, from_: str, status_url: str) -> HookAnswer:
        """Whom to ring; the line is known there."""
        return HookAnswer(_JSON, json.dumps({"dial": to, "status_url": status_url}))

    def hang_up(self) -> HookAnswer:
        """Nobody is rung."""
        return HookAnswer(_JSON, "{}")


def _said(hook: Hook, kind: str) -> dict[str, str]:
    try:
        payload = json.loads(hook.body)
    except (ValueError, RecursionError):
        raise UnreadableHook("The request is not JSON.") from None
    if not isinstance(payload, dict) or payload.get("type") != kind:
        raise UnreadableHook(f"The request is not of type {kind}.")
    said = {name: value for name, value in payload.items() if isinstance(value, str)}
    if not said.get("id"):
        raise UnreadableHook("id is missing or empty.")
    return said
