"""The examples that OpenAPI and the developers' pages show: made-up people, numbers that nobody has."""

from typing import Any

CONVERSATION_ID = "019ab4c2-7f10-7c3e-9a55-0d6c7f1e2a31"
CONTACT_ID = "019ab4c2-7f0e-7b11-8c02-5b8a1f9e6d42"
LINE_ID = "019ab4c0-1c2d-7e4f-8a6b-9c0d1e2f3a4b"
MEMBER_ID = "019ab4bf-0a1b-7c2d-9e3f-4a5b6c7d8e9f"
CURSOR = "000644d7f1a6c1c0019ab4c27f107c3e9a550d6c7f1e2a31"

NEW_MESSAGE = {"to": "+12125550181", "body": "Your appointment is on Thursday at 10:20.", "purpose": "appointment"}
MESSAGE: dict[str, Any] = {
    "id": "019ab4c3-02aa-7d5e-b1c4-6f7a8b9c0d1e",
    "conversation_id": CONVERSATION_ID,
    "contact_id": CONTACT_ID,
    "line_id": LINE_ID,
    "direction": "out",
    "purpose": "appointment",
    "body": "Harbor Dental: Your appointment is on Thursday at 10:20.\nReply STOP to opt out.",
    "status": "queued",
    "status_text": "Waiting to send",
    "error": None,
    "segments": 1,
    "media_count": 0,
    "author": {"id": MEMBER_ID, "name": "Appointment reminders"},
    "created_at": "2026-11-25T15:04:05.123Z",
    "held_until": None,
    "sent_at": None,
    "delivered_at": None,
    "ended_at": None,
    "ended_as": None,
}
DELIVERED = MESSAGE | {
    "status": "delivered",
    "status_text": "Delivered",
    "sent_at": "2026-11-25T15:04:06.456Z",
    "delivered_at": "2026-11-25T15:04:08.789Z",
}
CANCELED = MESSAGE | {"status": "canceled", "status_text": "Canceled"}
REDACTED = DELIVERED | {
    "body": "Words removed by a colleague",
    "ended_at": "2026-11-26T08:00:00Z",
    "ended_as": "redacted",
}
DELETED = REDACTED | {
    "direction": None,
    "purpose": "",
    "body": "Text deleted by a colleague",
    "status": None,
    "status_text": "",
    "segments": 0,
    "author": None,
    "sent_at": None,
    "delivered_at": None,
    "ended_as": "deleted",
}
REMOVAL = {"reason": "wrong_customer", "words": "Meant for somebody else"}
CONTACT: dict[str, Any] = {
    "id": CONTACT_ID,
    "name": "Marcus Bell",
    "number": "+12125550181",
    "is_masked": False,
    "tags": [{"id": "019ab4c1-3d4e-7f50-9b1c-2d3e4f5a6b7c", "name": "VIP"}],
    "created_at": "2026-11-20T09:30:00Z",
}
WHOLE_CONTACT = CONTACT | {
    "fields": [
        {
            "id": "019ab4c1-3d4e-7f50-9b1c-2d3e4f5a6b7d",
            "name": "Next visit",
            "kind": "date",
            "value": "2027-03-31",
            "is_written": True,
        }
    ],
    "merged_into": None,
    "blocked": None,
}
BLOCKED = WHOLE_CONTACT | {"blocked": {"since": "2026-11-25T15:04:05.123Z", "why": "spam"}}
CONVERSATION: dict[str, Any] = {
    "id": CONVERSATION_ID,
    "contact": CONTACT,
    "line_id": LINE_ID,
    "status": "open",
    "assignee": None,
    "unread": 1,
    "preview": "Thank you, see you then",
    "opened_at": "2026-11-20T09:30:00Z",
    "resolved_at": None,
    "last_activity_at": "2026-11-25T15:10:00Z",
}
RESOLVED = CONVERSATION | {"status": "resolved", "unread": 0, "resolved_at": "2026-11-25T16:00:00Z"}
LINE: dict[str, Any] = {
    "id": LINE_ID,
    "name": "Main line",
    "number": "+12125550110",
    "team": {"id": "019ab4be-3d4e-7f5a-8b6c-7d8e9f0a1b2c", "name": "Front desk"},
    "is_active": True,
    "segments_per_second": 1.0,
    "campaign": {
        "id": "019ab4be-5f6a-7b7c-8d8e-9f0a1b2c3d4e",
        "name": "Appointment reminders",
        "segments_a_minute": 240,
        "pictures_a_minute": 150,
        "brand": {
            "id": "019ab4be-4e5f-7a6b-8c7d-8e9f0a1b2c3d",
            "name": "Harbor Dental LLC",
            "segments_a_day": 10_000,
            "segments_today": 412,
            "resumes_at": "2026-11-26T08:02:00Z",
        },
    },
}
NOTE: dict[str, Any] = {
    "id": "019ab4c4-11bb-7c22-8d33-9e44af55b066",
    "conversation_id": CONVERSATION_ID,
    "author": {"id": MEMBER_ID, "name": "Appointment reminders"},
    "body": "Moved in the calendar by the booking system.",
    "created_at": "2026-11-25T15:12:00Z",
}
RESULTS: dict[str, Any] = {"queued": 1, "refused": 0, "results": [{"status": 202, "message": MESSAGE, "problem": None}]}
HIT: dict[str, Any] = {
    "id": MESSAGE["id"],
    "kind": "text",
    "conversation_id": CONVERSATION_ID,
    "contact_id": CONTACT_ID,
    "direction": "in",
    "created_at": "2026-11-25T15:04:05.123Z",
    "excerpt": [{"text": "Can I move my ", "is_hit": False}, {"text": "appointment", "is_hit": True}],
}
NEW_SERIES: dict[str, Any] = {
    "conversation_id": CONVERSATION_ID,
    "body": "Please take your readings today.",
    "every": "week",
    "weekdays": ["monday", "thursday"],
    "at": "09:00",
    "times": 12,
}
SERIES: dict[str, Any] = {
    "id": "019ab4c5-22cc-7d33-8e44-af55b066c177",
    "conversation_id": CONVERSATION_ID,
    "contact_id": CONTACT_ID,
    "line_id": LINE_ID,
    "body": "Please take your readings today.",
    "state": "active",
    "why": "",
    "pattern": "every week on Monday and Thursday at 9:00 am, 12 texts at most",
    "place": "New York",
    "next_at": ["2026-11-30T14:00:00Z", "2026-12-03T14:00:00Z", "2026-12-07T14:00:00Z"],
    "made": 1,
    "created_at": "2026-11-26T08:00:00Z",
    "ended_at": None,
}
