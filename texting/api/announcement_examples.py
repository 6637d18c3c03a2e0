"""The examples of announcements that OpenAPI and the developers' pages show."""

from typing import Any

from texting.api.examples import CONTACT_ID, LINE_ID

NEW = {
    "name": "Closed on Friday",
    "line_id": LINE_ID,
    "purpose": "alert",
    "body": "We are closed on Friday. Back on Monday at 8.",
    "audience": {"region": "US"},
}
_NUMBERS = {
    "left_out": 0,
    "ready": 0,
    "queued": 0,
    "sent": 0,
    "delivered": 0,
    "refused": 0,
    "failed": 0,
    "taken_back": 0,
}
CHECKING: dict[str, Any] = {
    "id": "019ab4d0-5f10-7a2b-8c3d-4e5f60718293",
    "name": "Closed on Friday",
    "line_id": LINE_ID,
    "purpose": "alert",
    "body": "We are closed on Friday. Back on Monday at 8.",
    "template": None,
    "state": "checking",
    "why": "",
    "created_at": "2026-11-26T15:04:05.123Z",
    "begins_at": None,
    "begins_theirs": None,
    "started_at": None,
    "ended_at": None,
    "recipients": _NUMBERS,
    "check": None,
}
CHECKED = CHECKING | {
    "state": "checked",
    "recipients": _NUMBERS | {"ready": 412, "left_out": 3},
    "check": {
        "checked_at": "2026-11-26T15:04:09.456Z",
        "people": 412,
        "segments": 412,
        "cost": 3.5,
        "currency": "USD",
        "left_out": [{"reason": "Opted out", "people": 3}],
    },
}
RUNNING = CHECKING | {
    "state": "running",
    "started_at": "2026-11-26T15:10:00.789Z",
    "recipients": _NUMBERS | {"ready": 300, "queued": 12, "sent": 100, "delivered": 97, "left_out": 3},
}
RECIPIENT = {
    "contact_id": CONTACT_ID,
    "message_id": "019ab4d1-6a7b-7c8d-9e0f-1a2b3c4d5e6f",
    "state": "sent",
    "reason": "",
    "segments": 1,
    "since": "2026-11-26T15:10:02.345Z",
}
