"""Teams: the list, a new one, one with its people, lines and who reads its conversations."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import queries as people_queries
from accounts import teams as use_cases
from accounts.models import Team
from accounts.permissions import MemberRequest, Permission, requires
from accounts.role_forms import NewTeamForm, TeamForm, TeamMembersForm
from accounts.step_up import fresh
from accounts.views.answers import form_page
from texting.queries.teams import teams_page


@requires(Permission.TEAMS_MANAGE)
@require_safe
def teams(request: MemberRequest) -> HttpResponse:
    """Every team."""
    return render(request, "texting/teams/teams.html", {"rows": teams_page(request.member)})


@requires(Permission.TEAMS_MANAGE)
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def new_team(request: MemberRequest) -> HttpResponse:
    """Make a team; the member is in it."""
    form = NewTeamForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            team = use_cases.new_team(actor=request.member, name=form.cleaned_data["name"])
        except use_cases.NameTaken:
            form.add_error("name", _("Another team has this name."))
        else:
            return redirect("team", team_id=team.pk)
    return form_page(request, "texting/teams/new_team.html", form)


@requires(Permission.TEAMS_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def team(request: MemberRequest, team_id: UUID) -> HttpResponseBase:
    """One team; its name and who reads its conversations. Changes ask again who is there."""
    shown = people_queries.access_team(team_id)
    if request.method == "POST":
        return _change(request, team_id)
    now = {"name": shown.name, "visibility": shown.visibility, "shows_unassigned": shown.shows_unassigned}
    return _team_page(request, shown, TeamForm(initial=now))


@fresh
def _change(request: MemberRequest, team_id: UUID) -> HttpResponse:
    shown = people_queries.access_team(team_id)
    form = TeamForm(request.POST)
    if form.is_valid():
        try:
            use_cases.change_team(
                actor=request.member,
                team=shown,
                name=form.cleaned_data["name"],
                visibility=Team.Visibility(form.cleaned_data["visibility"]),
                shows_unassigned=form.cleaned_data["shows_unassigned"],
            )
        except use_cases.NameTaken:
            form.add_error("name", _("Another team has this name."))
        else:
            messages.success(request, _("Saved. It counts from everybody's next click on."))
            return redirect("team", team_id=team_id)
    return _team_page(request, shown, form)


def _team_page(request: MemberRequest, shown: Team, form: TeamForm) -> HttpResponse:
    [row] = teams_page(request.member, [shown])
    context = {
        "row": row,
        "may_see_lines": request.member.may(Permission.LINES_MANAGE),
        "may_delete": not row.lines and all(one.pk == request.member.pk for one in row.people),
    }
    return form_page(request, "texting/teams/team.html", form, **context)


@requires(Permission.TEAMS_MANAGE)
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def team_members(request: MemberRequest, team_id: UUID) -> HttpResponse:
    """Who is in the team."""
    shown = people_queries.access_team(team_id)
    [row] = teams_page(request.member, [shown])
    form = TeamMembersForm(
        request.POST if request.method == "POST" else None,
        initial={"members": [one.pk for one in row.people]},
        member=request.member,
        team=shown,
    )
    if not form.is_valid():
        return form_page(request, "texting/teams/team_members.html", form, team=shown)
    use_cases.set_members(actor=request.member, team=shown, members=form.cleaned_data["members"])
    messages.success(request, _("Saved. It counts from everybody's next click on."))
    return redirect("team", team_id=team_id)


@requires(Permission.TEAMS_MANAGE)
@fresh
@require_POST
def delete_team(request: MemberRequest, team_id: UUID) -> HttpResponse:
    """Delete an empty team."""
    shown = people_queries.access_team(team_id)
    try:
        use_cases.delete_team(actor=request.member, team=shown)
    except use_cases.NotEmpty:
        messages.error(request, _("This team has lines or people. Move them to another team first."))
        return redirect("team", team_id=team_id)
    messages.success(request, _("%(name)s is deleted.") % {"name": shown.name})
    return redirect("teams")
