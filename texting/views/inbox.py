"""The list of conversations."""

from dataclasses import replace
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import MemberRequest, Permission, requires
from texting import queries
from texting.finding_people import find_people
from texting.queries import Filter, FilterKind
from texting.searching.asking import read
from texting.views.frames import (
    Context,
    chosen_filter,
    cursor_in,
    filters_context,
    list_context,
    open_on_page,
    page_of,
)


@requires(Permission.CONVERSATIONS_READ)
@require_safe
def inbox(request: MemberRequest, kind: str = "open") -> HttpResponse:
    """All open conversations, mine, unassigned or resolved ones."""
    return _inbox(request, queries.read_filter(kind))


@requires(Permission.CONVERSATIONS_READ)
@require_safe
def team_inbox(request: MemberRequest, team_id: UUID) -> HttpResponse:
    """The open conversations of one team. 404 unless the member may read them."""
    return _inbox(request, Filter(FilterKind.TEAM, team_id))


def _inbox(request: MemberRequest, chosen: Filter) -> HttpResponse:
    """The page; for htmx the list alone (another filter) or the empty pane alone (the way back on a phone)."""
    if request.htmx.target == "open":
        return render(request, "texting/_pick.html")
    if request.htmx.target != "list":
        return page_of(request, list_context(request, chosen))
    open_id = open_on_page(request)
    response = render(request, "texting/_list.html", list_context(request, chosen, open_id=open_id))
    if open_id:
        response["HX-Push-Url"] = f"{reverse('conversation', args=[open_id])}?in={chosen.key}"
    return response


@requires(Permission.CONVERSATIONS_READ)
@require_safe
def rows(request: MemberRequest) -> HttpResponse:
    """The newest rows with the filters as they are now; with `after`, the next rows only."""
    chosen = chosen_filter(request)
    after = cursor_in(request, "after")
    page, open_id = queries.inbox_page(request.member, chosen, after), open_on_page(request)
    context: Context = {"page": page, "chosen": chosen, "open_id": open_id}
    if after is None and not page.rows:
        context |= list_context(request, chosen, open_id=open_id) | {"whole": True}  # it says what could be here
    elif after is None:
        context |= filters_context(request, chosen) | {"whole": True}
    return render(request, "texting/_rows_part.html", context)


@requires(Permission.CONVERSATIONS_READ)
@require_safe
def counts(request: MemberRequest) -> HttpResponse:
    """The filters as they are now, with the number of unread conversations for the window's title."""
    return render(request, "texting/_filters.html", filters_context(request, chosen_filter(request)))


@requires(Permission.CONVERSATIONS_READ)
@require_POST
def search(request: MemberRequest) -> HttpResponse:
    """Find somebody; a POST, because names and numbers have no place in an address.

    Parts of names are looked for among the newest conversations, whoever is called so or has the number among all.
    """
    words = request.POST.get("q", "").strip()
    if not words:
        chosen = chosen_filter(request)
        return render(request, "texting/_rows.html", list_context(request, chosen, open_id=open_on_page(request)))
    page = queries.search(request.member, words)
    shown = {row.id for row in page.rows}
    known = [one.conversation_id for one in find_people(request.member, read(words)).rows]
    further = queries.rows_of(request.member, [pk for pk in known if pk is not None and pk not in shown])
    context = {
        "page": replace(page, rows=(*page.rows, *further)),
        "chosen": Filter(),
        "open_id": open_on_page(request),
        "words": words,
    }
    return render(request, "texting/_rows.html", context)
