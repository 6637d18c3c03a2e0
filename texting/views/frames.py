"""What several pages are drawn from: the list, the open conversation, answers that change only a part of a page."""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_htmx.http import trigger_client_event

from accounts.models import Membership
from accounts.permissions import MemberRequest, Permission
from texting import presence, queries
from texting.composer_tools import composer_tools
from texting.composing import Composer, composer
from texting.conversations import NotPossible
from texting.fields.reading import values_for
from texting.models import Contact, Conversation
from texting.phone_numbers import display
from texting.queries import Cursor, Filter, FilterKind
from texting.queries.attention import stopped_lines
from texting.queries.tags import tags_of
from texting.scheduled.reading import upcoming
from texting.segments import tables
from texting.thread_notices import notices

Context = dict[str, Any]
_WORDS = {
    FilterKind.OPEN: pgettext_lazy("several conversations", "Open"),
    FilterKind.MINE: pgettext_lazy("conversations", "Mine"),
    FilterKind.UNASSIGNED: _("Unassigned"),
    FilterKind.RESOLVED: pgettext_lazy("several conversations", "Resolved"),
}


def address_of(chosen: Filter) -> str:
    """The page of a filter."""
    if chosen.kind is FilterKind.OPEN:
        return reverse("inbox")
    if chosen.kind is FilterKind.TEAM:
        return reverse("inbox_team", args=[chosen.team_id])
    return reverse("inbox_filter", args=[chosen.kind.value])


def chosen_filter(request: MemberRequest) -> Filter:
    """The filter that a conversation's address carries along in `in`. Raises NotYours for nonsense."""
    return queries.read_filter(request.GET.get("in") or request.POST.get("in") or "")


def find(request: MemberRequest, conversation_id: UUID) -> Conversation:
    """The conversation that goes on in this thread: the open one of this contact and line, else the one asked for.

    So a page that shows a resolved conversation follows the customer into the new one. Raises NotYours.
    """
    asked = queries.access_conversation(request.member, conversation_id)
    newest = queries.newest_conversation(request.member, asked)
    return asked if newest == asked.pk else queries.access_conversation(request.member, newest)


def filters_context(request: MemberRequest, chosen: Filter) -> Context:
    """Tabs, teams and what waits."""
    waiting = queries.counts(request.member)
    numbers = {FilterKind.MINE: waiting.mine, FilterKind.UNASSIGNED: waiting.unassigned}
    teams = queries.visible_teams(request.member)
    tabs: list[tuple[str | Promise, str, bool, str]] = [
        (word, address_of(Filter(kind)), kind is chosen.kind, _most(numbers.get(kind, 0)))
        for kind, word in _WORDS.items()
    ]
    named = [(team, address_of(Filter(FilterKind.TEAM, team.pk))) for team in teams]
    tabs += [(team.name, address, True, "") for team, address in named if team.pk == chosen.team_id]
    return {"tabs": tabs, "teams": named if len(teams) > 1 else [], "unread": waiting.unread, "chosen": chosen}


def list_context(request: MemberRequest, chosen: Filter, *, open_id: UUID | None = None) -> Context:
    """The list with its filters."""
    mine = list(queries.visible_lines(request.member))
    lines = [(line.pk, line.name, display(line.number, request.member.organization.country)) for line in mine]
    page = queries.inbox_page(request.member, chosen)
    return {
        **filters_context(request, chosen),
        "page": page,
        "lines": lines,
        "open_id": open_id,
        "stops": stopped_lines(request.member, mine),
        "may_manage": request.member.may(Permission.LINES_MANAGE),
        "simulator": _simulator(request) if not page.rows else "",
        "may_start": bool(lines) and _may_start(request.member),
        "sees_everybody": queries.sees_everybody(request.member),
    }


def open_context(
    request: MemberRequest, conversation: Conversation, chosen: Filter, composing: Composer | None = None
) -> Context:
    """An open conversation: thread, composer, details."""
    member = request.member
    composing = composing or composer(member=member, conversation=conversation)
    place = cursor_in(request, "at")  # of a text that somebody looked for
    thread = queries.thread_around(member, conversation, place) if place else queries.thread(member, conversation)
    return {
        **head_context(request, conversation, chosen, composing),
        "thread": thread,
        "found_at": str(place or ""),
        "composer": composing,
        "composer_tools": composer_tools(member, conversation) if composing.may_send else [],
        "draft": queries.draft_of(member, conversation),
        "present": presence.others(member=member, conversation=conversation),
        **details_context(request, conversation, composing),
    }


def head_context(request: MemberRequest, conversation: Conversation, chosen: Filter, composing: Composer) -> Context:
    """Who it is and what may be done."""
    may = request.member.may
    customer = queries.customer(request.member, conversation.contact)
    return {
        "conversation": conversation,
        "customer": customer,
        "notices": notices(request.member, conversation, composing.refused_by),
        "upcoming": upcoming(request.member, conversation),
        "may_reveal": customer.is_masked and queries.must_ask(request.member),
        "assignee": queries.colleague(conversation.assignee),
        "line_number": display(conversation.line.number, request.member.organization.country),
        "is_mine": conversation.assignee_id == request.member.pk,
        "is_open": conversation.status == Conversation.Status.OPEN,
        "may_take": may(Permission.CONVERSATIONS_CLAIM),
        "may_pass_on": _may_pass_on(request.member, conversation),
        "may_mark": may(Permission.MESSAGES_SEND),
        "may_resolve": may(Permission.CONVERSATIONS_RESOLVE),
        "chosen": chosen,
        "back": address_of(chosen),
    }


def _may_start(member: Membership) -> bool:
    may = member.may(Permission.MESSAGES_SEND) and member.may(Permission.CONVERSATIONS_START)
    return may and queries.sees_everybody(member)  # a number that one types is a number that one sees


def _may_pass_on(member: Membership, conversation: Conversation) -> bool:
    """Whether the dialog has anything to offer: everybody else, or giving the own conversation back."""
    if not member.may(Permission.CONVERSATIONS_CLAIM):
        return False
    return member.may(Permission.CONVERSATIONS_ASSIGN) or conversation.assignee_id == member.pk


def details_context(request: MemberRequest, conversation: Conversation, composing: Composer) -> Context:
    """The pane beside the thread."""
    member = request.member
    return {
        **values_context(member, conversation.contact),
        "composer": composing,
        "pool_numbers": queries.pool_numbers(member, conversation),
        # The thread itself shows everything of this line.
        "others": queries.conversations_of(member, conversation.contact, besides=conversation.line_id),
        "may_rename": member.may(Permission.CONTACTS_EDIT) and queries.sees(member, conversation.contact_id),
        "may_see_contact": member.may(Permission.CONTACTS_READ),
        "tags": tags_of([conversation.contact_id]).get(conversation.contact_id, ()),
        "may_tag": member.may(Permission.CONTACTS_READ) and member.may(Permission.CONTACTS_EDIT),
        "may_see_holds": member.may(Permission.HOLDS_READ),
    }


def values_context(member: Membership, contact: Contact) -> Context:
    """The contact's fields, and whether the member may change one: who does not see whose they are may not."""
    values = values_for(member, contact)
    may = member.may(Permission.CONTACTS_READ) and queries.sees(member, contact.pk)
    return {"values": values, "may_fill": may and any(one.field.may_edit for one in values)}


def page_of(request: MemberRequest, context: Context, status: int = 200) -> HttpResponse:
    """The whole inbox."""
    return render(request, "texting/inbox.html", {**context, "segment_tables": tables()}, status=status)


def open_on_page(request: MemberRequest) -> UUID | None:
    """The conversation that the page behind an htmx request shows, read from its address."""
    try:
        match = resolve(urlsplit(request.htmx.current_url or "").path)
    except Resolver404:
        return None
    found = match.kwargs.get("conversation_id")
    return found if match.url_name == "conversation" and isinstance(found, UUID) else None


def changed(conversation: Conversation, toast: str = "", *, undo: str = "") -> HttpResponse:
    """It is done: the page fetches this conversation anew, and may say so with a way back."""
    response = HttpResponse(status=204)
    trigger_client_event(response, "conversation-changed", {"conversation": str(conversation.pk)})
    if toast:
        trigger_client_event(response, "toast", {"text": toast, "tone": "success", "undo": undo})
    return response


def not_possible(conversation: Conversation, reason: NotPossible) -> HttpResponse:
    """It could not be done: the page says why and fetches this conversation anew."""
    response = HttpResponse(status=422)
    trigger_client_event(response, "conversation-changed", {"conversation": str(conversation.pk)})
    trigger_client_event(response, "toast", {"text": str(reason), "tone": "warning"})
    return response


def cursor_in(request: MemberRequest, name: str) -> Cursor | None:
    """A place in a list, from the address."""
    return Cursor.read(request.GET.get(name))


def _most(number: int) -> str:
    return f"{queries.MOST_COUNTED - 1}+" if number >= queries.MOST_COUNTED else str(number or "")


def _simulator(request: MemberRequest) -> str:
    if not (settings.SIMULATOR_ENABLED and request.member.may(Permission.SIMULATOR_USE)):
        return ""
    try:
        return reverse("simulator")
    except NoReverseMatch:
        return ""
