"""Conversations: list, read, assign, resolve, reopen, mark as read, notes in them."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from accounts.api.describing import describe
from accounts.api.endpoint import Endpoint, answer
from accounts.api.paging import PageParameters, page_answer
from accounts.api.problems import Flaw, Kind, Problem
from accounts.api.reading import checked, read_parameters
from accounts.permissions import Permission, require
from texting import conversations, queries
from texting.api import examples
from texting.api.pages import ConversationPage, NotePage, cursor_of
from texting.api.shapes import Assignment, ConversationParameters, NewNote, Nothing
from texting.api.shown import ShownConversation, ShownNote, show_conversation, show_note, with_tags
from texting.conversations import NotPossible
from texting.queries import Filter, FilterKind

_READ = (Permission.CONVERSATIONS_READ,)
_MISSING = (Kind.PERMISSION_MISSING, Kind.NOT_FOUND)


class Conversations(Endpoint):
    """The list."""

    needs = {"get": _READ}

    @describe(
        "List conversations",
        answer=ConversationPage,
        example={"data": [examples.CONVERSATION], "next": None},
        parameters=[ConversationParameters],
        problems=_MISSING,
        tag="Conversations",
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        """Conversations, the one with the latest activity first."""
        wanted = read_parameters(request, ConversationParameters)
        cursor, size = cursor_of(wanted), wanted["limit"]
        if "contact_id" in wanted:
            require(self.member, Permission.CONTACTS_READ)
            contact = queries.access_contact(self.member, wanted["contact_id"])
            page = queries.conversations_of_contact(self.member, contact.pk, cursor, size)
        elif "team_id" in wanted:
            chosen = Filter(FilterKind.TEAM, wanted["team_id"])
            page = queries.conversations_page(self.member, chosen, cursor, size)
        else:
            chosen = Filter(FilterKind(wanted.get("list", FilterKind.OPEN)))
            page = queries.conversations_page(self.member, chosen, cursor, size)
        with_tags([row.contact for row in page.rows])
        return page_answer(request, [show_conversation(self.member, row) for row in page.rows], page.next)


class _OnOne(Endpoint):
    """Something about one conversation."""

    def shown(self, conversation_id: UUID) -> HttpResponse:
        """The conversation as it is now."""
        found = queries.access_conversation(self.member, conversation_id)
        return answer(show_conversation(self.member, found))


class OneConversation(_OnOne):
    """A conversation by its id."""

    needs = {"get": _READ}

    @describe(
        "Read a conversation",
        answer=ShownConversation,
        example=examples.CONVERSATION,
        problems=_MISSING,
        tag="Conversations",
    )
    def get(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """One conversation. Reading it here does not mark its texts as read."""
        return self.shown(conversation_id)


class ConversationAssignee(_OnOne):
    """Who goes on with a conversation."""

    needs = {"put": (*_READ, Permission.CONVERSATIONS_ASSIGN)}

    @describe(
        "Assign a conversation",
        answer=ShownConversation,
        example=examples.CONVERSATION | {"assignee": {"id": examples.MEMBER_ID, "name": "Amelia Okafor"}},
        request=Assignment,
        request_example={"member_id": examples.MEMBER_ID},
        problems=[*_MISSING, Kind.CONFLICT],
        repeatable=True,
        tag="Conversations",
    )
    def put(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """Give an open conversation to a member who may answer on its line, or with null back to the team."""
        to = checked(self.body, Assignment)["member_id"]
        found = queries.access_conversation(self.member, conversation_id)
        if to is not None and to not in {one.id for one in queries.colleagues_on(found.line)}:
            detail = "This member may not answer on the conversation's line. See GET /lines/{line_id}/members."
            raise Problem(Kind.INVALID, errors=[Flaw(detail, pointer="/member_id")])
        try:
            conversations.assign(member=self.member, conversation=found, to=to, was=found.assignee_id)
        except NotPossible as reason:
            raise Problem(Kind.CONFLICT, str(reason)) from None
        found.refresh_from_db(fields=["assignee"])  # in the hands of another it may no longer be the key's to read
        return answer(show_conversation(self.member, found))


class ConversationResolution(_OnOne):
    """The end of a conversation."""

    needs = {"post": (*_READ, Permission.CONVERSATIONS_RESOLVE)}

    @describe(
        "Resolve a conversation",
        answer=ShownConversation,
        example=examples.RESOLVED,
        request=Nothing,
        problems=[*_MISSING, Kind.CONFLICT],
        repeatable=True,
        tag="Conversations",
    )
    def post(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """End an open conversation whose texts have been read."""
        checked(self.body, Nothing)
        found = queries.access_conversation(self.member, conversation_id)
        try:
            conversations.resolve(member=self.member, conversation=found)
        except NotPossible as reason:
            raise Problem(Kind.CONFLICT, str(reason)) from None
        return self.shown(conversation_id)


class ConversationReopening(_OnOne):
    """Going on with a resolved conversation."""

    needs = {"post": (*_READ, Permission.CONVERSATIONS_RESOLVE)}

    @describe(
        "Reopen a conversation",
        answer=ShownConversation,
        example=examples.CONVERSATION,
        request=Nothing,
        problems=[*_MISSING, Kind.CONFLICT],
        repeatable=True,
        tag="Conversations",
    )
    def post(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """Go on with a resolved conversation. A new text opens a new one by itself, so this is rarely needed."""
        checked(self.body, Nothing)
        found = queries.access_conversation(self.member, conversation_id)
        try:
            conversations.reopen(member=self.member, conversation=found)
        except NotPossible as reason:
            raise Problem(Kind.CONFLICT, str(reason)) from None
        return self.shown(conversation_id)


class ConversationReading(_OnOne):
    """That somebody, or some program, has looked at what came."""

    needs = {"post": _READ}

    @describe(
        "Mark a conversation as read",
        answer=ShownConversation,
        example=examples.CONVERSATION | {"unread": 0},
        request=Nothing,
        problems=_MISSING,
        repeatable=True,
        tag="Conversations",
    )
    def post(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """No text waits any more. Changes nothing for keys that can neither send nor resolve: their looking on must
        not hide a text from those who answer.
        """
        checked(self.body, Nothing)
        found = queries.access_conversation(self.member, conversation_id)
        conversations.mark_read(member=self.member, conversation=found)
        return self.shown(conversation_id)


class ConversationNotes(Endpoint):
    """Notes in a conversation."""

    needs = {"get": _READ, "post": (*_READ, Permission.NOTES_WRITE)}

    @describe(
        "List notes",
        answer=NotePage,
        example={"data": [examples.NOTE], "next": None},
        parameters=[PageParameters],
        problems=_MISSING,
        tag="Notes",
    )
    def get(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """The notes in a conversation, the newest first."""
        wanted = read_parameters(request, PageParameters)
        found = queries.access_conversation(self.member, conversation_id)
        page = queries.notes_page(found, cursor_of(wanted), wanted["limit"])
        return page_answer(request, [show_note(self.member, row) for row in page.rows], page.next)

    @describe(
        "Leave a note",
        status=201,
        answer=ShownNote,
        example=examples.NOTE,
        request=NewNote,
        request_example={"body": examples.NOTE["body"]},
        problems=_MISSING,
        repeatable=True,
        tag="Notes",
    )
    def post(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """Leave a remark for colleagues; it is never sent to the customer."""
        body = checked(self.body, NewNote)["body"]
        found = queries.access_conversation(self.member, conversation_id)
        try:
            note = conversations.add_note(member=self.member, conversation=found, body=body)
        except NotPossible as reason:
            raise Problem(Kind.INVALID, errors=[Flaw(str(reason), pointer="/body")]) from None
        return answer(show_note(self.member, note), status=201)
