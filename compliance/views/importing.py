"""Importing permissions: a list is uploaded, named, looked at, answered for, and written down while one watches."""

import json
from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Membership
from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from accounts.views.answers import form_page
from compliance.forms.import_forms import AttestForm, ColumnsForm, UploadForm
from compliance.importing import details, reading, showing, starting
from compliance.importing.reading import CannotRead
from compliance.importing.starting import Answers, CannotImport
from compliance.models import ConsentImport, Program

NEWEST = 50
State = ConsentImport.State


@requires(Permission.CONSENT_IMPORT, Permission.CONTACTS_REVEAL, Permission.CONTACTS_UNMASKED)
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: MemberRequest) -> HttpResponse:
    """The imports so far, and uploading a list."""
    posted = request.method == "POST"
    form = UploadForm(request.POST if posted else None, request.FILES if posted else None)
    if form.is_valid():
        try:
            made = starting.upload(member=request.member, name=form.cleaned_data["file"].name, raw=form.raw())
        except CannotRead as error:
            form.add_error("file", str(error))
        else:
            return redirect("consent_import", import_id=made.pk)
    rows = ConsentImport.objects.select_related("made_by__user", "program").order_by("-made_at")[:NEWEST]
    shown = [(row, showing.BADGES[State(row.state)]) for row in rows]
    return form_page(request, "compliance/imports.html", form, imports=shown)


@requires(Permission.CONSENT_IMPORT, Permission.CONTACTS_REVEAL, Permission.CONTACTS_UNMASKED)
@require_safe
def one_import(request: MemberRequest, import_id: UUID) -> HttpResponse:
    """How far it is and what can be done now; while a worker is at it, the page asks again by itself."""
    started = _started(import_id)
    if started.state == State.UPLOADED:
        return redirect("import_columns", import_id=import_id)
    may_request = request.member.may(Permission.CONSENT_REQUEST)
    return render(request, "compliance/import.html", showing.page_of(started) | {"may_request": may_request})


@requires(Permission.CONSENT_IMPORT, Permission.CONTACTS_REVEAL, Permission.CONTACTS_UNMASKED)
@require_http_methods(["GET", "HEAD", "POST"])
def name_columns(request: MemberRequest, import_id: UUID) -> HttpResponse:
    """Which column holds what, and which program it is about."""
    started = _started(import_id)
    if started.state not in (State.UPLOADED, State.CHECKED) or started.forgotten_at:
        return redirect("consent_import", import_id=import_id)
    programs = Program.objects.filter(is_active=True).order_by("name")
    only = programs[0] if len(programs) == 1 else None
    form = ColumnsForm(
        request.POST if request.method == "POST" else None,
        headings=json.loads(started.headings),
        programs=programs,
        more=details.offered_to(request.member),
        initial={
            **started.columns,
            "date_order": started.date_order,
            "program": started.program or only,
            "basis": started.basis,
            "replaces": started.replaces,
        },
    )
    if form.is_valid():
        try:
            starting.name_columns(
                member=request.member,
                started=started,
                meaning=form.meaning,
                date_order=form.cleaned_data["date_order"],
                program=form.cleaned_data["program"],
                basis=form.cleaned_data["basis"],
                replaces=bool(form.cleaned_data.get("replaces")),
            )
        except CannotImport as error:
            form.add_error(None, str(error))
        else:
            return redirect("consent_import", import_id=import_id)
    shown = {"started": started, "encoding": reading.ENCODINGS[started.encoding], "has_programs": bool(programs)}
    return form_page(request, "compliance/import_columns.html", form, **shown, sample=showing.raw_sample(started))


@requires(Permission.CONSENT_IMPORT, Permission.CONTACTS_REVEAL, Permission.CONTACTS_UNMASKED)
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def attest(request: MemberRequest, import_id: UUID) -> HttpResponse:
    """Answering for the list, which starts it."""
    started = _started(import_id)
    if started.state != State.CHECKED:
        return redirect("consent_import", import_id=import_id)
    posted = request.POST if request.method == "POST" else None
    form = AttestForm(posted, organization=request.member.organization.name, basis=started.basis)
    if form.is_valid():
        said = form.cleaned_data
        answers = Answers(said["collected_by"], said["how"], said.get("collected_on"), said.get("wording", ""))
        try:
            starting.attest(member=request.member, started=started, answers=answers)
        except CannotImport as error:
            form.add_error(None, str(error))
        else:
            return redirect("consent_import", import_id=import_id)
    boxes = [form[name] for name in form.boxes]
    shown = {"started": started, "boxes": boxes, "tally": showing.tally_of(started)}
    return form_page(request, "compliance/import_attest.html", form, **shown)


Act = Callable[[Membership, ConsentImport], None]


@requires(Permission.CONSENT_IMPORT, Permission.CONTACTS_REVEAL, Permission.CONTACTS_UNMASKED)
@require_POST
def pause(request: MemberRequest, import_id: UUID) -> HttpResponse:
    """Stop for now."""
    return _act(request, import_id, lambda member, started: starting.pause(member=member, started=started))


@requires(Permission.CONSENT_IMPORT, Permission.CONTACTS_REVEAL, Permission.CONTACTS_UNMASKED)
@fresh
@require_POST
def resume(request: MemberRequest, import_id: UUID) -> HttpResponse:
    """Go on."""
    return _act(request, import_id, lambda member, started: starting.resume(member=member, started=started))


@requires(Permission.CONSENT_IMPORT, Permission.CONTACTS_REVEAL, Permission.CONTACTS_UNMASKED)
@require_POST
def cancel(request: MemberRequest, import_id: UUID) -> HttpResponse:
    """End it here."""
    return _act(request, import_id, lambda member, started: starting.cancel(member=member, started=started))


@requires(Permission.CONSENT_IMPORT, Permission.CONTACTS_REVEAL, Permission.CONTACTS_UNMASKED)
@fresh
@require_POST
def undo(request: MemberRequest, import_id: UUID) -> HttpResponse:
    """Take back what it gave."""
    return _act(request, import_id, lambda member, started: starting.undo(member=member, started=started))


def _act(request: MemberRequest, import_id: UUID, act: Act) -> HttpResponse:
    started = _started(import_id)
    try:
        act(request.member, started)
    except CannotImport as error:
        messages.error(request, _("%(why)s") % {"why": error})
    return redirect("consent_import", import_id=import_id)


def _started(import_id: UUID) -> ConsentImport:
    found = ConsentImport.objects.select_related("made_by__user", "attested_by__user", "program", "wording")
    started = found.filter(pk=import_id).first()
    if started is None:
        raise Http404
    return started
