"""Settings > Templates: begin one, change one, and how it would read while it is typed."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import MemberRequest, requires
from accounts.views.answers import form_page
from compliance.content_types.catalogue import CATALOGUE
from compliance.content_types.kinds import ContentType
from compliance.content_types.rules import linked
from compliance.forms.template_forms import TemplateForm, bodies_of
from compliance.message_templates import writing
from compliance.message_templates.checking import LANGUAGES, LONGEST, Weight, against, judge_all
from compliance.message_templates.placeholders import PLACEHOLDERS, Source
from compliance.message_templates.reach import OF_TEMPLATES
from compliance.message_templates.writing import (
    Flawed,
    NameTaken,
    NeedsSecond,
    NotNow,
    Overtaken,
    ShortcutTaken,
    TooMany,
    state_of,
)
from compliance.models import MessageTemplate
from compliance.views.templates import access_to_change, too_many
from texting.fields.reading import fields_for

PAGE = "compliance/templates/edit.html"


@requires(any_of=OF_TEMPLATES)
@require_http_methods(["GET", "HEAD", "POST"])
def new_template(request: MemberRequest) -> HttpResponse:
    """Begin one from nothing."""
    return _edit(request, None)


@requires(any_of=OF_TEMPLATES)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_template(request: MemberRequest, template_id: UUID) -> HttpResponse:
    """Change what is written; colleagues use what was published last until it is published anew."""
    return _edit(request, access_to_change(request, template_id))


@requires(any_of=OF_TEMPLATES)
@require_POST
def preview(request: MemberRequest) -> HttpResponse:
    """What is typed, with sample values, its size and what speaks against it. Nothing is stored."""
    shown = _shown(
        request.POST.get("type", ""),
        {code: request.POST.get(f"body_{code}", "")[: 4 * LONGEST] for code in LANGUAGES},
        request.POST.get("fallback", ""),
    )
    return render(request, "compliance/templates/_preview.html", shown)


def _edit(request: MemberRequest, given: MessageTemplate | None) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = TemplateForm(data, member=request.member, given=given)
    if form.is_valid():
        saved = _saved(request, form, given)
        if saved is not None:
            return saved
    value = form.data.get if form.is_bound else form.initial.get
    written = {code: value(f"body_{code}") or "" for code in LANGUAGES}
    context = _shown(value("type") or "", written, value("fallback") or "")
    context["placeholder_groups"] = [
        [one for one in PLACEHOLDERS.values() if one.source is source] for source in Source
    ]
    context["contact_fields"] = [f"{{field:{field.name}}}" for field in fields_for(request.member)]
    return form_page(request, PAGE, form, given=given, seen=state_of(given) if given else "", **context)


def _saved(request: MemberRequest, form: TemplateForm, given: MessageTemplate | None) -> HttpResponse | None:
    """Where to go on; None when the form says why not."""
    wish, actor = form.wish, request.member
    if "publish" in request.POST:
        judged = judge_all(wish.type, tuple(wish.bodies), wish.bodies, domains=linked())
        flaws = against(judged, Weight.NEVER, Weight.BEFORE)
        flaws = [*flaws, *writing.unseen_fields(actor, wish.bodies)]
        if flaws:
            form.refuse(flaws)
            return None
    try:
        template = (
            writing.save(actor=actor, template=given, wish=wish, seen=request.POST.get("seen", ""))
            if given
            else writing.create(actor=actor, wish=wish)
        )
        if "publish" in request.POST:
            _publish(request, template)
        else:
            messages.success(request, _said_of(template))
        return redirect("message_template", template_id=template.pk)
    except Flawed as refused:
        form.refuse(refused.flaws)
    except NameTaken:
        form.add_error("name", _("Another template is called that."))
    except ShortcutTaken:
        form.add_error("shortcut", _("Another template has this shortcut."))
    except TooMany as too:
        form.add_error(None, too_many(too))
    except Overtaken:
        form.add_error(
            None, _("A colleague changed it meanwhile. Saved once more, your words take the place of theirs.")
        )
    except NotNow:
        form.add_error(None, _("This template was archived meanwhile. Put it back, then change it."))
    return None


def _said_of(template: MessageTemplate) -> str:
    if template.owner_id is not None:
        return _("Saved. You can use it when it is published.")
    return _("Saved. Colleagues use it when you publish it.")


def _publish(request: MemberRequest, template: MessageTemplate) -> None:
    """Or have a second person do it, where the organization wants that."""
    try:
        made = writing.publish(actor=request.member, template=template)
    except NeedsSecond:
        writing.ask(actor=request.member, template=template)
        messages.success(request, _("It waits for somebody else to read and publish it."))
    else:
        messages.success(request, _("Version %(number)d is published.") % {"number": made.number})


def _shown(type: str, written: dict[str, str], first: str) -> dict[str, object]:
    """For `_preview.html`."""
    kind = ContentType(type) if type in set(ContentType) else ContentType.REPLY
    bodies = bodies_of(written, first if first in LANGUAGES else "en")
    judged = judge_all(kind, tuple(bodies), bodies, domains=linked())
    flaws = against(judged, Weight.NEVER, Weight.BEFORE)
    return {"judged": judged, "against": flaws, "entry": CATALOGUE[kind], "languages": LANGUAGES}
