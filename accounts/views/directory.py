"""The company's directory: connect it, replace its token, choose what its groups give."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import directory_queries, queries
from accounts.directory_forms import GroupForm, NewTokenForm
from accounts.models import Team
from accounts.permissions import MemberRequest, Permission, requires
from accounts.scim import connecting, groups, showing
from accounts.step_up import fresh
from accounts.views.answers import form_page


@requires(Permission.DIRECTORY_MANAGE)
@require_safe
def directory(request: MemberRequest) -> HttpResponse:
    """What is connected, and how to connect it."""
    return _page(request, NewTokenForm())


@requires(Permission.DIRECTORY_MANAGE, Permission.PEOPLE_MANAGE)
@fresh
@require_POST
def new_directory_token(request: MemberRequest) -> HttpResponse:
    """Make a token; it is shown in the answer and never again."""
    form = NewTokenForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    try:
        made = connecting.make_token(actor=request.member, life=form.life)
    except connecting.TooManyTokens:
        form.add_error(None, _("Two tokens work already. End the one that is no longer used."))
        return _page(request, form)
    context = {"secret": made.secret, "token": made.token, "address": showing.base()}
    return render(request, "accounts/directory_token.html", context)


@requires(Permission.DIRECTORY_MANAGE)
@require_POST
def end_directory_token(request: MemberRequest, token_id: UUID) -> HttpResponse:
    """End a token at once."""
    token = directory_queries.access_token(request.member, token_id)
    connecting.end_token(actor=request.member, token=token)
    messages.success(request, _("The token %(token)s… opens nothing any more.") % {"token": token.shown})
    return redirect("directory")


@requires(Permission.DIRECTORY_MANAGE, Permission.PEOPLE_MANAGE)
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def directory_group(request: MemberRequest, group_id: UUID) -> HttpResponse:
    """Choose what the people of a group get."""
    group = directory_queries.access_group(request.member, group_id)
    sees_all = request.member.may(Permission.CONVERSATIONS_READ_ALL)
    own = Team.objects.all() if sees_all else Team.objects.filter(pk__in=request.member.team_ids)
    form = GroupForm(
        request.POST if request.method == "POST" else None,
        initial={"role": group.role_id, "team": group.team_id},
        roles=queries.grantable_roles(request.member),
        teams=own,
    )
    if request.method != "POST" or not form.is_valid():
        people = groups.people_in(group).select_related("membership__user").order_by("membership__user__name")
        return form_page(request, "accounts/directory_group.html", form, group=group, people=people[:50])
    chosen = form.cleaned_data
    groups.choose(actor=request.member, group=group, role=chosen["role"], team=chosen["team"])
    messages.success(request, _("Saved. It counts from the next click of everybody in the group."))
    return redirect("directory")


def _page(request: MemberRequest, form: NewTokenForm) -> HttpResponse:
    shown = directory_queries.directory(request.member)
    return form_page(request, "accounts/directory.html", form, directory=shown, address=showing.base())
