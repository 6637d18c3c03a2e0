"""The public side of single sign-on: the door, the way to the provider, and where its answers arrive."""

from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.entrance import safe_next
from accounts.forms import SsoDoorForm
from accounts.known_devices import note_sign_in
from accounts.models import Membership, RequestKind, SamlProvider, SsoDoor
from accounts.origins import origin_of, remember_browser
from accounts.permissions import public
from accounts.saml import asking, attempts, doors, entering, logout, receiving
from accounts.saml.logout import Posted
from accounts.saml.provider_metadata import our_metadata
from accounts.saml.sending import Departure
from accounts.saml.trust import trust_of
from accounts.sessions import SessionStore, end_session
from accounts.views.answers import form_page
from tenancy.isolation import activate
from tenancy.rates import spend

LARGEST_REQUEST = 400_000  # bytes: 256 kB of base64 with its percent signs
ASKED_A_MINUTE, ANSWERED_A_MINUTE = 600, 600  # of one network at one door: a whole company sits behind one address
COOKIE_SECONDS = 600
POSTING_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; manifest-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action {schemes}"
)


@public
@require_http_methods(["GET", "HEAD", "POST"])
def sso_door(request: HttpRequest) -> HttpResponseBase:
    """Asks for an e-mail address and leads to its organization's provider. Whether anybody has the address is not
    looked up: the answer depends on what stands behind the @ only.
    """
    page = "accounts/sso_door.html"
    next_path = safe_next(request, request.GET.get("next"))
    form = SsoDoorForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return form_page(request, page, form, next_path=next_path)
    door = doors.door_for(form.cleaned_data["email"])
    if door is None:
        form.add_error("email", SsoDoorForm.NOT_HERE)
        return form_page(request, page, form, next_path=next_path)
    return leave_to(request, _with_next(reverse("sso_start", args=[door.slug]), next_path))


@public
@require_safe
def sso_start(request: HttpRequest, door: str) -> HttpResponseBase:
    """An organization's own sign-in address: on to its provider."""
    found = _door(door)
    if not found.is_on:
        raise Http404
    origin = origin_of(request)
    if not spend(f"sso ask {found.pk} {origin.network}", limit=ASKED_A_MINUTE, per_seconds=60).allowed:
        return _too_often(request)
    kind, member = RequestKind.SIGN_IN, None
    signed_in = getattr(request, "member", None)
    if isinstance(signed_in, Membership) and signed_in.organization_id == found.organization_id:
        if "again" not in request.GET:
            return redirect(safe_next(request, request.GET.get("next")) or "home")
        kind, member = RequestKind.AGAIN, signed_in
    return ask_provider(request, found, kind, member=member, next_path=safe_next(request, request.GET.get("next")))


@csrf_exempt  # the provider's page sends the browser here; its signature is the permission
@public
@require_POST
def sso_acs(request: HttpRequest, door: str) -> HttpResponseBase:
    """Where the browser brings the provider's response (HTTP-POST binding)."""
    found = _door(door)
    origin = origin_of(request)
    if not spend(f"sso answer {found.pk} {origin.network}", limit=ANSWERED_A_MINUTE, per_seconds=60).allowed:
        return _too_often(request)
    written = _written(request)
    cookie = request.COOKIES.get(settings.SAML_COOKIE_NAME, "")
    outcome = receiving.receive(door=found, written=written, cookie=cookie, origin=origin)
    asked = outcome.request
    if asked is not None and asked.kind == RequestKind.TEST:
        return redirect("sso_test_result", asked_id=asked.pk)
    if outcome.identity is None or outcome.assertion is None or outcome.provider is None:
        return refused_page(request, outcome.reference)
    next_path = safe_next(request, asked.return_path if asked else "")
    entered = entering.enter(
        store=SessionStore.of(request),
        identity=outcome.identity,
        assertion=outcome.assertion,
        provider=outcome.provider,
        origin=origin,
        next_path=next_path,
    )
    if asked is not None and asked.session_id:
        end_session(asked.session_id, outcome.identity.membership_id)
    response = redirect((next_path or "home") if entered else "second_factor")
    if entered:
        user = outcome.identity.membership.user
        note_sign_in(user=user, browser_id=remember_browser(request, response, user.pk), origin=origin)
    return response


@csrf_exempt  # as above
@public
@require_http_methods(["GET", "HEAD", "POST"])
def sso_logout(request: HttpRequest, door: str) -> HttpResponseBase:
    """The provider asks us to end a session, or answers that it has ended its own."""
    found = _door(door)
    origin = origin_of(request)
    if not spend(f"sso answer {found.pk} {origin.network}", limit=ANSWERED_A_MINUTE, per_seconds=60).allowed:
        return _too_often(request)
    came: str | Posted | None = request.META.get("QUERY_STRING", "")
    answered = "SAMLResponse" in request.GET
    if request.method == "POST":
        written = _written(request, "SAMLRequest")
        came = Posted(written[0], request.POST.get("RelayState", "")) if written and len(written) == 1 else None
        answered = written is not None and "SAMLResponse" in request.POST
    if answered:
        return redirect("sign_in")  # it ended here before the provider was told
    outcome = receiving.receive_logout(door=found, came=came, origin=origin)
    if outcome.reason:
        return refused_page(request, outcome.reference)
    return depart(request, outcome.go_to) if outcome.go_to else redirect("sign_in")


@public
@require_safe
def sso_metadata(request: HttpRequest, door: str) -> HttpResponse:
    """What the provider needs to know about us; public by its nature."""
    found = _door(door)
    with activate(found.organization_id):
        xml = our_metadata(found, SamlProvider.objects.first())
    response = HttpResponse(xml, content_type="application/samlmetadata+xml")
    response["Content-Disposition"] = 'attachment; filename="parley-metadata.xml"'
    return response


def ask_provider(
    request: HttpRequest, door: SsoDoor, kind: RequestKind, *, member: Membership | None = None, next_path: str = ""
) -> HttpResponseBase:
    """A new question; the browser goes to the provider with it. Raises Http404 without a provider."""
    with activate(door.organization_id):
        provider = SamlProvider.objects.first()
        if provider is None:
            raise Http404
        row = SessionStore.of(request).row
        question = asking.ask(
            trust_of(door, provider),
            kind=kind,
            cookie=request.COOKIES.get(settings.SAML_COOKIE_NAME, ""),
            return_path=next_path,
            member=member,
            session_id=row.pk if member is not None and row is not None else None,
        )
    response = depart(request, question.way)
    set_browser_cookie(response, question.browser)
    return response


def ask_again_address(member: Membership, next_path: str) -> str:
    """Where a member without a factor of ours confirms who they are: at the provider, which asks again."""
    door = doors.door_of(member.organization_id)
    return f"{reverse('sso_start', args=[door.slug])}?{urlencode({'again': 1, 'next': next_path})}"


def sso_logout_way(store: SessionStore, member: Membership | None) -> Departure | None:
    """Where the browser is sent after it was signed out here; None when the provider need not be told."""
    signed_in = store.signed_in
    if member is None or signed_in is None or not signed_in.sso:
        return None
    with activate(member.organization_id):
        return logout.told_provider(doors.door_of(member.organization_id), signed_in.sso)


def set_browser_cookie(response: HttpResponseBase, value: str) -> None:
    """The answer comes by a POST from another site, so the cookie must come along: SameSite=None, which browsers take
    with Secure only. Without https (a local system) it says nothing about SameSite (`docs/decisions/0040-saml.md`).
    """
    secure = not settings.LOCAL
    response.set_cookie(
        settings.SAML_COOKIE_NAME,
        value,
        max_age=COOKIE_SECONDS,
        secure=secure,
        httponly=True,
        samesite="None" if secure else None,
    )


def depart(request: HttpRequest, way: Departure) -> HttpResponseBase:
    """The browser takes a message of ours to the provider: by its address, or by a form that sends itself."""
    if not way.fields:
        return leave_to(request, way.address) if request.method == "POST" else redirect(way.address)
    response = render(request, "accounts/sso_posting.html", {"way": way})
    # A provider's address may lead on to another host of its own, which browsers hold against `form-action` as well.
    schemes = "https: http:" if settings.LOCAL else "https:"
    response["Content-Security-Policy"] = POSTING_POLICY.format(schemes=schemes)
    return response


def leave_to(request: HttpRequest, url: str) -> HttpResponse:
    """A page that goes on by itself: after a form a redirect to another site is stopped by `form-action 'self'`."""
    return render(request, "accounts/sso_leaving.html", {"url": url})


def refused_page(request: HttpRequest, reference: str) -> HttpResponse:
    """The one page for everything that was not taken; why stands on the organization's own page."""
    return render(request, "accounts/sso_refused.html", {"reference": reference}, status=403)


def _door(slug: str) -> SsoDoor:
    door = doors.door_at(slug)
    if door is None:
        raise Http404
    return door


def _written(request: HttpRequest, name: str = "SAMLResponse") -> list[str] | None:
    """What stands in the field; None for a request that is too large, of which nothing is read."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > LARGEST_REQUEST:
        return None
    return request.POST.getlist(name)


def _too_often(request: HttpRequest) -> HttpResponse:
    response = refused_page(request, attempts.new_reference())
    response.status_code = 429
    response["Retry-After"] = "60"
    return response


def _with_next(address: str, next_path: str) -> str:
    return f"{address}?{urlencode({'next': next_path})}" if next_path else address
