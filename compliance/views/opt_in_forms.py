"""Settings > Forms: list, begin, change with a preview, publish, close, put on a site."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from asgiref.sync import async_to_sync
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import MemberRequest, Permission, requires
from accounts.views.answers import form_page
from compliance.models import FormCount, OptInForm
from compliance.opt_in import form_counts
from compliance.opt_in_forms import editing, finding_words, linked_pages, publishing, reading
from compliance.opt_in_forms.asking import Written, page, written
from compliance.opt_in_forms.editing import NameTaken
from compliance.opt_in_forms.linked_pages import Unopened
from compliance.opt_in_forms.publishing import CannotPublish, NotNow
from compliance.opt_in_forms.typed import EditForm, NewForm
from compliance.opt_in_forms.words import NAMES
from tenancy.isolation import activate
from texting.attachments.kinds import FileRefused

_PLOTTED = (FormCount.Step.VIEWED, FormCount.Step.SUBMITTED, FormCount.Step.CONFIRMED)


@requires(Permission.FORMS_MANAGE)
@require_safe
def opt_in_forms(request: MemberRequest) -> HttpResponse:
    """Every form with its state and what it did in the last 30 days."""
    forms = editing.forms_of(request.member)
    totals = form_counts.totals([form.pk for form in forms])
    newest = reading.versions_by_form([form.pk for form in forms])
    rows = [(form, totals[form.pk], newest.get(form.pk)) for form in forms]
    return render(request, "compliance/opt_in_forms.html", {"rows": rows})


@requires(Permission.FORMS_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def new_opt_in_form(request: MemberRequest) -> HttpResponse:
    """Begin a form; its words are filled in."""
    form = NewForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = editing.create(actor=request.member, wish=form.wish)
        except NameTaken:
            form.add_error("name", _("Another form is called that."))
        else:
            return redirect("edit_opt_in_form", form_id=made.pk)
    return form_page(request, "compliance/new_opt_in_form.html", form)


@requires(Permission.FORMS_MANAGE)
@require_safe
def opt_in_form(request: MemberRequest, form_id: UUID) -> HttpResponse:
    """One form: where it stands, its address, its counts, its versions."""
    return _overview(request, _access(request, form_id))


@requires(Permission.FORMS_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_opt_in_form(request: MemberRequest, form_id: UUID) -> HttpResponse:
    """Change what is written; customers see it when it is published."""
    stored = _access(request, form_id)
    given = written(stored)
    if request.method != "POST":
        return _editor(request, EditForm(given=given), given)
    form = EditForm(request.POST, request.FILES, given=given)
    if not form.is_valid():
        return _editor(request, form, given)
    wish = form.wish
    try:
        if upload := form.cleaned_data["logo"]:
            wish = replace(wish, logo=editing.keep_logo(upload.read()))
        editing.save(actor=request.member, form=stored, wish=wish)
    except FileRefused:
        form.add_error("logo", _("This is no picture that can be used. Choose a PNG, JPEG, GIF or WebP under 2 MB."))
        return _editor(request, form, given)
    except NameTaken:
        form.add_error("name", _("Another form is called that."))
        return _editor(request, form, given)
    messages.success(request, _("Saved. Customers see it when you publish it."))
    return redirect("opt_in_form" if "done" in request.POST else "edit_opt_in_form", form_id=form_id)


@requires(Permission.FORMS_MANAGE)
@require_POST
def preview_opt_in_form(request: MemberRequest, form_id: UUID) -> HttpResponse:
    """What is typed, as customers would see it, with what is missing. Nothing is stored."""
    stored = _access(request, form_id)
    given = written(stored)
    form = EditForm(request.POST, given=given)
    shown = editing.as_written(stored, form.wish) if form.is_valid() else given
    if request.htmx:
        return render(request, "compliance/_form_preview.html", _preview(shown) | {"form": form})
    return _editor(request, form, written(_access(request, form_id)), shown)


@requires(Permission.FORMS_MANAGE, calls_out=True)
@require_POST
def publish_opt_in_form(request: MemberRequest, form_id: UUID) -> HttpResponse:
    """Put it before customers. The linked pages are opened first; one that does not is to be answered for."""
    here = request.member.organization
    pages_read, insists = "pages_read" in request.POST, "unopened" in request.POST
    with activate(here):
        given = written(_access(request, form_id))
        urls = linked_pages.linked(given) if pages_read and not publishing.problems(given) else []
    failed = async_to_sync(linked_pages.unopened)(urls)
    with activate(here):
        form = _access(request, form_id)
        if failed and not insists:
            return _overview(request, form, status=422, unopened=failed)
        try:
            done = publishing.publish(actor=request.member, form=form, pages_read=pages_read, unopened=failed)
        except CannotPublish:
            return _overview(request, form, status=422)
        except NotNow:
            error = _("Open both linked pages first, then tick that you did.")
            return _overview(request, form, status=422, publish_error=error)
    text = _("Version %(number)d is published.") if done.is_new else _("Nothing has changed since version %(number)d.")
    messages.success(request, text % {"number": done.version.number})
    return redirect("opt_in_form", form_id=form_id)


@requires(Permission.FORMS_MANAGE)
@require_POST
def close_opt_in_form(request: MemberRequest, form_id: UUID) -> HttpResponse:
    """Take no more sign-ups."""
    try:
        publishing.close(actor=request.member, form=_access(request, form_id))
    except NotNow:
        messages.error(request, _("This form is not published."))
    else:
        messages.success(request, _("The form is closed. Its address says so."))
    return redirect("opt_in_form", form_id=form_id)


@requires(Permission.FORMS_MANAGE)
@require_POST
def reopen_opt_in_form(request: MemberRequest, form_id: UUID) -> HttpResponse:
    """Take sign-ups again."""
    try:
        publishing.reopen(actor=request.member, form=_access(request, form_id))
    except NotNow:
        messages.error(request, _("This form has not been published yet."))
    else:
        messages.success(request, _("The form takes sign-ups again."))
    return redirect("opt_in_form", form_id=form_id)


def _access(request: MemberRequest, form_id: UUID) -> OptInForm:
    form = editing.access_form(request.member, form_id)
    if form is None:
        raise Http404
    return form


def _overview(
    request: MemberRequest,
    form: OptInForm,
    *,
    status: int = 200,
    publish_error: str = "",
    unopened: Sequence[Unopened] = (),
) -> HttpResponse:
    counted = form_counts.totals([form.pk])[form.pk]
    by_day = form_counts.by_day(form.pk)
    context = {
        "form": form,
        "given": written(form),
        "findings": [finding_words.shown(one) for one in publishing.problems(written(form))],
        "address": reading.public_address(form),
        "snippet": reading.embed_snippet(form, request.member.organization.name),
        "versions": reading.versions(form),
        "steps": [(FormCount.Step(step).label, number) for step, number in counted.items() if step != "refused"],
        "refused": counted["refused"],
        "is_any": any(counted.values()),
        "days": [date_format(day, "j M") for day in by_day],
        "by_day": [(str(FormCount.Step(step).label), [day[step] for day in by_day.values()]) for step in _PLOTTED],
        "publish_error": publish_error,
        "unopened": unopened,
    }
    return render(request, "compliance/opt_in_form.html", context, status=status)


def _editor(request: MemberRequest, form: EditForm, given: Written, shown: Written | None = None) -> HttpResponse:
    context = _preview(shown or given) | {"stored": given.form}
    return form_page(request, "compliance/edit_opt_in_form.html", form, **context)


def _preview(shown: Written) -> dict[str, object]:
    """For `_form_preview.html`."""
    return {
        "previews": [(NAMES[code], code, page(shown, code, preview=True)) for code in shown.form.languages],
        "findings": [finding_words.shown(one) for one in publishing.problems(shown)],
        "colour": shown.form.colour,
        "languages": NAMES,
    }
