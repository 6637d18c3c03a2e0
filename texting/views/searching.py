"""The search: a page that teaches, its results, the next of them."""

from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.permissions import MemberRequest, Permission, requires
from tenancy import audit
from tenancy.audit import AuditKind
from texting import queries
from texting.finding_people import People, find_people
from texting.queries.searching import Results, find
from texting.search_forms import SearchForm
from texting.searching import again, places
from texting.searching.filling import progress


@requires(Permission.CONVERSATIONS_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: MemberRequest) -> HttpResponse:
    """Words come by POST, since names and numbers have no place in an address; `again` holds them sealed."""
    typed = request.POST if request.method == "POST" else _typed_before(request)
    form = SearchForm(request.member, typed)
    context: dict[str, Any] = {
        "form": form,
        "filled": progress().percent,
        "sees_everybody": queries.sees_everybody(request.member),
        "may_see_contacts": request.member.may(Permission.CONTACTS_READ),
    }
    if typed is None:
        return render(request, "texting/search/page.html", context)
    if not form.is_valid():
        return render(request, "texting/search/page.html", context, status=422)
    after = places.opened(request.member, request.POST.get("after", ""))
    wish = form.wish
    results = find(request.member, wish, after)
    looks_for_people = after is None and not wish.is_narrowed
    people = find_people(request.member, wish.query, wish.tag_id) if looks_for_people else People()
    context |= {
        "results": results,
        "next_place": places.sealed(request.member, results.next),
        "people": people,
        "query": wish.query,
        "narrowing": form.narrowing,
        "is_next": after is not None,
    }
    if wish.query.typed or form.narrowing:
        _record(request, form, results, people)
    if after is not None and request.htmx:
        return render(request, "texting/search/_results.html", context)
    response = render(request, "texting/search/page.html", context)
    if request.htmx and typed is not None:
        response["HX-Replace-Url"] = f"{reverse('search')}?again={again.to_address(request.member, _said(typed))}"
    return response


def _typed_before(request: MemberRequest) -> QueryDict | None:
    said = again.from_address(request.member, request.GET.get("again", ""))
    if said is None:
        return None
    typed = QueryDict(mutable=True)
    for name, values in said.items():
        typed.setlist(name, values)
    return typed


def _said(typed: QueryDict) -> dict[str, list[str]]:
    return {name: typed.getlist(name) for name in SearchForm.base_fields if typed.get(name)}


def _record(request: MemberRequest, form: SearchForm, results: Results, people: People) -> None:
    """That somebody searched, never for what."""
    audit.record(
        event=AuditKind.SEARCHED,
        actor=request.member,
        filters=form.narrowing,
        hits=results.count,
        people=len(people.rows),
    )
