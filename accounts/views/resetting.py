"""Resetting the sign-in of somebody who lost it: at once, or with the person's other organizations."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import invitations, joint_recovery, queries
from accounts.agreements import places_elsewhere
from accounts.models import Membership
from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from accounts.views.inviting import show_link
from tenancy.isolation import activate

REFUSED: tuple[type[Exception], ...] = (
    invitations.OwnSignIn,
    invitations.ResetByOperator,
    invitations.NotActive,
    joint_recovery.AskedAlready,
    joint_recovery.AskedTooOften,
    joint_recovery.StillWaiting,
    joint_recovery.NothingAsked,
)


@requires(Permission.PEOPLE_RESET, calls_out=True)  # several organizations become active in turn
@fresh
@require_POST
def reset_sign_in(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """The link is shown here and goes by no mail. For whom works elsewhere too, the others are asked first."""
    actor = request.member
    with activate(actor.organization):
        member = queries.person(actor, member_id).member
        stage = joint_recovery.stage(member)
    try:
        token = _reset(actor, member, stage)
    except REFUSED as refused:
        messages.error(request, _words(refused))
        return redirect("person", member_id=member_id)
    if token is None:
        messages.info(request, _("Their other organizations are asked. Nothing is taken away before all have agreed."))
        return redirect("person", member_id=member_id)
    with activate(actor.organization):
        return show_link(request, member, token, is_reset=True)


def _reset(actor: Membership, member: Membership, stage: str) -> str | None:
    """The link's token; None when others were asked."""
    if stage in {"waits", "agreed"}:
        return joint_recovery.carry_out(actor=actor, member=member)
    if places_elsewhere(member).exists():
        joint_recovery.ask(actor=actor, member=member)
        return None
    with activate(actor.organization):
        return invitations.reset_sign_in(actor=actor, member=member)


@requires(Permission.PEOPLE_RESET)
@fresh
@require_POST
def answer_recovery(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """Agree to what another organization of this person asks, or do not; or ask no longer."""
    actor, member = request.member, queries.person(request.member, member_id).member
    answer = request.POST.get("answer")
    try:
        if answer == "agree":
            code = joint_recovery.agree(actor=actor, member=member)
            return render(request, "accounts/recovery_agreed.html", {"agreed": member, "code": code})
        if answer == "refuse":
            joint_recovery.refuse(actor=actor, member=member)
            messages.success(request, _("You did not agree. Nothing was changed."))
        elif answer == "take_back":
            joint_recovery.take_back(actor=actor, member=member)
            messages.success(request, _("Nobody is asked any more."))
    except REFUSED as refused:
        messages.error(request, _words(refused))
    return redirect("person", member_id=member_id)


def _words(refused: Exception) -> str:
    words = {
        invitations.OwnSignIn: _("Somebody else must reset your sign-in: another admin, or whoever runs Parley."),
        invitations.ResetByOperator: _("This sign-in cannot be reset from here. Ask whoever runs Parley for you."),
        invitations.NotActive: _("Only the sign-in of an active person is reset."),
        joint_recovery.AskedAlready: _("Another organization of this person asks already. Look at this page again."),
        joint_recovery.AskedTooOften: _("You asked several times today. Go on tomorrow, and talk to the person first."),
        joint_recovery.StillWaiting: _("Their other organizations have not all agreed yet. The person can hurry them."),
        joint_recovery.NothingAsked: _("Nothing is asked about this person any more."),
    }
    return words[type(refused)]
