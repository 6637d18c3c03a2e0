"""What a press on an action's page does: begin, change made, drop, open again."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import MemberRequest, Permission, requires
from compliance.actions import moving, places
from compliance.actions.cannot_act import CannotAct
from compliance.forms.action_forms import BecauseForm, DoneForm
from compliance.models import Action
from compliance.views.actions import action_page, tried


@requires(Permission.ACTIONS_READ)
@require_POST
def begin_action(request: MemberRequest, action_id: UUID) -> HttpResponse:
    """Somebody is at it."""
    found = places.access_action(request.member, action_id)
    try:
        moving.begin(member=request.member, action=found)
    except CannotAct as why:
        messages.warning(request, str(why))
    else:
        messages.success(request, _("In progress."))
    return redirect("action", found.pk)


@requires(Permission.ACTIONS_READ)
@require_POST
def finish_action(request: MemberRequest, action_id: UUID) -> HttpResponse:
    """The change is in effect."""
    member, found, form = request.member, places.access_action(request.member, action_id), DoneForm(request.POST)
    if form.is_valid() and tried(form, lambda: moving.done(member=member, action=found, **form.cleaned_data)):
        measured = _("Noted. The rate is counted until the days are over, and you are told.")
        messages.success(request, measured if found.rate else _("Done."))
        return redirect("action", found.pk)
    return action_page(request, _again(found), done=form)


@requires(Permission.ACTIONS_READ, Permission.ACTIONS_MANAGE)
@require_POST
def drop_action(request: MemberRequest, action_id: UUID) -> HttpResponse:
    """It is not done, with the reason."""
    member, found, form = request.member, places.access_action(request.member, action_id), BecauseForm(request.POST)
    if form.is_valid() and tried(form, lambda: moving.drop(member=member, action=found, **form.cleaned_data)):
        messages.success(request, _("Dropped. It stays in the list, and can be opened again."))
        return redirect("action", found.pk)
    return action_page(request, _again(found), because=form)


@requires(Permission.ACTIONS_READ, Permission.ACTIONS_MANAGE)
@require_POST
def reopen_action(request: MemberRequest, action_id: UUID) -> HttpResponse:
    """It is to be done again, with the reason."""
    member, found, form = request.member, places.access_action(request.member, action_id), BecauseForm(request.POST)
    if form.is_valid() and tried(form, lambda: moving.reopen(member=member, action=found, **form.cleaned_data)):
        messages.success(request, _("Open again, due in two weeks."))
        return redirect("action", found.pk)
    return action_page(request, _again(found), because=form)


def _again(found: Action) -> Action:
    """As it is now: somebody may have moved it meanwhile."""
    return Action.objects.select_related(*places.SHOWN).get(pk=found.pk)
