"""Asking people in: one, many, once more, and not after all."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts import invitations, inviting_many, mail, queries
from accounts.inviting_forms import InviteForm, InviteManyForm
from accounts.models import Membership, Role
from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from accounts.views.answers import form_page

MANY = "accounts/invite_many.html"


@requires(Permission.PEOPLE_INVITE)
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: MemberRequest) -> HttpResponse:
    """Make a member; a link is mailed, another is shown in the answer and never again."""
    allowed = queries.grantable_roles(request.member)
    form = InviteForm(
        request.POST if request.method == "POST" else None,
        initial={"roles": _usual(allowed)},
        roles=allowed,
        teams=queries.grantable_teams(request.member),
    )
    if request.method != "POST" or not form.is_valid():
        return form_page(request, "accounts/invite.html", form)
    typed = form.cleaned_data
    try:
        invited = invitations.invite(
            actor=request.member,
            email=typed["email"],
            name=typed["name"],
            roles=typed["roles"],
            teams=typed.get("teams", ()),
        )
    except invitations.AlreadyMember:
        form.add_error("email", _("Somebody with this address is in the list of people already."))
    except mail.BadAddress:
        form.add_error("email", _("Mail cannot be sent to this address. Check how it is written."))
    except invitations.TooManyInvitations:
        form.add_error(None, _too_many())
    else:
        return show_link(request, invited.member, invited.token)
    return form_page(request, "accounts/invite.html", form)


@requires(Permission.PEOPLE_INVITE)
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def invite_many(request: MemberRequest) -> HttpResponse:
    """A pasted list or a file: first what would happen, then, with `send`, that."""
    allowed = queries.grantable_roles(request.member)
    posted = request.method == "POST"
    form = InviteManyForm(
        request.POST if posted else None,
        request.FILES if posted else None,
        initial={"roles": _usual(allowed)},
        roles=allowed,
        teams=queries.grantable_teams(request.member),
    )
    if not posted or not form.is_valid():
        return form_page(request, MANY, form)
    typed = form.cleaned_data
    lines = inviting_many.read(typed["text"])
    good = sum(line.verdict is inviting_many.Verdict.GOOD for line in lines)
    if "send" not in request.POST or not good:
        shown = {"lines": lines, "good": good, "text": typed["text"], "chosen": typed}
        return form_page(request, "accounts/invite_many_preview.html", form, **shown)
    try:
        places = typed.get("teams", ())
        done = inviting_many.invite_all(actor=request.member, lines=lines, roles=typed["roles"], places=places)
    except invitations.TooManyInvitations:
        form.add_error(None, _too_many())
        return form_page(request, MANY, form)
    text = ngettext("%(count)d person is invited by mail.", "%(count)d people are invited by mail.", done)
    messages.success(request, text % {"count": done})
    return redirect("people")


@requires(Permission.PEOPLE_INVITE)
@fresh
@require_POST
def renew_link(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """New links for somebody who has not joined: one is mailed."""
    shown = queries.person(request.member, member_id)
    try:
        token = invitations.renew_link(actor=request.member, member=shown.member)
    except invitations.AlreadyMember:
        messages.error(request, _("This person has joined already."))
        return redirect("person", member_id=member_id)
    except invitations.NotActive:
        messages.error(request, _("The company's directory says that this person has left."))
        return redirect("person", member_id=member_id)
    except invitations.TooManyInvitations:
        messages.error(request, _too_many())
        return redirect("person", member_id=member_id)
    return show_link(request, shown.member, token)


@requires(Permission.PEOPLE_INVITE)
@require_POST
def withdraw(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """Take an invitation back."""
    shown = queries.person(request.member, member_id)
    try:
        invitations.withdraw(actor=request.member, member=shown.member)
    except invitations.AlreadyMember:
        messages.error(request, _("This person has joined already."))
        return redirect("person", member_id=member_id)
    except invitations.FromDirectory:
        messages.error(request, _("The company's directory sent this person. Take them away there."))
        return redirect("person", member_id=member_id)
    messages.success(request, _("The invitation is withdrawn. Its link no longer works."))
    return redirect("people")


def _too_many() -> str:
    return _("Your organization has invited as many people today as it may. Go on tomorrow.")


def _usual(allowed: list[Role]) -> list[Role]:
    """What most people come in as, and not the most powerful role."""
    return [role for role in allowed if role.built_in == "agent"]


def show_link(request: HttpRequest, member: Membership, token: str, *, is_reset: bool = False) -> HttpResponse:
    link = settings.PUBLIC_BASE_URL + reverse("open_link", args=[token])
    shown = {"invited": member, "link": link, "days": invitations.LINK_LIFE.days}
    return render(
        request, "accounts/link.html", {**shown, "mailed": invitations.was_mailed(member), "is_reset": is_reset}
    )
