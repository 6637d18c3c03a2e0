"""Settings > Automations: the list, the editor, and the switches."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import MemberRequest, Permission, requires
from compliance.automations import reading, rules
from compliance.automations.examples import EXAMPLES
from compliance.automations.rules import CannotAutomate
from compliance.automations.words import Names, sentence
from compliance.forms.automation_forms import AutomationForm, initial_of
from compliance.models import Automation

_MANAGE = Permission.AUTOMATIONS_MANAGE
When = Automation.When


@requires(_MANAGE)
@require_safe
def automations(request: MemberRequest) -> HttpResponse:
    """All rules in their order, with what each does and how often it did."""
    context = {"rows": reading.listed(), "off": reading.off(), "examples": EXAMPLES}
    return render(request, "compliance/automations/list.html", context)


@requires(_MANAGE)
@require_safe
def choose(request: MemberRequest) -> HttpResponse:
    """What sets a new rule off, or one that is ready to be made one's own."""
    context = {"whens": When.choices, "examples": EXAMPLES}
    return render(request, "compliance/automations/choose.html", context)


@requires(_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: MemberRequest, when: str) -> HttpResponse:
    """Write one; `example` in the address fills it in."""
    if when not in When.values:
        raise Http404
    return _edit(request, when, None)


@requires(_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: MemberRequest, automation_id: UUID) -> HttpResponse:
    """Change one; from then on it is the member's."""
    rule = reading.access(automation_id)
    return _edit(request, rule.when, rule)


@requires(_MANAGE)
@require_POST
def switch(request: MemberRequest, automation_id: UUID) -> HttpResponse:
    """On, as the member's, or off."""
    rule, on = reading.access(automation_id), request.POST.get("on") == "1"
    try:
        rules.switch(member=request.member, rule=rule, on=on)
    except CannotAutomate as reason:
        messages.error(request, str(reason))
        return redirect("change_automation", rule.pk)
    said = _("“%(name)s” is on.") if on else _("“%(name)s” is off.")
    messages.success(request, said % {"name": rule.name})
    return redirect("automations")


@requires(_MANAGE)
@require_POST
def switch_all(request: MemberRequest) -> HttpResponse:
    """The one switch for all."""
    on = request.POST.get("on") == "1"
    rules.switch_all(member=request.member, on=on)
    messages.success(request, _("Automations act again.") if on else _("No automation does anything now."))
    return redirect("automations")


@requires(_MANAGE)
@require_POST
def move(request: MemberRequest, automation_id: UUID) -> HttpResponse:
    """Before or after the one beside it."""
    rules.move(member=request.member, rule=reading.access(automation_id), up=request.POST.get("to") == "up")
    return redirect("automations")


@requires(_MANAGE)
@require_POST
def remove(request: MemberRequest, automation_id: UUID) -> HttpResponse:
    """For good; what it did stays in the log."""
    rule = reading.access(automation_id)
    rules.remove(member=request.member, rule=rule)
    messages.success(request, _("“%(name)s” was removed.") % {"name": rule.name})
    return redirect("automations")


def _edit(request: MemberRequest, when: str, rule: Automation | None) -> HttpResponse:
    names = Names()
    shown = rule or _example(request, when)
    initial = initial_of(shown, names) if shown else {}
    data = request.POST if request.method == "POST" else None
    form = AutomationForm(data, member=request.member, when=when, initial=initial)
    if form.is_valid() and (saved := _saved(request, form, rule)):
        said = _("Saved.") if saved.is_on else _("Saved. It is off until you switch it on.")
        messages.success(request, said)
        return redirect("automations")
    context: dict[str, Any] = {
        "form": form,
        "parts": form.parts,
        "rule": rule,
        "when": When(when).label,
        "sentence": sentence(rule, names) if rule else None,
        "has_templates": form.can_answer,
    }
    return render(request, "compliance/automations/edit.html", context, status=422 if form.errors else 200)


def _saved(request: MemberRequest, form: AutomationForm, rule: Automation | None) -> Automation | None:
    """None when it cannot be so; the form says why."""
    try:
        return rules.save(member=request.member, wanted=form.wanted, rule=rule)
    except CannotAutomate as reason:
        form.add_error(None, forms.ValidationError(str(reason)))
        return None


def _example(request: MemberRequest, when: str) -> Automation | None:
    asked = request.GET.get("example", "")
    found = next((one for one in EXAMPLES if one.key == asked and one.when == when), None)
    if found is None:
        return None
    actions = {name: value if isinstance(value, list | bool) else str(value) for name, value in found.actions.items()}
    return Automation(name=str(found.name), when=when, facts=found.facts, conditions=found.conditions, actions=actions)
