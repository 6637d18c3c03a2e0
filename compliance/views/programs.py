"""Settings > Opt-in: the programs that customers opt in to, their wordings, and how consent is read."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import MemberRequest, Permission, requires
from accounts.views.answers import form_page
from compliance.forms import program_forms
from compliance.forms.program_forms import ProgramForm, RulesForm, WordsForm, initial_of
from compliance.ledger import consent
from compliance.models import Program, ProgramText
from compliance.opt_in import opt_in_texts, programs, reading_programs
from compliance.opt_in.opt_in_elements import Kind
from compliance.opt_in.programs import ELEMENT_NAMES, CannotChange
from compliance.views.opt_in_tabs import tabs
from texting.segments import count

LANGUAGES = dict(program_forms.LANGUAGES)


@requires(Permission.FORMS_MANAGE)
@require_safe
def program_list(request: MemberRequest) -> HttpResponse:
    """Every program."""
    context = {"rows": reading_programs.programs(request.member), "tabs": tabs("programs")}
    return render(request, "compliance/opt_in/programs.html", context)


@requires(Permission.FORMS_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def new_program(request: MemberRequest) -> HttpResponse:
    """Make one."""
    form = ProgramForm(request.POST if request.method == "POST" else None, initial={"scope": Program.Scope.MARKETING})
    if form.is_bound and form.is_valid():
        try:
            made = programs.make(member=request.member, wish=form.wish)
        except CannotChange as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("%(name)s takes opt-ins now.") % {"name": made.name})
            return redirect("program", made.pk)
    return form_page(request, "compliance/opt_in/program_form.html", form)


@requires(Permission.FORMS_MANAGE)
@require_safe
def program(request: MemberRequest, program_id: UUID) -> HttpResponse:
    """One program with its texts."""
    found = reading_programs.access_program(request.member, program_id)
    own = {(row.kind, row.language): row.text for row in ProgramText.objects.filter(program=found)}
    kinds = [(kind, label) for kind, label in ProgramText.Kind.choices if kind != "question" or found.double_opt_in]
    texts = [
        (label, kind, language, name, own.get((kind, language)), _usual(request, found, kind, language))
        for kind, label in kinds
        for language, name in LANGUAGES.items()
    ]
    context = {
        "program": found,
        "texts": texts,
        "subscribers": reading_programs.subscribers_of().get(found.pk, 0),
        "used": programs.is_used(found),
    }
    return render(request, "compliance/opt_in/program.html", context)


@requires(Permission.FORMS_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def change_program(request: MemberRequest, program_id: UUID) -> HttpResponse:
    """Change one."""
    found = reading_programs.access_program(request.member, program_id)
    form = ProgramForm(request.POST if request.method == "POST" else None, initial=initial_of(found))
    if form.is_bound and form.is_valid():
        try:
            changed = programs.change(member=request.member, program=found, wish=form.wish)
        except CannotChange as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved.") if changed else _("As before."))
            return redirect("program", found.pk)
    return form_page(request, "compliance/opt_in/program_form.html", form, program=found)


@requires(Permission.FORMS_MANAGE)
@require_POST
def switch_program(request: MemberRequest, program_id: UUID) -> HttpResponse:
    """Let it take opt-ins, or no more."""
    found = reading_programs.access_program(request.member, program_id)
    on = request.POST.get("on") == "1"
    programs.switch(member=request.member, program=found, on=on)
    messages.success(request, _("It takes opt-ins again.") if on else _("It takes no more opt-ins."))
    return redirect("program", found.pk)


@requires(Permission.FORMS_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def program_words(request: MemberRequest, program_id: UUID, text_kind: str, language: str) -> HttpResponse:
    """An own wording of one text in one language; while it is typed, what it lacks and how long it is."""
    found = reading_programs.access_program(request.member, program_id)
    if text_kind not in set(Kind) or language not in LANGUAGES:
        raise Http404
    kind = Kind(text_kind)
    text = opt_in_texts.own(found, kind, language) or _usual(request, found, kind, language)
    form = WordsForm(request.POST if request.method == "POST" else None, initial={"text": text})
    if form.is_bound:
        text = request.POST.get("text", "")[: WordsForm.base_fields["text"].max_length]  # type: ignore[attr-defined]
    context = {
        "program": found,
        "kind": ProgramText.Kind(kind).label,
        "language_name": LANGUAGES[language],
        "usual": _usual(request, found, kind, language),
        "text": text,
        "count": count(text),
        "lacks": [ELEMENT_NAMES[e] for e in programs.lacks(request.member.organization, found, kind, text)],
    }
    if request.htmx and request.htmx.target == "checked":
        return render(request, "compliance/opt_in/_checked.html", context)
    if form.is_bound and form.is_valid():
        try:
            programs.word(member=request.member, program=found, kind=kind, language=language, text=text)
        except CannotChange as error:
            form.add_error("text", str(error))
        else:
            messages.success(request, _("Saved. Customers read it from now on."))
            return redirect("program", found.pk)
    return form_page(request, "compliance/opt_in/words.html", form, **context)


@requires(Permission.FORMS_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def consent_rules(request: MemberRequest) -> HttpResponse:
    """Whether a STOP to one team's line ends the texts of all."""
    on = consent.revokes_all()
    form = RulesForm(request.POST if request.method == "POST" else None, initial={"revoke_all": on})
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        try:
            changed = programs.set_revoke_all(member=request.member, on=data["revoke_all"], reason=data["reason"])
        except CannotChange as error:
            form.add_error("reason", str(error))
        else:
            messages.success(request, _("Saved. It holds from the next STOP on.") if changed else _("As before."))
            return redirect("consent_rules")
    return form_page(request, "compliance/opt_in/rules.html", form, on=on, tabs=tabs("rules"))


def _usual(request: MemberRequest, found: Program, kind: str, language: str) -> str:
    return opt_in_texts.ours(request.member.organization, found, Kind(kind), language)
