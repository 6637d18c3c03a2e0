"""Saved filters: the dialog that keeps one, changing its name and who uses it, deleting it."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.entrance import go
from accounts.models import Team
from accounts.permissions import MemberRequest, Permission, requires
from texting import queries
from texting.filter_forms import SaveFilterForm
from texting.filtering import saving
from texting.filtering.asking import in_words
from texting.filtering.conditions import Filter
from texting.filtering.saving import BadFilter, access_saved, shown_filter, wish_of
from texting.models import SavedFilter
from texting.views.filtering import Unreadable, wish_in


@requires(Permission.CONTACTS_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def save_filter(request: MemberRequest) -> HttpResponseBase:
    """The dialog that keeps the filter in the address under a name; with `saved`, also in place of that one."""
    try:
        wish = wish_in(request)
    except Unreadable:
        raise queries.NotYours from None
    before = _named(request)
    if before and not shown_filter(request.member, before).may_change:
        before = None
    form = _form(request, before)
    if form.is_valid():
        into = before if "into" in request.POST else None
        if row := _save(request, form, wish, into):
            return _done(request, row)
    return _dialog(request, form, wish, before=before, address=f"{request.path}?{request.GET.urlencode()}")


@requires(Permission.CONTACTS_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def saved_filter(request: MemberRequest, filter_id: UUID) -> HttpResponseBase:
    """The dialog with a saved filter's name and who uses it. 404 for whoever may not change it."""
    row = access_saved(request.member, filter_id)
    if not shown_filter(request.member, row).may_change:
        raise queries.NotYours
    wish = wish_of(row)
    form = _form(request, row)
    if form.is_valid() and _save(request, form, wish, row):
        return _done(request, row)
    return _dialog(request, form, wish, changing=row, address=request.path)


@requires(Permission.CONTACTS_READ)
@require_POST
def delete_filter(request: MemberRequest, filter_id: UUID) -> HttpResponse:
    """For good; the contacts stay."""
    row = access_saved(request.member, filter_id)
    saving.delete(member=request.member, row=row)
    messages.success(request, _("The filter %(name)s is deleted. Its contacts stay.") % {"name": row.name})
    return redirect("contacts")


def _named(request: MemberRequest) -> SavedFilter | None:
    try:
        written = request.GET.get("saved", "")
        return access_saved(request.member, UUID(written)) if written else None
    except ValueError:
        raise queries.NotYours from None


def _form(request: MemberRequest, before: SavedFilter | None) -> SaveFilterForm:
    ids = set(request.member.team_ids) | ({before.team_id} if before and before.team_id else set())
    return SaveFilterForm(
        request.POST if request.method == "POST" else None,
        teams=Team.objects.filter(pk__in=ids).order_by("name"),
        share=request.member.may(Permission.FILTERS_SHARE),
        initial=SaveFilterForm.initial_of(before) if before else {},
    )


def _save(request: MemberRequest, form: SaveFilterForm, wish: Filter, before: SavedFilter | None) -> SavedFilter | None:
    try:
        with transaction.atomic():
            return saving.save(
                member=request.member, name=form.cleaned_data["name"], wish=wish, sharing=form.sharing, before=before
            )
    except BadFilter as error:
        form.add_error(None, str(error))
        return None


def _done(request: MemberRequest, row: SavedFilter) -> HttpResponseBase:
    messages.success(request, _("The filter %(name)s is saved.") % {"name": row.name})
    return go(request, f"{reverse('contacts')}?saved={row.pk}")


def _dialog(
    request: MemberRequest,
    form: SaveFilterForm,
    wish: Filter,
    *,
    address: str,
    before: SavedFilter | None = None,
    changing: SavedFilter | None = None,
) -> HttpResponse:
    context = {
        "form": form,
        "said": in_words(request.member, wish),
        "address": address,
        "before": before,
        "changing": changing,
    }
    return render(request, "texting/filters/_save.html", context, status=422 if form.is_bound else 200)
