"""What the API takes: every field with its bounds and its words. Names that are not here are refused."""

from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.settings import api_settings

from accounts.api.paging import PageParameters
from accounts.api.reading import Strict
from texting.conversations import LONGEST_NOTE
from texting.fields.kinds import LONGEST_VALUE
from texting.forms import LONGEST_NAME
from texting.gate import OutsideHours
from texting.models import Contact, Redaction
from texting.phone_numbers import LONGEST_INPUT
from texting.purposes import Purpose
from texting.queries import FilterKind
from texting.redacting import LONGEST_WORDS
from texting.sending import LONGEST

MOST_TEXTS = 100
MOST_VALUES = 30
PURPOSES = (Purpose.REPLY, Purpose.APPOINTMENT, Purpose.ALERT, Purpose.CODE, Purpose.BULK)
LANGUAGES = ("en", "es", "fr")
LISTS = (FilterKind.OPEN, FilterKind.MINE, FilterKind.UNASSIGNED, FilterKind.RESOLVED)


class MomentField(serializers.DateTimeField):
    """A moment, in UTC: a time without an offset is none, and is not read by our own clock."""

    timezone = UTC

    def enforce_timezone(self, value: datetime) -> datetime:
        if value.tzinfo is None:
            raise serializers.ValidationError(["Say the offset, such as 2026-12-01T09:00:00-05:00."])
        return super().enforce_timezone(value)


class NewMessage(Strict):
    """A text to send, to exactly one of `to`, `contact_id` and `conversation_id`."""

    to = serializers.CharField(
        max_length=LONGEST_INPUT,
        required=False,
        help_text="A phone number: +12125550181, or as people write it in the organization's country.",
    )
    contact_id = serializers.UUIDField(required=False, help_text="Instead of `to`. Takes contacts:read.")
    conversation_id = serializers.UUIDField(required=False, help_text="Instead of `to`. Takes conversations:read.")
    line_id = serializers.UUIDField(
        required=False, help_text="The line to send from. Not needed with `conversation_id`, or if there is only one."
    )
    body = serializers.CharField(
        max_length=LONGEST,
        trim_whitespace=False,
        required=False,
        help_text="The text; or send `template`. In the first text of a conversation, company name and opt-out words "
        "are added if missing.",
    )
    template = serializers.UUIDField(
        required=False, help_text="Instead of `body`: the `id` of one of GET /templates; its newest version is sent."
    )
    values = serializers.DictField(
        child=serializers.CharField(max_length=200),
        required=False,
        help_text="With `template`: a value for each of its placeholders that are filled by `values`.",
    )
    language = serializers.ChoiceField(
        choices=LANGUAGES,
        required=False,
        help_text="With `template`; where it has no words in this language, its first one is taken.",
    )
    purpose = serializers.ChoiceField(
        choices=[purpose.value for purpose in PURPOSES],
        required=False,
        help_text="Why it is sent: it decides which permission it takes, and what happens when its outcome is unknown. "
        "Without it: what the template's type says, and `reply` for a `body`.",
    )

    outside_hours = serializers.ChoiceField(
        choices=[wanted.value for wanted in OutsideHours],
        default=OutsideHours.WAIT.value,
        required=False,
        help_text="What becomes of a text for which it is not the time where the customer is: `wait` (it leaves when "
        "their hours begin, see `held_until`), `ask` (it is refused, and the problem says when it could leave) or "
        "`send` (it leaves all the same; not possible for `bulk`, and written down).",
    )

    send_at = MomentField(
        required=False,
        help_text="When it is to leave, with its offset: `2026-12-01T09:00:00-05:00`; at most a year ahead. Everything "
        "is asked again then. With `ask`, hours are those of that moment. Until it leaves its status is `scheduled`.",
    )

    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
        wrong: dict[str, list[str]] = {}
        named = [name for name in ("to", "contact_id", "conversation_id") if name in attrs]
        if len(named) != 1:
            wrong[api_settings.NON_FIELD_ERRORS_KEY] = ["Send exactly one of to, contact_id, conversation_id."]
        if ("body" in attrs) == ("template" in attrs):
            wrong["body"] = ["Send exactly one of body, template."]
        if len(attrs.get("values", {})) > MOST_VALUES:  # type: ignore[arg-type]
            wrong["values"] = [_("Send at most %(most)d of them.") % {"most": MOST_VALUES}]
        for name in ("values", "language"):
            if name in attrs and "template" not in attrs:
                wrong[name] = ["This goes with a template only."]
        if wrong:
            raise serializers.ValidationError(wrong)
        return attrs


class _Few(serializers.ListField):
    """A list that is counted before anything in it is looked at."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, list) and self.max_length is not None and len(data) > self.max_length:
            raise serializers.ValidationError([_("Send at most %(most)d of them.") % {"most": self.max_length}])
        return super().to_internal_value(data)


class NewMessages(Strict):
    """Up to 100 texts in one request."""

    messages = _Few(child=NewMessage(), min_length=1, max_length=MOST_TEXTS)


class MessageParameters(PageParameters):
    """Which texts: those of one conversation."""

    conversation_id = serializers.UUIDField(help_text="The conversation whose texts are wanted.")


class ConversationParameters(PageParameters):
    """Which conversations: one of these at the most; the open ones without any."""

    list = serializers.ChoiceField(
        choices=[kind.value for kind in LISTS],
        required=False,
        help_text="`open` (without anything), `mine` (assigned to this integration), `unassigned` or `resolved`.",
    )
    team_id = serializers.UUIDField(required=False, help_text="The open ones of one team.")
    contact_id = serializers.UUIDField(required=False, help_text="All of one contact. Takes contacts:read.")

    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
        if len({"list", "team_id", "contact_id"} & attrs.keys()) > 1:
            raise serializers.ValidationError({"list": ["Send one of list, team_id, contact_id."]})
        return attrs


class ContactParameters(PageParameters):
    """Which contacts: all, or those with a tag, those of a saved filter, or both."""

    filter_id = serializers.UUIDField(
        required=False,
        help_text="Contacts for whom this saved filter holds; one that is shared with everybody and asks only for what "
        "the key may see. Its id is in the address of the page Contacts.",
    )

    tag_id = serializers.UUIDField(required=False, help_text="Contacts with this tag only; its id is in `tags`.")


class Assignment(Strict):
    """Who goes on with a conversation; null is nobody, which gives it back to the team."""

    member_id = serializers.UUIDField(allow_null=True, help_text="One of GET /lines/{line_id}/members, or null.")


class NewNote(Strict):
    """A remark for colleagues; it is never sent."""

    body = serializers.CharField(max_length=LONGEST_NOTE, trim_whitespace=False)


class Removal(Strict):
    """Why the words of a text are to go. Colleagues read it in the thread."""

    reason = serializers.ChoiceField(choices=Redaction.Reason.values)
    words = serializers.CharField(
        max_length=LONGEST_WORDS,
        required=False,
        allow_blank=True,
        help_text="In a few words; needed with `other`. What must not be stored is masked.",
    )

    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
        if attrs["reason"] == Redaction.Reason.OTHER and not str(attrs.get("words", "")).strip():
            raise serializers.ValidationError({"words": [_("Say why in a few words.")]})
        return attrs


class NewContact(Strict):
    """A person with a phone number."""

    number = serializers.CharField(max_length=LONGEST_INPUT, help_text="+12125550181, or as people write it.")
    name = serializers.CharField(max_length=LONGEST_NAME, required=False, allow_blank=True)


class NumberSearch(Strict):
    """A number to look for; in the body, because a number has no place in an address."""

    number = serializers.CharField(max_length=LONGEST_INPUT)


class ContactChange(Strict):
    """What the organization calls a contact, what it writes into fields, or both."""

    name = serializers.CharField(max_length=LONGEST_NAME, allow_blank=True, required=False)
    values = serializers.DictField(
        child=serializers.CharField(max_length=LONGEST_VALUE, allow_blank=True),
        required=False,
        help_text="By the field's `id`; an empty one takes the value out. Fields that are not named stay as they are.",
    )

    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
        if not attrs:
            raise serializers.ValidationError({api_settings.NON_FIELD_ERRORS_KEY: ["Send name, values or both."]})
        return attrs


class NewBlock(Strict):
    """Why nobody wants to hear of them."""

    why = serializers.ChoiceField(choices=Contact.Block.values, help_text="`wrong`: a wrong number that goes on.")


class Merging(Strict):
    """Who becomes a further number of this contact, and what the other one is right about."""

    other_id = serializers.UUIDField(help_text="The contact that becomes the further number.")
    theirs = _Few(
        child=serializers.CharField(max_length=40),
        required=False,
        max_length=MOST_VALUES,
        help_text="Where both say different things and the other one is right: `name`, or a field's id. Takes "
        "contacts:edit.",
    )
    without_tags = _Few(
        child=serializers.UUIDField(),
        required=False,
        max_length=100,
        help_text="Tags to leave out. Takes contacts:edit.",
    )


class Nothing(Strict):
    """No fields at all: the body is empty, or {}."""
