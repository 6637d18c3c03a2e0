"""Somebody leaves: what will end, how, when; several at once."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import deactivation, queries, roles
from accounts.leaving import plans, reading
from accounts.leaving_forms import LATER, NOW, SUSPEND, LeavingForm
from accounts.models import Membership, OffboardingReceipt
from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from accounts.views.answers import form_page

REFUSED: dict[type[Exception], str | Promise] = {
    deactivation.LastOwner: gettext_lazy("This is the last owner who can always get in. Make somebody else one first."),
    deactivation.OwnMembership: gettext_lazy("You cannot deactivate yourself. Ask another admin."),
    deactivation.AlreadyEnded: gettext_lazy("This person is not active any more."),
    deactivation.CannotTakeOver: gettext_lazy("This colleague cannot take the conversations. Choose another."),
    plans.BadTime: gettext_lazy("Choose a time to come, within a year."),
}


@requires(Permission.PEOPLE_DEACTIVATE)
@require_http_methods(["GET", "HEAD", "POST"])
def deactivate(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """First what will end, then the end: now, for a while, or on a day to come."""
    shown = queries.person(request.member, member_id)
    roles.require_over(request.member, shown.member, Permission.PEOPLE_DEACTIVATE)
    form = LeavingForm(
        request.POST if request.method == "POST" else None,
        colleagues=queries.colleagues(request.member, besides=shown.member),
        initial={"how": request.GET.get("how", NOW)},
    )
    if form.is_valid():
        try:
            return _ended(request, shown, form)
        except tuple(REFUSED) as refused:
            form.add_error(None, str(REFUSED[type(refused)]))
    return form_page(
        request,
        "accounts/leave.html",
        form,
        person=shown,
        preview=reading.preview(shown.member),
        is_self=shown.member.pk == request.member.pk,
        is_last_owner=deactivation.is_last_owner(shown.member),
        is_gone=shown.member.state in {"Deactivated", "Invited"},
    )


def _ended(request: MemberRequest, shown: queries.Person, form: LeavingForm) -> HttpResponse:
    how, hand_to, own_to = (form.cleaned_data[name] for name in ("how", "hand_to", "own_to"))
    actor, member = request.member, shown.member
    if how == LATER:
        zone = member.organization.time_zone
        due_at = plans.moment(form.cleaned_data["day"], form.cleaned_data["hour"], zone)
        plans.plan(actor=actor, member=member, due_at=due_at, hand_to=hand_to, own_to=own_to)
        messages.success(request, _("%(name)s will be deactivated then.") % {"name": shown.name})
        return redirect("person", member_id=member.pk)
    if how == SUSPEND:
        return _to_receipt(request, deactivation.suspend(actor=actor, member=member, hand_to=hand_to), shown.name)
    receipt = deactivation.deactivate(actor=actor, member=member, hand_to=hand_to, own_to=own_to)
    return _to_receipt(request, receipt, shown.name)


def _to_receipt(request: MemberRequest, receipt: OffboardingReceipt, name: str) -> HttpResponse:
    words = _("%(name)s is suspended.") if receipt.kind == receipt.Kind.SUSPENDED else _("%(name)s is deactivated.")
    messages.success(request, words % {"name": name})
    if request.member.may(Permission.AUDIT_READ):
        return redirect("receipt", receipt_id=receipt.pk)
    return redirect("person", member_id=receipt.membership_id)


@requires(Permission.PEOPLE_DEACTIVATE)
@require_POST
def call_off(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """What was planned for this person does not happen."""
    shown = queries.person(request.member, member_id)
    if plans.call_off(actor=request.member, member=shown.member):
        messages.success(request, _("Called off. %(name)s stays.") % {"name": shown.name})
    return redirect("person", member_id=member_id)


@requires(Permission.PEOPLE_DEACTIVATE)
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def leave_together(request: MemberRequest) -> HttpResponse:
    """Several people at once: first who and what, then the end. Asks again who is there."""
    chosen = _chosen(request)
    if not chosen:
        messages.warning(request, _("Choose the people first."))
        return redirect("people")
    able = [one for one in chosen if _may_end(request.member, one.member)]
    if request.method == "POST" and len(able) == len(chosen):
        batch = plans.end_many(actor=request.member, members=[one.member for one in able])
        return redirect("leaving_progress", batch_id=batch)
    lines = [(one, sum(number for _t, number, _w in reading.preview(one.member)), one in able) for one in chosen]
    return render(request, "accounts/leave_together.html", {"lines": lines, "able": able})


def _chosen(request: MemberRequest) -> list[queries.Person]:
    """The people that the list of people or the page itself names."""
    wanted = set((request.POST or request.GET).getlist("people")[: plans.MOST_AT_ONCE])
    return [one for one in queries.people(request.member) if str(one.member.pk) in wanted]


def _may_end(actor: Membership, member: Membership) -> bool:
    going = member.state in {"Active", "Suspended"} and member.pk != actor.pk
    return going and roles.is_over(actor, member) and not deactivation.is_last_owner(member)


@requires(Permission.PEOPLE_DEACTIVATE)
@require_safe
def leaving_progress(request: MemberRequest, batch_id: UUID) -> HttpResponse:
    """How far the several are, with the receipt of each. The page asks again by itself until all are done."""
    progress = plans.progress(request.member, batch_id)
    template = "accounts/_leaving_progress.html" if request.htmx else "accounts/leaving_progress.html"
    return render(request, template, {"progress": progress, "may_read": request.member.may(Permission.AUDIT_READ)})
