"""Settings > Templates: the list, the library, and one template with its history."""

from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.csv_cells import csv_file
from accounts.models import Membership, Team
from accounts.permissions import MemberRequest, Permission, requires
from compliance.content_types.catalogue import CATALOGUE
from compliance.content_types.kinds import ContentType
from compliance.content_types.rules import linked
from compliance.forms.template_forms import TemplatesForm
from compliance.message_templates import left_behind, library, reach, reading, writing
from compliance.message_templates.checking import LANGUAGES, Weight, against, judge_all
from compliance.message_templates.outcomes import by_colleague, outcome_of
from compliance.message_templates.reach import OF_TEMPLATES
from compliance.message_templates.reading import STATE_WORDS
from compliance.message_templates.writing import TooMany
from compliance.models import MessageTemplate
from tenancy import audit
from tenancy.audit import AuditKind

OUTCOME_COLUMNS = ("colleague", "used", "edited", "sent", "delivered", "answered", "opted out")
COLUMNS = (
    "template",
    "name",
    "type",
    "team",
    "person",
    "shortcut",
    "version",
    "state",
    "language",
    "body",
    "changed (UTC)",
    "by",
)


@requires(any_of=OF_TEMPLATES)
@require_safe
def message_templates(request: MemberRequest) -> HttpResponse:
    """The list, by name."""
    form = TemplatesForm(request.GET, member=request.member)
    wanted = form.wanted()
    query = _query(request)
    address = reverse("message_templates")
    narrowed = {name: value for name, value in query.items() if name != "state"}
    tabs = [
        (words, f"{address}?{urlencode({**narrowed, 'state': state.value})}", state is wanted.state, "")
        for state, words in STATE_WORDS.items()
    ]
    rows = [(row, CATALOGUE[ContentType(row.type)].label) for row in reading.listed(request.member, wanted)]
    context = {"rows": rows, "form": form, "tabs": tabs, "narrowed": bool(narrowed), "query": urlencode(query)}
    manages = request.member.may(Permission.TEMPLATES_MANAGE)
    context |= {"languages": LANGUAGES, "manages": manages}
    context |= {"second": reach.wants_second(own=False), "second_for_own": reach.wants_second(own=True)}
    context["may_rule"] = manages and request.member.may(Permission.ORGANIZATION_MANAGE)
    if context["may_rule"] and (left := left_behind.left_behind()):
        context |= {"left": left, "takers": left_behind.takers(), "teams": Team.objects.order_by("name")}
    return render(request, "compliance/templates/list.html", context)


@requires(any_of=OF_TEMPLATES)
@require_safe
def export(request: MemberRequest) -> StreamingHttpResponse:
    """What the filter shows, a line for each language (RFC 4180, UTF-8). Itself in the log.

    But what is a colleague's own: whoever approves it reads it while it waits, and takes no copy of it away.
    """
    wanted = TemplatesForm(request.GET, member=request.member).wanted()
    rows = reading.listed(request.member, wanted, among=reach.manageable)
    audit.record(event=AuditKind.TEMPLATES_EXPORTED, actor=request.member, count=len(rows))
    name = f"templates-{request.member.organization.slug}-{timezone.now():%Y-%m-%d}"
    return csv_file(name, COLUMNS, [[_cells(row, language) for row in rows for language in row.languages]])


@requires(any_of=OF_TEMPLATES)
@require_safe
def library_page(request: MemberRequest) -> HttpResponse:
    """What ships with Parley, by type; `type` in the address leaves one."""
    chosen = request.GET.get("type", "")
    found = {type: library.examples([type]) for type in ContentType}
    shown = [(CATALOGUE[type], rows) for type, rows in found.items() if rows and chosen in ("", type.value)] or [
        (CATALOGUE[type], rows) for type, rows in found.items() if rows
    ]
    address = reverse("template_library")
    tabs = [(_("All"), address, len(shown) > 1, "")] + [
        (CATALOGUE[type].label, f"{address}?type={type.value}", chosen == type.value, "")
        for type, rows in found.items()
        if rows
    ]
    context = {"groups": shown, "tabs": tabs, "languages": LANGUAGES, "version": library.version()}
    context["manages"] = request.member.may(Permission.TEMPLATES_MANAGE)
    return render(request, "compliance/templates/library.html", context)


@requires(any_of=OF_TEMPLATES)
@require_safe
def message_template(request: MemberRequest, template_id: UUID) -> HttpResponse:
    """One template: how it reads, what speaks against it, its versions with what each changed."""
    return overview(request, access(request, template_id))


@requires(any_of=OF_TEMPLATES)
@require_safe
def export_outcome(request: MemberRequest, template_id: UUID) -> StreamingHttpResponse:
    """What came of it by colleague, as far as the member sees their figures (RFC 4180, UTF-8). Itself in the log."""
    template = access_to_change(request, template_id)
    rows = by_colleague(template, request.member)
    audit.record(event=AuditKind.TEMPLATES_EXPORTED, actor=request.member, object=template, count=len(rows))
    cells = [(name, one.used, one.edited, one.sent, one.delivered, one.answered, one.opted_out) for name, one in rows]
    return csv_file(f"template-{template.pk}-{timezone.now():%Y-%m-%d}", OUTCOME_COLUMNS, [cells])


def access(request: MemberRequest, template_id: UUID) -> MessageTemplate:
    """One that the member may look at. Raises Http404 for every other."""
    found = reach.find(request.member, template_id)
    if found is None:
        raise Http404
    return found


def access_to_change(request: MemberRequest, template_id: UUID) -> MessageTemplate:
    """One that the member may change. Raises Http404 for every other, also for one they only approve."""
    found = access(request, template_id)
    if not _is_theirs(request.member, found):
        raise Http404
    return found


def too_many(error: TooMany) -> str:
    """What keeps another one from being made."""
    return _("There are %(most)d templates. Archive some first.") % {"most": error.most}


def _is_theirs(member: Membership, template: MessageTemplate) -> bool:
    return template.owner_id in {None, member.pk}


def overview(request: MemberRequest, template: MessageTemplate, *, status: int = 200) -> HttpResponse:
    """The page of one template."""
    judged = judge_all(ContentType(template.type), template.languages, template.bodies, domains=linked())
    may_change = _is_theirs(request.member, template)
    context = {
        "template": template,
        "seen": writing.state_of(template),
        "entry": CATALOGUE[ContentType(template.type)],
        "judged": judged,
        "against": against(judged, Weight.NEVER, Weight.BEFORE),
        "languages": LANGUAGES,
        "second": reach.wants_second(own=template.owner_id is not None),
        "may_change": may_change,
        "may_propose": template.owner_id == request.member.pk and template.archived_at is None,
        "teams": reach.teams_for(request.member),
        "manages": request.member.may(Permission.TEMPLATES_MANAGE),
        "may_approve": request.member.pk not in {template.asked_by_id, template.changed_by_id},
    }
    if may_change:  # whoever only approves reads what waits, and nothing else of what is a colleague's own
        context |= _past(request.member, template)
    return render(request, "compliance/templates/template.html", context, status=status)


def _past(member: Membership, template: MessageTemplate) -> dict[str, object]:
    """Its versions, and what came of them."""
    outcome = outcome_of(template)
    return {
        "changes": list(reading.changes(template)),
        "outcome": outcome,
        "by_language": [(LANGUAGES.get(code, code), one) for code, one in outcome.languages],
        "by_colleague": by_colleague(template, member),
    }


def _query(request: MemberRequest) -> dict[str, str]:
    return {name: request.GET[name] for name in ("state", "q", "type", "team", "whose") if request.GET.get(name)}


def _cells(row: MessageTemplate, language: str) -> tuple[object, ...]:
    state = "archived" if row.archived_at else "draft" if row.has_changes else "published"
    team, owner = row.team.name if row.team else "", row.owner.user.name if row.owner else ""
    changed = row.changed_at.isoformat(timespec="seconds")
    shown = (row.pk, row.name, row.type, team, owner, row.shortcut, row.version, state, language)
    return (*shown, row.bodies.get(language, ""), changed, row.changed_by.user.name)
