"""Texts: send one, send many, read one, list a conversation's."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from accounts.api.describing import describe
from accounts.api.endpoint import Endpoint, answer
from accounts.api.paging import page_answer
from accounts.api.problems import Flaw, Kind, Problem
from accounts.api.reading import checked, read_parameters
from accounts.models import Membership
from accounts.permissions import Permission
from texting import canceling, queries
from texting.addressing import Addressed, Result, Unaddressed, send_addressed
from texting.api import examples
from texting.api.pages import MessagePage, cursor_of
from texting.api.shapes import MessageParameters, NewMessage, NewMessages, Nothing, Removal
from texting.api.shown import ShownMessage, ShownResults, show_message, show_scheduled
from texting.conversations import NotPossible
from texting.gate import OutsideHours
from texting.models import Message, Redaction, ScheduledText
from texting.purposes import Purpose
from texting.redacting import Why, redact
from texting.scheduled import planning
from texting.scheduled.reading import access_by_message
from texting.sending import BadText, Held, Refused


class Messages(Endpoint):
    """Sending a text, and the texts of a conversation."""

    needs = {"get": (Permission.CONVERSATIONS_READ,), "post": (Permission.MESSAGES_SEND,)}

    @describe(
        "List texts",
        answer=MessagePage,
        example={"data": [examples.DELIVERED], "next": examples.CURSOR},
        parameters=[MessageParameters],
        problems=[Kind.PERMISSION_MISSING, Kind.NOT_FOUND],
        tag="Messages",
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        """The texts of a conversation, the newest first."""
        wanted = read_parameters(request, MessageParameters)
        conversation = queries.access_conversation(self.member, wanted["conversation_id"])
        page = queries.messages_page(self.member, conversation, cursor_of(wanted), wanted["limit"])
        return page_answer(request, [show_message(self.member, row) for row in page.rows], page.next)

    @describe(
        "Send a text",
        status=202,
        answer=ShownMessage,
        example=examples.MESSAGE,
        request=NewMessage,
        request_example=examples.NEW_MESSAGE,
        problems=[Kind.PERMISSION_MISSING, Kind.TEXT_REFUSED],
        repeatable=True,
        tag="Messages",
    )
    def post(self, request: HttpRequest) -> HttpResponse:
        """Queue a text to a number, a contact or a conversation. It is judged by the same rules as an agent's; a
        refusal says which rule and what to do. Read its status later, or be told by a webhook.
        """
        [result] = send_addressed(member=self.member, texts=[_addressed(checked(self.body, NewMessage))])
        if isinstance(result, Message | ScheduledText):
            shown = _show(self.member, result)
            return answer(shown, status=202, headers={"Location": f"{request.path}/{shown['id']}"})
        return problem_of(self.member, result).response()


class MessageBatch(Endpoint):
    """Sending many texts in one request."""

    needs = {"post": (Permission.MESSAGES_SEND,)}
    cost = 10

    @describe(
        "Send up to 100 texts",
        answer=ShownResults,
        example=examples.RESULTS,
        request=NewMessages,
        request_example={"messages": [examples.NEW_MESSAGE]},
        problems=[Kind.PERMISSION_MISSING],
        repeatable=True,
        tag="Messages",
    )
    def post(self, request: HttpRequest) -> HttpResponse:
        """Each text is answered by itself, in the order sent: one that is refused does not hold up the others. When
        the request itself is wrong, nothing is sent. Counts as ten requests.
        """
        wanted = checked(self.body, NewMessages)["messages"]
        results = send_addressed(member=self.member, texts=[_addressed(text) for text in wanted])
        shown = [_shown(self.member, result) for result in results]
        queued = sum(isinstance(result, Message | ScheduledText) for result in results)
        return answer({"queued": queued, "refused": len(results) - queued, "results": shown})


class OneMessage(Endpoint):
    """A text by its id."""

    needs = {"get": (Permission.CONVERSATIONS_READ,)}

    @describe(
        "Read a text",
        answer=ShownMessage,
        example=examples.DELIVERED,
        problems=[Kind.PERMISSION_MISSING, Kind.NOT_FOUND],
        tag="Messages",
    )
    def get(self, request: HttpRequest, message_id: UUID) -> HttpResponse:
        """A text with its status; also one that is scheduled."""
        return answer(_shown_by_id(self.member, message_id))


class MessageCancellation(Endpoint):
    """Taking back a text that has not left."""

    needs = {"post": (Permission.CONVERSATIONS_READ, Permission.MESSAGES_SEND)}

    @describe(
        "Take a text back",
        answer=ShownMessage,
        example=examples.CANCELED,
        request=Nothing,
        request_example={},
        problems=[Kind.PERMISSION_MISSING, Kind.NOT_FOUND, Kind.CONFLICT],
        repeatable=True,
        tag="Messages",
    )
    def post(self, request: HttpRequest, message_id: UUID) -> HttpResponse:
        """Of one that is scheduled, or waits for the hours where the customer is. 409 when it has left, or ended."""
        checked(self.body, Nothing)
        try:
            message = _message(self.member, message_id)
            if message is not None:
                canceling.cancel(member=self.member, message=message)
            else:
                planning.cancel(member=self.member, row=access_by_message(self.member, message_id))
        except NotPossible as reason:
            raise Problem(Kind.CONFLICT, str(reason)) from None
        return answer(_shown_by_id(self.member, message_id))


class _Removing(Endpoint):
    def remove(self, message_id: UUID, *, deletes: bool) -> HttpResponse:
        """Do it, and the text as it is then. Raises Problem when it may not be."""
        wanted = checked(self.body, Removal)
        found = queries.access_message(self.member, message_id)
        why = Why(Redaction.Reason(wanted["reason"]), wanted.get("words", ""))
        try:
            redact(member=self.member, message=found, why=why, deletes=deletes)
        except NotPossible as reason:
            raise Problem(Kind.CONFLICT, str(reason)) from None
        return answer(show_message(self.member, queries.access_message(self.member, message_id)))


class MessageRedaction(_Removing):
    """Removing the words of a text."""

    needs = {"post": (Permission.CONVERSATIONS_READ, Permission.MESSAGES_REDACT)}

    @describe(
        "Remove the words of a text",
        answer=ShownMessage,
        example=examples.REDACTED,
        request=Removal,
        request_example=examples.REMOVAL,
        problems=[Kind.PERMISSION_MISSING, Kind.NOT_FOUND, Kind.CONFLICT],
        repeatable=True,
        tag="Messages",
    )
    def post(self, request: HttpRequest, message_id: UUID) -> HttpResponse:
        """Words and files go for good, here and at the carrier; that the text was, stays. Not possible (409) while it
        waits to be sent or is being sent, while a hold keeps it, and twice. What reached the phone stays there.
        """
        return self.remove(message_id, deletes=False)


class MessageDeletion(_Removing):
    """Deleting a text."""

    needs = {"post": (Permission.CONVERSATIONS_READ, Permission.MESSAGES_DELETE)}

    @describe(
        "Delete a text",
        answer=ShownMessage,
        example=examples.DELETED,
        request=Removal,
        request_example=examples.REMOVAL,
        problems=[Kind.PERMISSION_MISSING, Kind.NOT_FOUND, Kind.CONFLICT],
        repeatable=True,
        tag="Messages",
    )
    def post(self, request: HttpRequest, message_id: UUID) -> HttpResponse:
        """Like removing its words, and nothing is told of it any more but that there was a text. Reports go on counting
        it. The carrier is asked to delete its record once the text has its last status.
        """
        return self.remove(message_id, deletes=True)


def _addressed(wanted: dict[str, Any]) -> Addressed:
    chosen: dict[str, Any] = {"outside_hours": OutsideHours(wanted["outside_hours"])}
    if "purpose" in wanted:
        chosen["purpose"] = Purpose(wanted["purpose"])
    return Addressed(**wanted | chosen)


def _message(member: Membership, message_id: UUID) -> Message | None:
    with suppress(queries.NotYours):
        return queries.access_message(member, message_id)
    return None


def _shown_by_id(member: Membership, message_id: UUID) -> dict[str, Any]:
    """The text, or the one that will be it. Raises NotYours."""
    message = _message(member, message_id)
    return _show(member, message if message is not None else access_by_message(member, message_id))


def _show(member: Membership, text: Message | ScheduledText) -> dict[str, Any]:
    return show_message(member, text) if isinstance(text, Message) else show_scheduled(member, text)


def _shown(member: Membership, result: Result) -> dict[str, Any]:
    if isinstance(result, Message | ScheduledText):
        return {"status": 202, "message": _show(member, result), "problem": None}
    document = problem_of(member, result).document()
    return {"status": document["status"], "message": None, "problem": document}


_NO_PERMISSION = {
    "rule": "consent",
    "text": "This number may not be texted.",
    "what_to_do": "Ask somebody who may see numbers to look it up in Parley.",
}


def problem_of(member: Membership, result: Refused | BadText | Unaddressed) -> Problem:
    """What speaks against a text, as a problem. It is answered, not raised: what was written down about it is kept.

    Who may not see numbers is not told whether one is unknown or has opted out, or trying numbers would tell.
    """
    if isinstance(result, Refused):
        sees = queries.sees_everybody(member)
        reasons = [
            {"rule": reason.rule, "text": reason.text, "what_to_do": reason.what_to_do}
            if sees or not reason.rule.startswith("consent.")
            else _NO_PERMISSION
            for reason in result.outcome.objections
        ]
        again_at = result.outcome.again_at
        more: dict[str, Any] = {"again_at": again_at.isoformat()} if again_at and sees else {}
        more |= {"waits_for_approval": True} if isinstance(result, Held) else {}
        return Problem(Kind.TEXT_REFUSED, " ".join(reason["text"] for reason in reasons), reasons=reasons, **more)
    field = result.field if isinstance(result, Unaddressed) else "body"
    return Problem(Kind.INVALID, errors=[Flaw(str(result), pointer=f"/{field}")])
