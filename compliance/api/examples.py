"""The examples of what the API tells about checks, reviews and improvements: made-up ids and people."""

from typing import Any

from texting.api.examples import CONTACT_ID, CONVERSATION_ID, LINE_ID, MEMBER_ID

_REVIEWER_ID = "019ab4bf-0a1b-7c2d-9e3f-4a5b6c7d8ea0"
_AGENT = {"id": MEMBER_ID, "name": "Amelia Okafor"}
_TEAM_ID = "019ab4c0-1c2d-7e4f-8a6b-9c0d1e2f3a4c"

CHECKED: dict[str, Any] = {
    "conversation_id": CONVERSATION_ID,
    "contact_id": CONTACT_ID,
    "line_id": LINE_ID,
    "agent": _AGENT,
    "resolved_at": "2026-11-25T16:20:00Z",
    "looked_at": "2026-11-25T16:20:09Z",
    "version": 2,
    "rules_version": "1/1",
    "checks": [
        {
            "check": "opt_in",
            "title": "Opt-in confirmed by a text",
            "result": "not_asked",
            "reasons": [{"code": "wrote_first", "text": "The customer wrote first, so no opt-in was needed."}],
            "evidence": [],
        },
        {
            "check": "gray",
            "title": "Gray areas moved to another channel",
            "result": "fails",
            "reasons": [{"code": "too_late", "text": "Nobody reached the customer in time."}],
            "evidence": [{"kind": "escalation", "id": "019ab4c5-11bb-7a6f-8c2d-3e4f5a6b7c8d"}],
        },
    ],
}
REVIEW: dict[str, Any] = {
    "id": "019ab4d0-5c6d-7e8f-9a0b-1c2d3e4f5a6b",
    "conversation_id": CONVERSATION_ID,
    "reasons": ["check", "usual"],
    "scorecard": {"id": "019ab4ce-1a2b-7c3d-8e4f-5a6b7c8d9e0f", "name": "Compliance", "version": 3},
    "reviewer": {"id": _REVIEWER_ID, "name": "Sofia Reyes"},
    "agent": _AGENT,
    "is_blind": False,
    "place": 1,
    "done_at": "2026-11-26T09:15:00Z",
    "score": 80,
    "fails": False,
    "revision": 1,
    "acknowledged_at": None,
    "dispute": None,
}
ONE_REVIEW = REVIEW | {
    "answers": [
        {
            "question": "closing",
            "text": "Was the next step said?",
            "kind": "yes_no",
            "value": "yes",
            "words": "",
        }
    ],
    "comment": "",
    "coaching": "Well explained. Offer the call a little earlier.",
}
ACTION: dict[str, Any] = {
    "id": "019ab4e1-7a8b-7c9d-8e0f-1a2b3c4d5e6f",
    "title": "Call back within the hour",
    "words": "",
    "state": "held",
    "change": "training",
    "link": "",
    "owner": {"id": _REVIEWER_ID, "name": "Sofia Reyes"},
    "team_id": _TEAM_ID,
    "line_id": None,
    "agent": None,
    "rate": "check:gray",
    "unit": "percent",
    "target": 10.0,
    "window_days": 28,
    "opened_at": "2026-10-01T08:00:00Z",
    "due_on": "2026-10-08",
    "changed_on": "2026-10-06",
    "is_late": False,
    "effect": {
        "since": "2026-10-07",
        "until": "2026-11-03",
        "before": {"events": 12, "of": 40, "value": 30.0, "low": 18.1, "high": 45.4},
        "after": {"events": 1, "of": 41, "value": 2.4, "low": 0.4, "high": 12.6},
        "chance": 0.001,
    },
}
ONE_ACTION = ACTION | {
    "origins": [
        {
            "kind": "check",
            "id": CONVERSATION_ID,
            "key": "gray",
            "label": "Review check: Gray areas moved to another channel",
            "added_at": "2026-10-01T08:00:00Z",
        }
    ]
}
NEW_POLL: dict[str, Any] = {
    "name": "Opening hours",
    "line_id": LINE_ID,
    "question": "When suits you best?",
    "answers": ["In the morning", "In the evening"],
    "days_open": 3,
    "remind_hours": 24,
    "thanks": "Thank you, {first_name|all}. We open then from January.",
    "settles": True,
    "audience": {"region": "US"},
}
POLL: dict[str, Any] = {
    "id": "019ab4e0-1a2b-7c3d-8e4f-5a6b7c8d9e0f",
    "announcement_id": "019ab4e0-1a2b-7c3d-8e4f-5a6b7c8d9e10",
    "name": "Opening hours",
    "line_id": LINE_ID,
    "state": "checked",
    "is_open": False,
    "question": "When suits you best?",
    "text": "When suits you best?\n1 In the morning\n2 In the evening\nReply with the number.",
    "lettered": False,
    "language": "en",
    "days_open": 3,
    "remind_hours": 24,
    "thanks": "Thank you, {first_name|all}. We open then from January.",
    "settles": True,
    "created_at": "2026-11-25T15:04:05.123Z",
    "started_at": None,
    "closes_at": None,
    "asked": 0,
    "reminded": 0,
    "answered": 0,
    "thanked": 0,
    "unclear": 0,
    "silent": 0,
    "answers": [
        {"key": "1", "words": "In the morning", "people": 0, "share": 0},
        {"key": "2", "words": "In the evening", "people": 0, "share": 0},
    ],
}
ASKED_POLL = POLL | {
    "state": "running",
    "is_open": True,
    "started_at": "2026-11-25T15:10:00Z",
    "closes_at": "2026-11-28T15:10:00Z",
    "asked": 40,
    "answered": 20,
    "thanked": 20,
    "unclear": 1,
    "silent": 19,
    "answers": [
        {"key": "1", "words": "In the morning", "people": 15, "share": 75},
        {"key": "2", "words": "In the evening", "people": 5, "share": 25},
    ],
}
