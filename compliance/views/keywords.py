"""Settings > Opt-in > Keywords: words that opt in, their advertisements and pictures of them."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import MemberRequest, Permission, requires
from accounts.views.answers import form_page
from compliance.forms.program_forms import KeywordForm
from compliance.models import Program
from compliance.opt_in import opt_in_keywords, opt_in_texts, reading_keywords
from compliance.opt_in.opt_in_elements import Kind
from compliance.opt_in.programs import CannotChange
from compliance.views.opt_in_tabs import tabs
from texting.models import Line
from texting.phone_numbers import display
from texting.views.attachments import inert


@requires(Permission.FORMS_MANAGE)
@require_safe
def keyword_list(request: MemberRequest) -> HttpResponse:
    """Every keyword, by number."""
    context = {
        "rows": [(row, display(row.line.number)) for row in reading_keywords.keywords(request.member)],
        "tabs": tabs("keywords"),
        "has_programs": Program.objects.filter(is_active=True).exists(),
    }
    return render(request, "compliance/opt_in/keywords.html", context)


@requires(Permission.FORMS_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def new_keyword(request: MemberRequest) -> HttpResponse:
    """Make one. Without an advertisement the page comes back with our wording, to be read and changed."""
    form = KeywordForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if not data["advertisement"].strip():
            usual = _usual(request, data["program"], data["language"], data["word"], data["line"])
            form = KeywordForm(initial={**data, "advertisement": usual})
            return form_page(request, "compliance/opt_in/keyword_form.html", form, proposed=True)
        try:
            made = opt_in_keywords.make(member=request.member, line=data["line"], word=data["word"], wish=form.wish)
        except CannotChange as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Whoever texts %(word)s opts in from now on.") % {"word": made.shown})
            return redirect("keyword", made.pk)
    return form_page(request, "compliance/opt_in/keyword_form.html", form)


@requires(Permission.FORMS_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def keyword(request: MemberRequest, keyword_id: UUID) -> HttpResponse:
    """One keyword, and changing it."""
    found = reading_keywords.access_keyword(request.member, keyword_id)
    initial = {
        "program": found.program,
        "language": found.language,
        "advertisement": found.advertisement.text,
    }
    form = KeywordForm(request.POST or None, request.FILES or None, initial=initial, keyword=found)
    if request.method == "POST" and form.is_valid():
        try:
            opt_in_keywords.change(member=request.member, keyword=found, wish=form.wish)
        except CannotChange as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved. It holds for texts from now on."))
            return redirect("keyword", found.pk)
    context = {"keyword": found, "number": display(found.line.number)}
    return form_page(request, "compliance/opt_in/keyword.html", form, **context)


@requires(Permission.FORMS_MANAGE)
@require_POST
def switch_keyword(request: MemberRequest, keyword_id: UUID) -> HttpResponse:
    """Hear it, or no more."""
    found = reading_keywords.access_keyword(request.member, keyword_id)
    on = request.POST.get("on") == "1"
    opt_in_keywords.switch(member=request.member, keyword=found, on=on)
    messages.success(request, _("It is heard again.") if on else _("It is an ordinary word from now on."))
    return redirect("keyword", found.pk)


@requires(Permission.FORMS_MANAGE)
@require_safe
def keyword_image(request: MemberRequest, keyword_id: UUID) -> HttpResponse:
    """The picture of its advertisement, drawn by us."""
    image = reading_keywords.image_of(reading_keywords.access_keyword(request.member, keyword_id))
    if image is None:
        raise Http404
    return inert(bytes(image.content), image.content_type, name="")


def _usual(request: MemberRequest, program: Program, language: str, word: str, line: Line) -> str:
    return opt_in_texts.ours(
        request.member.organization,
        program,
        Kind.ADVERTISEMENT,
        language,
        keyword=word.strip().upper(),
        number=display(line.number),
    )
