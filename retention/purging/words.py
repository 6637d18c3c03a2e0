"""Which words end with which kind of data: the keys of days of each kind, and rows that follow others.

Read with `retention.subjects`, which names the rows that policies count. Every column that a key of a day seals is in
one of the two tables; tests/retention/purging/test_words.py keeps that true for columns to come.
"""

from dataclasses import dataclass

from retention.kinds import Kind

KEYS: dict[str, Kind] = {
    "body": Kind.BODIES,
    "file": Kind.ATTACHMENTS,
    "finding": Kind.FINDINGS,
    "secure_reply": Kind.SECURE_REPLIES,
    "payment": Kind.PAYMENTS,
    "webhook": Kind.WEBHOOKS,
    "audit": Kind.AUDIT,
}
"""Kinds of keys of days, and whose period says when they are destroyed."""

ELSEWHERE = {
    "consent": "proof of consent outlives the person's words; it ends with no period",
}
"""Kinds of keys of days that no purge destroys, and why."""


@dataclass(frozen=True)
class Follower:
    """Rows that end when the rows of `lead` do. `path` leads to its primary key; None: they end with the day."""

    lead: str
    path: str | None


CONVERSATION = "texting.Conversation"
_OF_ESCALATION = Follower(CONVERSATION, "escalation__conversation_id")
_WITH_THE_DAY = Follower("", None)

FOLLOWERS: dict[str, Follower] = {
    CONVERSATION: Follower(CONVERSATION, "pk"),  # how its latest text begins
    "texting.ScheduledText": Follower(CONVERSATION, "conversation_id"),
    "texting.TextSeries": Follower(CONVERSATION, "conversation_id"),
    "compliance.HeldText": Follower(CONVERSATION, "conversation_id"),
    "compliance.Escalation": Follower(CONVERSATION, "conversation_id"),
    "compliance.EscalationEvent": _OF_ESCALATION,
    "compliance.CallTask": _OF_ESCALATION,
    "compliance.Letter": _OF_ESCALATION,
    "compliance.DrawnConversation": Follower(CONVERSATION, "conversation_id"),
    "compliance.Review": Follower(CONVERSATION, "drawn__conversation_id"),
    "compliance.ReviewAnswer": Follower(CONVERSATION, "review__drawn__conversation_id"),
    "compliance.ReviewDispute": Follower(CONVERSATION, "review__drawn__conversation_id"),
    "texting.Redaction": Follower("texting.Message", "message_id"),
    "texting.AttachmentChunk": Follower("texting.Attachment", "attachment_id"),
    "portal.PaymentSession": Follower("portal.PaymentRequest", "request_id"),
    "accounts.KeptAnswer": _WITH_THE_DAY,  # answers of the API, which live for a day
    "accounts.SamlAttempt": _WITH_THE_DAY,
    "accounts.OffboardingReceipt": _WITH_THE_DAY,
}
