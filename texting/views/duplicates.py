"""Contacts that are probably one person: the list of pairs, merging two, undoing that."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import MemberRequest, Permission, requires
from texting import queries
from texting.duplicates import choosing, finding, merging
from texting.duplicates.choosing import CannotMerge, Choice
from texting.duplicates.states import states_of
from texting.models import Contact
from texting.queries.people import contact_rows


@requires(Permission.CONTACTS_READ, Permission.CONTACTS_MERGE)
@require_safe
def duplicates(request: MemberRequest) -> HttpResponse:
    """Pairs, those with the newest contacts first; `said` names one that was just dismissed, to take that back."""
    said = _two(request.GET.get("said", ""))
    context: dict[str, Any] = {
        "may_find": finding.may_merge(request.member),
        "page": None,
        "said": said,
        "is_first": not request.GET.get("after"),
    }
    if context["may_find"]:
        context["page"] = finding.pairs(request.member, request.GET.get("after", ""))
    return render(request, "texting/duplicates/list.html", context)


@requires(Permission.CONTACTS_READ, Permission.CONTACTS_MERGE)
@require_POST
def dismiss(request: MemberRequest) -> HttpResponse:
    """They are different people; or, with `back`, that was said by mistake."""
    pair = _two(request.POST.get("pair", ""))
    if pair is None:
        messages.warning(request, _("Choose a pair from the list."))
        return redirect("duplicates")
    if request.POST.get("back"):
        finding.take_back(member=request.member, one=pair[0], other=pair[1])
        return redirect("duplicates")
    finding.dismiss(member=request.member, one=pair[0], other=pair[1])
    return redirect(f"{reverse('duplicates')}?said={pair[0]}_{pair[1]}")


@requires(Permission.CONTACTS_READ, Permission.CONTACTS_MERGE)
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: MemberRequest, contact_id: UUID, other_id: UUID) -> HttpResponse:
    """What the first of the two will have, and merging: the other one becomes a further number of it."""
    finding.access_pair(request.member, contact_id, other_id)
    error = ""
    if request.method == "POST":
        try:
            merging.merge(member=request.member, survivor=contact_id, other=other_id, choice=_choice(request))
        except CannotMerge as refused:
            error = str(refused)
        else:
            messages.success(request, _("Merged. You can undo that here for 30 days."))
            return redirect("contact", contact_id=contact_id)
    return _merge_page(request, contact_id, other_id, error)


def _merge_page(request: MemberRequest, contact_id: UUID, other_id: UUID, error: str) -> HttpResponse:
    rows = {row.pk: row for row in finding.access_pair(request.member, contact_id, other_id)}
    states = states_of(rows.values())
    shown = {row.customer.id: row for row in contact_rows(request.member, list(rows.values()))}
    context: dict[str, Any] = {
        "survivor": shown[contact_id],
        "other": shown[other_id],
        "survivor_blocked": rows[contact_id].blocked_at,
        "other_blocked": rows[other_id].blocked_at,
        "preview": choosing.preview(request.member, states[contact_id], states[other_id]),
        "left_out": set(request.POST.getlist("shown-tag")) - set(request.POST.getlist("tag")),
        "theirs": {key.removeprefix("q-") for key in request.POST if request.POST[key] == "theirs"},
        "why": finding.alike(request.member, *sorted((contact_id, other_id))),
        "error": error,
    }
    return render(request, "texting/duplicates/merge.html", context, status=422 if error else 200)


@requires(Permission.CONTACTS_READ, Permission.CONTACTS_MERGE)
@require_POST
def undo(request: MemberRequest, merge_id: UUID) -> HttpResponse:
    """Two contacts again, each as it was; with `take_off`, each as the person is now."""
    try:
        if request.POST.get("take_off"):
            made = merging.take_off(member=request.member, merge_id=merge_id)
        else:
            made = merging.undo(member=request.member, merge_id=merge_id)
    except CannotMerge as refused:
        messages.warning(request, str(refused))
        return redirect("contact", contact_id=merging.survivor_of(merge_id))
    messages.success(request, _("They are two contacts again."))
    return redirect("contact", contact_id=made.survivor_id)


def numbers_context(request: MemberRequest, contact: Contact) -> dict[str, Any]:
    """What the page of a contact says of its further numbers, and of who is probably the same person."""
    may_merge = finding.may_merge(request.member)
    now = timezone.now()
    found = merging.merges_of(contact)
    return {
        "may_merge": may_merge,
        "numbers": [
            {
                "merge": made,
                "customer": queries.customer(request.member, made.merged),
                "is_blocked": made.merged.blocked_at is not None,
                "until": merging.until(made) if made.before and merging.until(made) > now else None,
            }
            for made in found
        ],
        "alike": finding.pairs(request.member, of=contact).rows[:3] if may_merge else (),
    }


def _choice(request: MemberRequest) -> Choice:
    theirs = frozenset(
        name.removeprefix("q-") for name, value in request.POST.items() if name.startswith("q-") and value == "theirs"
    )
    try:
        shown, kept = (frozenset(map(UUID, request.POST.getlist(name))) for name in ("shown-tag", "tag"))
    except ValueError:
        raise queries.NotYours from None
    return Choice(theirs, shown - kept)


def _two(written: str) -> tuple[UUID, UUID] | None:
    one, _between, other = written.partition("_")
    try:
        return UUID(one), UUID(other)
    except ValueError:
        return None
