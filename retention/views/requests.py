"""Settings > Records > Requests: the list with its clock, a new one, one with everything that is held of its number."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.csv_cells import short_csv_file
from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from retention.certificates import is_late
from retention.erasing.asking import OPEN, TO_ERASE, changed
from retention.erasing.running import CHANGED
from retention.exporting.asking import WITH_COPY
from retention.exporting.ends import with_ends
from retention.forms.request_forms import ProofForm, ReasonForm, RequestForm
from retention.models import DataExport, Erasure, SubjectRequest
from retention.requests import opening, reading
from retention.requests.cannot_do import CannotDo
from retention.requests.parts import Who, find
from tenancy import audit
from tenancy.audit import AuditKind

_FORM = ["GET", "HEAD", "POST"]
COLUMNS = ("request", "kind", "law", "came in", "on", "last day", "state", "proof", "opened by", "closed (UTC)", "late")
_LONGEST_NUMBER = 6  # digits of a page's number
MOST_ROWS = 5000


@requires(Permission.SUBJECT_REQUESTS_MANAGE)
@require_safe
def subject_requests(request: MemberRequest) -> HttpResponse:
    """The requests of a tab (`?tab=open`), those of one number (`?q=`)."""
    tab, text, number = _asked(request)
    page, rows = reading.page_of(request.member, tab, text, number)
    names = {"open": _("Open"), "closed": _("Closed")}
    address = reverse("subject_requests")
    context = {
        "tabs": [(names[one], f"{address}?tab={one}", one == tab) for one in reading.TABS],
        "tab": tab,
        "text": text,
        "page": page,
        "rows": rows,
        "query": urlencode({"tab": tab}),
    }
    return render(request, "retention/requests/list.html", context)


@requires(Permission.SUBJECT_REQUESTS_MANAGE)
@fresh
@require_safe
def export_subject_requests(request: MemberRequest) -> HttpResponse:
    """The log of a tab as a file, without numbers."""
    tab, _text, _number = _asked(request)
    found = SubjectRequest.objects.select_related("opened_by__user")
    found = found.filter(state="open") if tab == "open" else found.exclude(state="open")
    rows = list(found.order_by("opened_at", "pk")[:MOST_ROWS])
    audit.record(event=AuditKind.SUBJECT_LOG_EXPORTED, actor=request.member, tab=tab, number=len(rows))
    cells = (_cells(reading.standing(row)) for row in rows)
    return short_csv_file(f"requests-{timezone.now():%Y-%m-%d}", COLUMNS, cells)


@requires(Permission.SUBJECT_REQUESTS_MANAGE)
@require_http_methods(_FORM)
def new_subject_request(request: MemberRequest) -> HttpResponse:
    """The form."""
    form = RequestForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        made: list[SubjectRequest] = []

        def act() -> None:
            made.append(
                opening.open_request(member=request.member, request_id=form.cleaned_data["press"], wanted=form.wanted)
            )

        if _tried(form, act):
            messages.success(request, _("It is open, and its clock runs."))
            return redirect("subject_request", made[0].pk)
    return render(request, "retention/requests/new.html", {"form": form}, status=422 if form.errors else 200)


@requires(Permission.SUBJECT_REQUESTS_MANAGE)
@require_safe
def subject_request(request: MemberRequest, subject_id: UUID) -> HttpResponse:
    """One request, with what is held of its number by kind."""
    found = reading.access(request.member, subject_id)
    return render(request, "retention/requests/one.html", _context(request, found))


@requires(Permission.SUBJECT_REQUESTS_MANAGE)
@require_http_methods(_FORM)
def prove_subject(request: MemberRequest, subject_id: UUID) -> HttpResponse:
    """How they proved who they are."""
    found = reading.access(request.member, subject_id)
    form = ProofForm(
        request.POST if request.method == "POST" else None,
        initial={"proof": found.proof, "words": reading.words_of(found, "proof_words")},
    )
    if form.is_valid():
        data = form.cleaned_data
        if _tried(
            form,
            lambda: opening.prove(member=request.member, request=found, proof=data["proof"], words=data["words"]),
        ):
            messages.success(request, _("Saved."))
            return redirect("subject_request", found.pk)
    words = (_("Proof"), _("Say how they proved that the number is theirs."), _("Save"))
    return _ask(request, found, form, words)


@requires(Permission.SUBJECT_REQUESTS_MANAGE)
@require_http_methods(_FORM)
def extend_subject_request(request: MemberRequest, subject_id: UUID) -> HttpResponse:
    """More time, once, for a reason that the person is told."""
    found = reading.access(request.member, subject_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and _tried(
        form,
        lambda: opening.extend(member=request.member, request=found, because=form.cleaned_data["reason"]),
    ):
        messages.success(request, _("Extended. Tell the person, with the reason, before the first term is over."))
        return redirect("subject_request", found.pk)
    lead = _("The law gives more time once, when the person is told why before the first term is over.")
    return _ask(request, found, form, (_("More time"), lead, _("Extend")))


@requires(Permission.SUBJECT_REQUESTS_MANAGE)
@require_http_methods(_FORM)
def close_subject_request(request: MemberRequest, subject_id: UUID) -> HttpResponse:
    """Done or refused, and what they were told."""
    found = reading.access(request.member, subject_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    form.fields["reason"].label = _("What the person was told")
    if form.is_valid() and _tried(
        form,
        lambda: opening.close(
            member=request.member,
            request=found,
            state=request.POST.get("act", ""),
            outcome=form.cleaned_data["reason"],
        ),
    ):
        messages.success(request, _("Closed. It stays in the log for 24 months."))
        return redirect("subject_request", found.pk)
    context = {"form": form, "shown": reading.shown(request.member, found)}
    return render(request, "retention/requests/close.html", context, status=422 if form.errors else 200)


def _context(request: MemberRequest, found: SubjectRequest) -> dict[str, Any]:
    is_open = found.state == SubjectRequest.State.OPEN
    erasure = Erasure.objects.select_related("asked_by__user", "decided_by__user").filter(request=found).last()
    waits = erasure is not None and erasure.state == Erasure.State.ASKED
    copies = DataExport.objects.select_related("recipient__user").filter(request=found)
    copying = copies.filter(state=DataExport.State.MAKING).exists()
    return {
        "copies": with_ends(copies),
        "me": request.member.pk,
        "at_work": copying or (erasure is not None and erasure.state == Erasure.State.RUNNING),
        "may_copy": is_open and found.kind in WITH_COPY and not copying,
        "erasure": erasure,
        "is_late": erasure is not None and not erasure.is_final and is_late(erasure.ended_at),
        "changed": changed(erasure) if erasure is not None and waits else None,
        "is_changed": erasure is not None and erasure.failure == CHANGED,
        "may_agree": waits and erasure is not None and erasure.asked_by_id != request.member.pk,
        "may_erase": is_open and found.kind in TO_ERASE and (erasure is None or erasure.state not in OPEN),
        "shown": reading.shown(request.member, found),
        "found": [] if found.erased_at else find(Who.of(found.number_index)),
        "is_open": is_open,
        "may_extend": is_open and found.extended_at is None and timezone.now() < found.due_at,
        "proved_words": reading.words_of(found, "proof_words"),
        "because": reading.words_of(found, "extended_because"),
        "outcome": reading.words_of(found, "outcome"),
    }


def _ask(request: MemberRequest, found: SubjectRequest, form: forms.Form, words: tuple[str, str, str]) -> HttpResponse:
    title, lead, act = words
    context = {"form": form, "shown": reading.shown(request.member, found), "title": title, "lead": lead, "act": act}
    return render(request, "retention/requests/ask.html", context, status=422 if form.errors else 200)


def _tried(form: forms.Form, act: Callable[[], object]) -> bool:
    """Whether it was done; what stood in the way stands on the form."""
    try:
        act()
    except CannotDo as reason:
        form.add_error(None, str(reason))
        return False
    return True


def _asked(request: MemberRequest) -> tuple[str, str, int]:
    tab, number = request.GET.get("tab", ""), request.GET.get("page", "")
    number = number if number.isascii() and number.isdigit() and len(number) <= _LONGEST_NUMBER else "1"
    return (tab if tab in reading.TABS else "open"), request.GET.get("q", "")[:40], int(number)


def _cells(row: reading.Shown) -> tuple[object, ...]:
    one = row.request
    return (
        one.pk,
        one.get_kind_display(),
        one.get_law_display(),
        one.get_channel_display(),
        one.received_on,
        f"{row.last_day:%Y-%m-%d}",
        row.label,
        one.get_proof_display(),
        one.opened_by.user.name,
        one.closed_at.isoformat(timespec="seconds") if one.closed_at else "",
        "yes" if row.is_late else "no",
    )
