"""What texting stores: lines, contacts, conversations, messages, decisions, the outbox."""

from texting.models.announcement import Announcement, AnnouncementRecipient
from texting.models.attachment import Attachment, AttachmentChunk, AttachmentDue, MediaLink
from texting.models.carrier import Brand, Campaign, CampaignPace
from texting.models.carrier_copy import CarrierCopy
from texting.models.contact import Contact
from texting.models.conversation import Conversation, Draft, Note, Turn
from texting.models.counted_day import CountedDay
from texting.models.ending import EndedAs
from texting.models.field import ContactField, FieldRight, FieldValue
from texting.models.limits import AllowedCountry, LimitChange, SendingCount, SendingLimits, SendingStop
from texting.models.line import Line, LineKey
from texting.models.merge import ContactMerge, DifferentPeople
from texting.models.message import Decision, Message
from texting.models.missed import FetchedText
from texting.models.notification import Notification, NotificationChoices
from texting.models.opt_outs import CarrierComparison, CarrierOptOut, CarrierWord, OptOutMismatch, Reading
from texting.models.outbox import OutboxEntry, SendAttempt, StatusEvent
from texting.models.push import PushBell, PushDevice, PushKey
from texting.models.quarantine import QuarantinedRequest, QuarantineHour
from texting.models.redaction import Redaction
from texting.models.reveal import Reveal, RevealSettings
from texting.models.saved_filter import SavedFilter
from texting.models.scheduled import ScheduledText
from texting.models.search import ContactWord, TextWord, WordsFilled
from texting.models.series import TextSeries
from texting.models.tag import ContactTag, Tag
from texting.models.turn import SendingTurn
from texting.models.webhook import (
    WebhookAttempt,
    WebhookCounter,
    WebhookDelivery,
    WebhookDue,
    WebhookEndpoint,
    WebhookEvent,
    WebhookLane,
)

__all__ = [
    "AllowedCountry",
    "Announcement",
    "AnnouncementRecipient",
    "Attachment",
    "AttachmentChunk",
    "AttachmentDue",
    "Brand",
    "Campaign",
    "CampaignPace",
    "CarrierComparison",
    "CarrierCopy",
    "CarrierOptOut",
    "CarrierWord",
    "Contact",
    "ContactField",
    "ContactMerge",
    "ContactTag",
    "ContactWord",
    "Conversation",
    "CountedDay",
    "Decision",
    "DifferentPeople",
    "Draft",
    "EndedAs",
    "FetchedText",
    "FieldRight",
    "FieldValue",
    "LimitChange",
    "Line",
    "LineKey",
    "MediaLink",
    "Message",
    "Note",
    "Notification",
    "NotificationChoices",
    "OptOutMismatch",
    "OutboxEntry",
    "PushBell",
    "PushDevice",
    "PushKey",
    "QuarantineHour",
    "QuarantinedRequest",
    "Reading",
    "Redaction",
    "Reveal",
    "RevealSettings",
    "SavedFilter",
    "ScheduledText",
    "SendAttempt",
    "SendingCount",
    "SendingLimits",
    "SendingStop",
    "SendingTurn",
    "StatusEvent",
    "Tag",
    "TextSeries",
    "TextWord",
    "Turn",
    "WebhookAttempt",
    "WebhookCounter",
    "WebhookDelivery",
    "WebhookDue",
    "WebhookEndpoint",
    "WebhookEvent",
    "WebhookLane",
    "WordsFilled",
]
