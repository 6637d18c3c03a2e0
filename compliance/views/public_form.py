"""The page on which anybody opts in: no account, no cookie, no script, nothing of a third party.

It may stand in a frame on the sites that its form lists and nowhere else. It is exempt from Django's CSRF check, which
needs a cookie; `compliance.opt_in_forms.tokens` says why a signed token does as well here.
"""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from accounts.origins import client_address, network_of
from accounts.permissions import public
from compliance.models import FormLogo, FormVersion, OptInForm
from compliance.opt_in import form_counts
from compliance.opt_in.form_counts import Step
from compliance.opt_in_forms import submitting, tokens
from compliance.opt_in_forms.asking import FIELDS, with_ticks
from compliance.opt_in_forms.publishing import newest_version
from compliance.opt_in_forms.submitting import Problem, Sent
from compliance.opt_in_forms.words import NAMES, WORDS
from tenancy.isolation import activate
from tenancy.models import Organization
from texting.models import Line

State = OptInForm.State
_AT_THE_NUMBER = (Problem.NUMBER_MISSING, Problem.NUMBER_BAD, Problem.NUMBER_COUNTRY)


@public
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def public_form(request: HttpRequest, form_key: str) -> HttpResponse:
    """The form, and taking what is sent with it."""
    form_id, organization = _owner(form_key)
    network = network_of(client_address(request))
    if request.method != "POST":
        counted = request.method == "GET" and submitting.counts_views(network)
        with activate(organization):
            form, version = _shown(form_id)
            page = _page(request, form_key, form, version)
            if counted and page.status_code == 200:
                form_counts.count(form.pk, Step.VIEWED)
            return page
    sent = _sent(request, form_key, network)
    if wait := submitting.hold_back(form_id, sent):
        with activate(organization):
            page = _page(request, form_key, *_shown(form_id), sent=sent, problems=(Problem.TOO_MANY,), status=429)
        page["Retry-After"] = str(wait)
        return page
    return _take(request, form_key, form_id, organization, sent)


@public
@require_safe
def form_thanks(request: HttpRequest, form_key: str) -> HttpResponse:
    """The same for everybody, whatever became of what they sent."""
    form_id, organization = _owner(form_key)
    with activate(organization):
        _form, version = _shown(form_id)
        language = _language(request, version)
        thanks = version.texts[language].get("thanks", "").strip()
        context = _frame(organization, form_key, version, language) | {"thanks": thanks}
        return _guarded(render(request, "compliance/form_thanks.html", context), version)


@public
@require_safe
def form_logo(request: HttpRequest, form_key: str, logo_id: UUID) -> HttpResponse:
    """A picture that is or was on the form. It never changes."""
    form_id, organization = _owner(form_key)
    with activate(organization):
        _shown(form_id, drafts=True)
        logo = FormLogo.objects.filter(pk=logo_id).first()
        if logo is None:
            raise Http404
        response = HttpResponse(bytes(logo.content), content_type=logo.type)
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


@public
@require_safe
def form_colour(request: HttpRequest, form_key: str) -> HttpResponse:
    """The company's colour as a style sheet, since the page allows no style of its own."""
    form_id, organization = _owner(form_key)
    with activate(organization):
        _form, version = _shown(form_id)
        colour = version.look["colour"]
    sheet = f":root {{ --form-colour: {colour}; --form-letters: #fff; }}\n" if colour else ""
    return HttpResponse(sheet, content_type="text/css; charset=utf-8")


def _take(request: HttpRequest, form_key: str, form_id: UUID, organization: Organization, sent: Sent) -> HttpResponse:
    number = submitting.read_number(sent.number, organization.country)
    known = not isinstance(number, Problem)
    with activate(organization):
        form, version = _shown(form_id)
        if form.state != State.PUBLISHED or not submitting.takes_sign_ups(version):
            return _page(request, form_key, form, version)
        answer = submitting.judge(form, version, sent, number)
        if answer.problems:
            submitting.refuse(form)
            return _page(request, form_key, form, version, sent=sent, problems=answer.problems, status=422)
    assert sent.shown is not None and not isinstance(number, Problem)  # noqa: S101, PT018 - judged
    if known and not sent.trap and not submitting.is_repeated(form_id, number):
        with activate(organization):
            submitting.take(version, sent, number)
    else:
        with activate(organization):
            submitting.refuse(form)
    address = reverse("form_thanks", args=[form_key])
    response = HttpResponse(status=303, headers={"Location": f"{address}?lang={sent.shown.language}"})
    return _guarded(response, version)


def _owner(form_key: str) -> tuple[UUID, Organization]:
    found = submitting.owner_of(form_key)
    if found is None:
        raise Http404
    return found


def _shown(form_id: UUID, *, drafts: bool = False) -> tuple[OptInForm, FormVersion]:
    """The form and what was published of it last; 404 for a draft."""
    form = OptInForm.objects.filter(pk=form_id).first()
    version = newest_version(form) if form else None
    if form is None or version is None:
        if form is not None and drafts:
            return form, FormVersion(form=form)
        raise Http404
    version.form = form
    return form, version


def _language(request: HttpRequest, version: FormVersion) -> str:
    """The one that was chosen, else the browser's, else the form's first."""
    chosen = request.GET.get("lang", "")
    header = [part.strip()[:2].lower() for part in request.headers.get("Accept-Language", "")[:200].split(",")]
    offered = list(version.pages)
    first = version.form.languages[0] if version.form.languages[:1] and version.form.languages[0] in offered else ""
    wanted = (chosen, *header, first, *offered)
    return str(next(language for language in wanted if language in version.pages))


def _sent(request: HttpRequest, form_key: str, network: str) -> Sent:
    data = request.POST
    return Sent(
        number=data.get("number", "")[:200],
        name=" ".join(data.get("name", "")[:500].split()),
        agreed=frozenset(data.getlist("agree")[:50]),
        shown=tokens.read(data.get("shown", "")),
        trap=data.get("website", ""),
        address=client_address(request),
        network=network,
        browser=request.headers.get("User-Agent", ""),
        url=reverse("public_form", args=[form_key]),
    )


def _page(
    request: HttpRequest,
    form_key: str,
    form: OptInForm,
    version: FormVersion,
    *,
    sent: Sent | None = None,
    problems: tuple[Problem, ...] = (),
    status: int = 200,
) -> HttpResponse:
    """The form with what was typed; 410 with a sentence when it takes nobody."""
    language = sent.shown.language if sent and sent.shown and sent.shown.language in version.pages else ""
    language = language or _language(request, version)
    context = _frame(form.organization, form_key, version, language)
    if form.state != State.PUBLISHED or not submitting.takes_sign_ups(version):
        return _guarded(render(request, "compliance/form_closed.html", context, status=410), version)
    stale = Problem.CHANGED in problems or Problem.EXPIRED in problems
    values = {box["program"] for box in version.boxes}
    ticked = sent.agreed & values if sent and not stale else frozenset()
    before, _, after = with_ticks(version.pages[language], ticked).partition(FIELDS)
    words = WORDS[language]
    referrer = sent.shown.referrer if sent and sent.shown else request.headers.get("Referer", "")
    visit = sent.shown.visit if sent and sent.shown else ""
    context |= {
        "before": before,
        "after": after,
        "sent": sent,
        "asks_name": version.look["asks_name"],
        "number_error": next((words[one] for one in problems if one in _AT_THE_NUMBER), ""),
        "name_error": words["name_bad"] if Problem.NAME_BAD in problems else "",
        "problems": [(words[one], _TO.get(one, "agree-1")) for one in problems],
        "shown": tokens.sign(
            form_id=form.pk, version=version.number, language=language, referrer=referrer, visit=visit
        ),
    }
    return _guarded(render(request, "compliance/public_form.html", context, status=status), version)


_TO = {**dict.fromkeys(_AT_THE_NUMBER, "number"), Problem.NAME_BAD: "name"}


def _frame(organization: Organization, form_key: str, version: FormVersion, language: str) -> dict[str, object]:
    words = WORDS[language]
    line = Line.objects.get(pk=version.look["line"])
    return {
        "brand": organization.name,
        "form_key": form_key,
        "language": language,
        "languages": [(code, NAMES[code]) for code in version.pages] if len(version.pages) > 1 else [],
        "words": words | {name: words[name].format(line=line.number, brand=organization.name) for name in _FILLED},
        "title": version.texts[language]["title"],
        "coloured": bool(version.look["colour"]),
        "asks_yes": version.look["asks_yes"],
    }


_FILLED = ("start", "closed")


def _guarded(response: HttpResponse, version: FormVersion) -> HttpResponse:
    """Who may frame it; nothing from elsewhere; no address of ours to whom it links; nothing kept."""
    origins = version.look["origins"]
    framers = " ".join(origins) or "'none'"
    response["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        f"frame-ancestors {framers}"
    )
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store"
    response.xframe_options_exempt = bool(origins)
    return response
