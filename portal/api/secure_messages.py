"""Private messages: send one, see whether it was opened, take it back. Their content is never given back."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from rest_framework import serializers

from accounts.api.describing import describe
from accounts.api.endpoint import Endpoint, answer
from accounts.api.problems import Flaw, Kind, Problem
from accounts.api.reading import Strict, checked
from accounts.permissions import Permission
from portal.models import SecureMessage
from portal.secure import ending, facts, reading, sending
from portal.secure.sending import LONGEST, BadContent, Check, Wish
from tenancy.ids import new_id
from texting import queries
from texting.api.examples import CONVERSATION_ID
from texting.api.messages import problem_of
from texting.api.shapes import Nothing
from texting.conversations import NotPossible
from texting.sending import BadText, Refused

_NEEDS = (Permission.CONVERSATIONS_READ, Permission.PORTAL_SEND)
_EXAMPLE = {
    "id": "019ab4d0-11aa-7c3e-8a55-2d6c7f1e2b40",
    "conversation_id": CONVERSATION_ID,
    "message_id": "019ab4d0-11ab-7d5e-b1c4-6f7a8b9c0d2f",
    "state": "open",
    "check_by": "code",
    "views": 0,
    "most_views": 5,
    "created_at": "2026-11-25T15:04:05.123Z",
    "expires_at": "2026-12-02T15:04:05.123Z",
    "first_opened_at": None,
    "last_opened_at": None,
}


class NewSecureMessage(Strict):
    """What the customer reads on a private page, and what opens it. Cards and passwords are refused also here."""

    content = serializers.CharField(max_length=LONGEST, trim_whitespace=False)
    check_by = serializers.ChoiceField(
        choices=Check.values,
        default=Check.CODE.value,
        required=False,
        help_text="What opens it: a code by text, or a fact that the customer knows.",
    )
    birth_date = serializers.DateField(required=False, help_text="With `check_by` birth_date.")
    postcode = serializers.CharField(required=False, max_length=40, help_text="With `check_by` postcode.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        wanted = attrs["check_by"]
        attrs["fact"] = ""
        for name in (Check.BIRTH_DATE.value, Check.POSTCODE.value):
            if wanted == name:
                attrs["fact"] = _fact(name, attrs.get(name))
                if not attrs["fact"]:
                    raise serializers.ValidationError({name: ["Send the one that the customer will give."]})
            elif name in attrs:
                raise serializers.ValidationError({name: [f"This goes with check_by {name} only."]})
        return attrs


class ShownSecureMessage(serializers.Serializer):  # type: ignore[type-arg]
    """A private message without its content. `message_id` is the text that carries its link."""

    id = serializers.UUIDField()
    conversation_id = serializers.UUIDField()
    message_id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=SecureMessage.State.values)
    check_by = serializers.ChoiceField(choices=Check.values)
    views = serializers.IntegerField()
    most_views = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    first_opened_at = serializers.DateTimeField(allow_null=True)
    last_opened_at = serializers.DateTimeField(allow_null=True)


class NewSecureMessages(Endpoint):
    """Sending in a conversation."""

    needs = {"post": (*_NEEDS, Permission.MESSAGES_SEND)}

    @describe(
        "Send securely",
        status=202,
        answer=ShownSecureMessage,
        example=_EXAMPLE,
        request=NewSecureMessage,
        request_example={"content": "Your results are normal. Dr. Lee calls you on Friday."},
        problems=[Kind.PERMISSION_MISSING, Kind.NOT_FOUND, Kind.CONFLICT, Kind.TEXT_REFUSED],
        repeatable=True,
        tag="Private messages",
    )
    def post(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """Seal the content and text the customer a link to it; the text holds the company's name and the link only.
        409 when the organization has a portal of its own. Nobody can read the content again, this key included.
        """
        found = queries.access_conversation(self.member, conversation_id)
        typed = checked(self.body, NewSecureMessage)
        wish = Wish(typed["content"], Check(typed["check_by"]), typed["fact"])
        try:
            secure = sending.send(member=self.member, conversation=found, wish=wish, message_id=new_id())
        except (BadContent, BadText) as wrong:
            raise Problem(Kind.INVALID, errors=[Flaw(str(wrong), pointer="/content")]) from None
        except NotPossible as reason:
            raise Problem(Kind.CONFLICT, str(reason)) from None
        except Refused as refused:
            return problem_of(self.member, refused).response()
        where = {"Location": f"/api/v1/secure-messages/{secure.pk}"}
        return answer(_show(secure), status=202, headers=where)


class OneSecureMessage(Endpoint):
    """A private message by its id."""

    needs = {"get": _NEEDS}

    @describe(
        "Read a private message's state",
        answer=ShownSecureMessage,
        example=_EXAMPLE,
        problems=[Kind.PERMISSION_MISSING, Kind.NOT_FOUND],
        tag="Private messages",
    )
    def get(self, request: HttpRequest, secure_id: UUID) -> HttpResponse:
        """Whether and when it was opened. Its content is with the customer."""
        return answer(_show(reading.access_secure(self.member, secure_id)))


class SecureMessageEnd(Endpoint):
    """The end of one before its time."""

    needs = {"post": (*_NEEDS, Permission.MESSAGES_SEND)}

    @describe(
        "Take a private message back",
        answer=ShownSecureMessage,
        example=_EXAMPLE | {"state": "revoked"},
        request=Nothing,
        problems=[Kind.PERMISSION_MISSING, Kind.NOT_FOUND, Kind.CONFLICT],
        repeatable=True,
        tag="Private messages",
    )
    def post(self, request: HttpRequest, secure_id: UUID) -> HttpResponse:
        """Its key is destroyed: nobody opens it any more. 409 when it has ended already."""
        checked(self.body, Nothing)
        found = reading.access_secure(self.member, secure_id)
        try:
            ending.revoke(member=self.member, secure=found)
        except NotPossible as reason:
            raise Problem(Kind.CONFLICT, str(reason)) from None
        return answer(_show(reading.access_secure(self.member, secure_id)))


def _fact(name: str, sent: Any) -> str:
    if isinstance(sent, date):
        parts = (str(sent.day), str(sent.month), str(sent.year))
        return facts.birth_date(*parts, today=timezone.localdate()) or ""
    return facts.postcode(sent or "") or "" if name == Check.POSTCODE else ""


def _show(secure: SecureMessage) -> dict[str, Any]:
    return {name: getattr(secure, name) for name in _EXAMPLE}
