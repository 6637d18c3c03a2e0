"""The people of an organization: list, change, deactivate."""

from collections import Counter
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import deactivation, joint_recovery, queries, roles, teams
from accounts.forms import RoleChoiceForm
from accounts.leaving import reading
from accounts.leaving.plans import open_plan
from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from accounts.views.answers import form_page


@requires(Permission.PEOPLE_READ)
@require_safe
def people(request: MemberRequest) -> HttpResponse:
    """Everybody, with role, teams, state and when they were last here."""
    everybody = queries.people(request.member)
    state = request.GET.get("state", "")
    counts = Counter(str(one.member.state) for one in everybody)
    shown = [one for one in everybody if one.member.state == state] if state in counts else everybody
    context = {
        "people": shown,
        "everybody": len(everybody),
        "tabs": _tabs(counts, state, len(everybody)),
        "may_invite": request.member.may(Permission.PEOPLE_INVITE),
        "may_deactivate": request.member.may(Permission.PEOPLE_DEACTIVATE),
        "may_read_receipts": request.member.may(Permission.AUDIT_READ),
    }
    return render(request, "accounts/people.html", context)


def _tabs(counts: Counter[str], state: str, everybody: int) -> list[tuple[str, str, bool, int]]:
    """The states that there are, when there is more than one."""
    words = {
        "Active": _("Active"),
        "Invited": _("Invited"),
        "Suspended": _("Suspended"),
        "Deactivated": _("Deactivated"),
    }
    tabs = [(word, f"?state={name}", name == state, counts[name]) for name, word in words.items() if counts[name]]
    return [(_("Everybody"), "?", state not in counts, everybody), *tabs] if len(tabs) > 1 else []


@requires(Permission.PEOPLE_READ)
@require_safe
def person(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """One person, and what the reader may do about them."""
    shown = queries.person(request.member, member_id)
    may, is_over = request.member.may, roles.is_over(request.member, shown.member)
    context = {
        "person": shown,
        "is_self": shown.member.pk == request.member.pk,
        "may_change": is_over and may(Permission.PEOPLE_MANAGE),
        "may_invite": is_over and may(Permission.PEOPLE_INVITE),
        "may_reset": is_over and may(Permission.PEOPLE_RESET),
        "may_deactivate": is_over and may(Permission.PEOPLE_DEACTIVATE),
        "may_see_sign_ins": may(Permission.AUDIT_READ),
        "may_see_sessions": may(Permission.SESSIONS_MANAGE),
        "may_own": may(Permission.OWNERS_MANAGE),
        "is_over": is_over,
        "planned": open_plan(shown.member),
        "recovery": joint_recovery.stage(shown.member) if is_over and may(Permission.PEOPLE_RESET) else "",
        "receipt": reading.newest_of(request.member, shown.member),
    }
    return render(request, "accounts/person.html", context)


@requires(Permission.PEOPLE_MANAGE)
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def change_person(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """Roles and teams of a person; asks again who is there."""
    shown = queries.person(request.member, member_id)
    roles.require_over(request.member, shown.member, Permission.PEOPLE_MANAGE)
    offered = {team.pk: team for team in [*queries.grantable_teams(request.member), *shown.teams]}
    form = RoleChoiceForm(
        request.POST if request.method == "POST" else None,
        initial={"roles": shown.roles, "teams": shown.teams},
        roles=queries.grantable_roles(request.member),
        teams=list(offered.values()),
    )
    form.fields["roles"].required = not shown.member.is_owner
    if not form.is_valid():
        return form_page(request, "accounts/change_person.html", form, person=shown)
    roles.set_roles(actor=request.member, member=shown.member, roles=form.cleaned_data["roles"])
    if "teams" in form.fields:
        teams.set_teams(actor=request.member, member=shown.member, teams=form.cleaned_data["teams"])
    messages.success(request, _("Saved. It counts from this person's next click on."))
    return redirect("person", member_id=member_id)


@requires(Permission.PEOPLE_DEACTIVATE)
@fresh
@require_POST
def reactivate(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """Let a deactivated member sign in again."""
    shown = queries.person(request.member, member_id)
    try:
        deactivation.reactivate(actor=request.member, member=shown.member)
    except deactivation.GoneFromDirectory:
        messages.error(request, _("The company's directory says that this person has left. Activate them there."))
    else:
        messages.success(request, _("%(name)s can sign in again.") % {"name": shown.name})
    return redirect("person", member_id=member_id)
