"""The filter of the contacts' list: in its address, sealed, because values are about people; and typing it."""

import json
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import Membership
from accounts.permissions import MemberRequest, Permission, requires
from texting import queries
from texting.duplicates.finding import may_merge
from texting.fields.reading import fields_for, values_in_list
from texting.filter_forms import FilterForm
from texting.filtering import looking
from texting.filtering.asking import in_words
from texting.filtering.conditions import TAG, Ask, Condition, Filter, read
from texting.filtering.saving import ShownFilter, access_saved, saved_for, shown_filter
from texting.forms import NumberForm
from texting.queries.tags import access_tag, all_tags
from texting.searching import again


class Unreadable(ValueError):
    """The address holds a filter that nobody can read any more: it is a day old, or another member's."""


def wish_in(request: MemberRequest) -> Filter:
    """The filter that stands in the address. Raises Unreadable; NotYours for a tag that is none."""
    if written := request.GET.get("tag", ""):
        try:
            return Filter((Condition(TAG, Ask.HAS, str(access_tag(UUID(written)).pk)),))
        except ValueError:
            raise queries.NotYours from None
    if (saved := saved_in(request)) is not None and "find" not in request.GET:
        return saved.wish
    if not (sealed := request.GET.get("find", "")):
        return Filter()
    try:
        said = again.from_address(request.member, sealed)
        return read(json.loads((said or {})["filter"][0]))
    except (ValueError, KeyError, IndexError):
        raise Unreadable from None


def saved_in(request: MemberRequest) -> ShownFilter | None:
    """The saved filter that the address names. Raises NotYours."""
    written = request.GET.get("saved") or request.POST.get("saved") or ""
    try:
        return shown_filter(request.member, access_saved(request.member, UUID(written))) if written else None
    except ValueError:
        raise queries.NotYours from None


def here_in(request: MemberRequest) -> str:
    """The part of the address that says which contacts the list shows, and which page of them; "" for all."""
    return urlencode({name: request.GET[name] for name in ("tag", "find", "saved", "after") if request.GET.get(name)})


def query_of(member: Membership, wish: Filter) -> str:
    """How this filter is written in an address, "" for none. Raises Unreadable when it is too long for one."""
    if not wish.conditions:
        return ""
    sealed = again.to_address(member, {"filter": [json.dumps(wish.as_json())]})
    if len(sealed) > again.LONGEST:
        raise Unreadable
    return urlencode({"find": sealed})


@requires(Permission.CONTACTS_READ)
@require_POST
def filter_contacts(request: MemberRequest) -> HttpResponse:
    """The conditions as they were typed: a row more or less, or the contacts for whom all of them hold."""
    form = FilterForm(request.member, request.POST)
    changes = bool(request.POST.get("drop") or request.POST.get("act") in {"add", "draw"})
    if changes or form.error:
        return filter_page(request, form, status=422 if form.error else 200)
    if not form.check():
        return filter_page(request, form, status=422)
    try:
        query = query_of(request.member, form.wish)
    except Unreadable:
        form.error = _("The conditions are too long together. Compare with less text.")
        return filter_page(request, form, status=422)
    saved = saved_in(request)
    if saved and query:
        query = urlencode({"saved": saved.id}) if saved.wish == form.wish else f"{query}&saved={saved.id}"
    return redirect(f"{reverse('contacts')}?{query}" if query else reverse("contacts"))


def filter_page(request: MemberRequest, form: FilterForm, *, status: int) -> HttpResponse:
    """The list of contacts while its filter is being typed: the first page of everybody."""
    return list_page(request, queries.contacts_page(request.member), NumberForm(), form=form, status=status)


def filtered_page(request: MemberRequest, wish: Filter) -> queries.ContactPage:
    """A page of those who fit, with what stands in the fields that are asked for."""
    page = looking.contacts_page(request.member, wish, queries.Cursor.read(request.GET.get("after")))
    fields = [field for field in fields_for(request.member) if field.id in wish.field_ids] if wish.field_ids else []
    if not fields:
        return page
    values = values_in_list(request.member, fields, [row.customer.id for row in page.rows])
    shown = tuple(replace(row, values=tuple(one.text for one in values[row.customer.id])) for row in page.rows)
    return replace(page, rows=shown, columns=tuple(field.name for field in fields))


def list_page(
    request: MemberRequest,
    page: queries.ContactPage,
    number: NumberForm,
    *,
    wish: Filter | None = None,
    form: FilterForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The list of contacts. `wish`: what it is filtered by; `form`: conditions that are being typed."""
    member, wish = request.member, wish or Filter()
    form = form or FilterForm(member, wish=wish)
    saved = saved_in(request)
    context: dict[str, Any] = {
        "saved_filters": saved_for(member),
        "saved": saved,
        "is_changed": saved is not None and saved.wish != wish,
        "tags": all_tags(),
        "may_tag": member.may(Permission.CONTACTS_EDIT),
        "page": page,
        "form": number,
        "filter": form,
        "filtered": in_words(member, wish),
        "query": _written(member, wish, saved),
        "here": here_in(request),
        "looked_for": bool(number.data.get("number")),
        "may_find": queries.sees_everybody(member),
        "may_request": member.may(Permission.CONSENT_REQUEST),
        "may_merge": may_merge(member),
        "may_export": member.may(Permission.CONTACTS_EXPORT),
        "may_import": member.may(Permission.CONSENT_IMPORT) and queries.sees_everybody(member),
    }
    return render(request, "texting/contacts.html", context, status=422 if number.errors else status)


def _written(member: Membership, wish: Filter, saved: ShownFilter | None) -> str:
    """The filter as the page's own links write it."""
    if saved is None:
        return query_of(member, wish)
    named = urlencode({"saved": saved.id})
    return named if saved.wish == wish else f"{query_of(member, wish)}&{named}"
