"""Settings > Escalations: business hours and holidays, clocks, own rules, the words of the channel-switch texts."""

from collections.abc import Callable
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Team
from accounts.permissions import MemberRequest, Permission, requires
from compliance.escalations import changing_hours, policies, rules, switch_texts
from compliance.escalations.cannot_act import CannotAct
from compliance.escalations.own_hours import zone_of
from compliance.forms.escalation_settings_forms import (
    BusinessHoursForm,
    ClockForm,
    HolidayForm,
    RuleForm,
    SwitchTextForm,
)
from compliance.models import Escalation, EscalationRule, Holiday

_FORM = ["GET", "HEAD", "POST"]
_MANAGE = Permission.ESCALATIONS_MANAGE


@requires(_MANAGE)
@require_http_methods(_FORM)
def hours(request: MemberRequest) -> HttpResponse:
    """The week, and the holidays of this year and the next."""
    team = _team(request)
    if team and request.method == "POST" and request.POST.get("own") == "0":
        changing_hours.forget_team(member=request.member, team=team)
        messages.success(request, _("%(team)s keeps the organization's hours.") % {"team": team.name})
        return _back(team)
    data = request.POST if request.method == "POST" else None
    form = BusinessHoursForm(data, row=changing_hours.row_of(team))
    if form.is_valid() and tried(
        form, lambda: changing_hours.change(member=request.member, wanted=form.wanted, team=team)
    ):
        messages.success(request, _("Saved. It counts from now on."))
        return _back(team)
    return _hours(request, form, HolidayForm(), team)


@requires(_MANAGE)
@require_POST
def add_holiday(request: MemberRequest) -> HttpResponse:
    """One more day."""
    team, form = _team(request), HolidayForm(request.POST)
    if form.is_valid() and tried(
        form, lambda: changing_hours.add_day(member=request.member, team=team, **form.cleaned_data)
    ):
        messages.success(request, _("Added."))
        return _back(team)
    return _hours(request, BusinessHoursForm(row=changing_hours.row_of(team)), form, team)


@requires(_MANAGE)
@require_POST
def adopt_holidays(request: MemberRequest) -> HttpResponse:
    """The legal holidays of a year enter the table."""
    year, team = request.POST.get("year", ""), _team(request)
    if len(year) == 4 and year.isdecimal() and year.isascii():
        try:
            changing_hours.adopt(member=request.member, year=int(year), team=team)
        except CannotAct as reason:
            messages.warning(request, str(reason))
    return _back(team)


@requires(_MANAGE)
@require_POST
def remove_holiday(request: MemberRequest, holiday_id: UUID) -> HttpResponse:
    """That day counts again."""
    holiday = get_object_or_404(Holiday.objects.select_related("team"), pk=holiday_id)
    changing_hours.remove_day(member=request.member, holiday=holiday)
    messages.success(request, _("Removed."))
    return _back(holiday.team)


@requires(_MANAGE)
@require_safe
def clocks(request: MemberRequest) -> HttpResponse:
    """Each trigger with its clock."""
    changed = policies.clocks()
    rows = [(value, label, changed.get(value, policies.USUAL)) for value, label in Escalation.Trigger.choices]
    return settings_page(request, "clocks", {"rows": rows})


@requires(_MANAGE)
@require_http_methods(_FORM)
def clock(request: MemberRequest, trigger: str) -> HttpResponse:
    """One clock."""
    label = _trigger(trigger)
    posted = request.POST if request.method == "POST" else None
    form = ClockForm(posted, trigger=trigger, clock=policies.clock_of(trigger))
    if form.is_valid():
        policies.change(member=request.member, trigger=trigger, clock=form.clock)
        messages.success(request, _("Saved. It counts for what is escalated from now on."))
        return redirect("escalation_clocks")
    return settings_page(request, "clocks", {"form": form, "label": label, "trigger": trigger}, template="clock")


@requires(_MANAGE)
@require_safe
def own_rules(request: MemberRequest) -> HttpResponse:
    """The organization's own triggers."""
    return settings_page(
        request, "rules", {"rows": EscalationRule.objects.select_related("made_by__user").order_by("name")}
    )


@requires(_MANAGE)
@require_http_methods(_FORM)
def new_rule(request: MemberRequest) -> HttpResponse:
    """Make one."""
    return _rule(request, None)


@requires(_MANAGE)
@require_http_methods(_FORM)
def change_rule(request: MemberRequest, rule_id: UUID) -> HttpResponse:
    """Change one."""
    return _rule(request, get_object_or_404(EscalationRule.objects.all(), pk=rule_id))


@requires(_MANAGE)
@require_POST
def switch_rule(request: MemberRequest, rule_id: UUID) -> HttpResponse:
    """Switch one off, or on again."""
    rule = get_object_or_404(EscalationRule.objects.all(), pk=rule_id)
    rules.switch(member=request.member, rule=rule, on=request.POST.get("on") == "1")
    return redirect("escalation_rules")


@requires(_MANAGE)
@require_safe
def texts(request: MemberRequest) -> HttpResponse:
    """Each channel-switch text as customers get it."""
    labels = dict(Escalation.Trigger.choices)
    rows = [(labels[one.trigger], switch_texts.LANGUAGES[one.language], one) for one in switch_texts.wordings()]
    return settings_page(request, "texts", {"rows": rows})


@requires(_MANAGE)
@require_http_methods(_FORM)
def text(request: MemberRequest, trigger: str, language: str) -> HttpResponse:
    """Change the words of one."""
    label = _trigger(trigger)
    if language not in switch_texts.LANGUAGES:
        raise Http404
    now = switch_texts.wording(trigger, language)
    form = SwitchTextForm(request.POST if request.method == "POST" else None, initial={"body": now.body})

    def act() -> None:
        body = form.cleaned_data["body"]
        switch_texts.change(member=request.member, trigger=trigger, language=language, body=body)

    if form.is_valid() and tried(form, act):
        messages.success(request, _("Saved."))
        return redirect("escalation_texts")
    context = {"form": form, "label": label, "language": switch_texts.LANGUAGES[language], "now": now}
    return settings_page(request, "texts", context, template="text")


def _rule(request: MemberRequest, rule: EscalationRule | None) -> HttpResponse:
    initial: dict[str, object] = {}
    if rule:
        initial = {name: getattr(rule, name) for name in ("name", "kind", "topics")}
        initial["phrases"] = "\n".join(rule.phrases)
    form = RuleForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid() and tried(form, lambda: rules.save(member=request.member, rule=rule, **form.wanted)):
        messages.success(request, _("Saved. It counts for texts from now on."))
        return redirect("escalation_rules")
    return settings_page(request, "rules", {"form": form, "rule": rule}, template="rule")


def tried(form: forms.Form, act: Callable[[], object]) -> bool:
    """Whether it was done; else the form says why not."""
    try:
        act()
    except CannotAct as reason:
        form.add_error(None, str(reason))
        return False
    return True


def _trigger(name: str) -> str:
    if name not in Escalation.Trigger.values:
        raise Http404
    return str(Escalation.Trigger(name).label)


def _team(request: MemberRequest) -> Team | None:
    """Whose hours the page is about; None for the organization's. Raises Http404 for a team that there is not."""
    asked = request.POST.get("team") or request.GET.get("team", "")
    if not asked:
        return None
    try:
        return get_object_or_404(Team.objects.all(), pk=UUID(asked))
    except ValueError:
        raise Http404 from None


def _back(team: Team | None) -> HttpResponse:
    address = reverse("escalation_hours")
    return redirect(f"{address}?team={team.pk}" if team else address)


def _hours(request: MemberRequest, form: BusinessHoursForm, holiday: HolidayForm, team: Team | None) -> HttpResponse:
    row, year = changing_hours.row_of(team), timezone.localdate().year
    address = reverse("escalation_hours")
    whose = [(_("Organization"), address, team is None, "")]
    whose += [(one.name, f"{address}?team={one.pk}", one == team, "") for one in Team.objects.order_by("name")]
    context: dict[str, object] = {
        "team": team,
        "whose": whose,
        "is_own": row is not None and team is not None and row.team_id == team.pk,
        "form": form,
        "holiday": holiday,
        "zone": zone_of(row, request.member.organization),
        "years": [(str(one), changing_hours.days_of(one, team)) for one in (year, year + 1)],
    }
    return settings_page(request, "hours", context, status=422 if form.errors or holiday.errors else 200)


def settings_page(
    request: MemberRequest, tab: str, context: dict[str, object], *, template: str = "", status: int = 200
) -> HttpResponse:
    names = {"hours": _("Business hours"), "clocks": _("Clocks"), "rules": _("Own rules"), "texts": _("Texts")}
    names["letters"] = _("E-mails")
    tabs = [(name, reverse(f"escalation_{one}"), one == tab, "") for one, name in names.items()]
    form = context.get("form")
    if isinstance(form, forms.Form) and form.errors:
        status = 422
    return render(
        request, f"compliance/escalations/settings/{template or tab}.html", {"tabs": tabs, **context}, status=status
    )
