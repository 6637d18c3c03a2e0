"""What a page's script and the browser's passkey dialog exchange: JSON in, JSON out, one challenge each time.

Each answer is `{"next": address}`, or `{"error": sentence}` with 422. The options say nothing about whom we know.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import signing_in
from accounts.entrance import safe_next
from accounts.factors import changing, passkeys, steps
from accounts.factors.policy import rules_for
from accounts.factors.ways import Way
from accounts.models import Membership, Passkey, User
from accounts.origins import origin_of
from accounts.permissions import MemberRequest, public, requires
from accounts.saml.confinement import may_change_factors
from accounts.sessions import SessionStore
from accounts.step_up import fresh
from accounts.views.adding import NOT_ACCEPTED
from accounts.views.entering import after_set_up, finish, half_way, went_in
from accounts.views.showing import BadJson, note_wrong, read_json
from tenancy.isolation import activate


def _sorry(sentence: str | Promise, status: int = 422) -> JsonResponse:
    return JsonResponse({"error": str(sentence)}, status=status)


def _go(answer: HttpResponseBase) -> HttpResponseBase:
    """The redirect as the script follows it, with the cookies that it sets."""
    sent = JsonResponse({"next": answer["Location"]})
    sent.cookies = answer.cookies
    return sent


def _read(work: Callable[[dict[str, Any]], HttpResponseBase], request: HttpRequest) -> HttpResponseBase:
    try:
        return work(read_json(request))
    except BadJson:
        return _sorry(_("The browser sent something else than a passkey. Load the page again."))
    except passkeys.NotAccepted:
        return _sorry(NOT_ACCEPTED)
    except passkeys.TooMany:
        return _sorry(_("You have ten passkeys already. Remove one that you no longer use first."))


# --- Signing in ---


@public
@require_POST
def sign_in_options(request: HttpRequest) -> HttpResponse:
    """For whoever shows a passkey: half-way through signing in their own, before that any of this site."""
    member = half_way(request)
    return JsonResponse(passkeys.begin_showing(SessionStore.of(request), member.user if member else None))


@public
@require_POST
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """A passkey was shown: instead of e-mail and password, or after them."""
    member = half_way(request)
    if member is None:
        return _read(lambda answer: _enter_with(request, answer), request)
    return _read(lambda answer: _second(request, member, answer), request)


def _second(request: HttpRequest, member: Membership, answer: dict[str, Any]) -> HttpResponseBase:
    store = SessionStore.of(request)
    if Way.PASSKEY not in steps.next_step(member, store.factors).show:
        return _sorry(_("Your organization does not accept passkeys. Choose another way."))
    try:
        passkeys.finish_showing(store, member.user, answer)
    except passkeys.NotAccepted:
        note_wrong(request, member, Way.PASSKEY)
        raise
    return _go(finish(request, member, Way.PASSKEY, remember=bool(answer.get("remember"))))


def _enter_with(request: HttpRequest, answer: dict[str, Any]) -> HttpResponseBase:
    passkey: Passkey = passkeys.finish_showing(SessionStore.of(request), None, answer)
    user = User.objects.filter(pk=passkey.user_id, is_active=True).first()
    member = signing_in.reachable_membership(user, origin_of(request).address) if user else None
    if user is None or member is None:
        raise passkeys.NotAccepted
    with activate(member.organization):
        if Way.PASSKEY not in rules_for(member).allowed:
            return _sorry(_("Your organization does not accept passkeys. Sign in with your password."))
    next_path = safe_next(request, request.GET.get("next"))
    return _go(went_in(request, member, [Way.PASSKEY.value], next_path, event_id=None))


@public
@require_POST
def set_up_options(request: HttpRequest) -> HttpResponse:
    """For the passkey that somebody sets up because they must, inside sign-in."""
    member = _who_sets_up(request)
    return _add_options(request, member) if member else _sorry(_("Sign in again."), 403)


@public
@require_POST
def set_up(request: HttpRequest) -> HttpResponseBase:
    """The new passkey counts, and the person is in."""
    member = _who_sets_up(request)
    store = SessionStore.of(request)
    if member is None:
        return _sorry(_("Sign in again."), 403)

    def add(answer: dict[str, Any]) -> HttpResponseBase:
        passkeys.finish_adding(store, member.user, answer, name=_name(request))
        signing_in.record_set_up(member.user, Way.PASSKEY)
        return _go(finish(request, member, Way.PASSKEY, is_new=True))

    return _read(add, request)


def _who_sets_up(request: HttpRequest) -> Membership | None:
    """Whoever is half-way through signing in, has nothing that counts and may set a passkey up there."""
    member, store = half_way(request), SessionStore.of(request)
    if member is None or not may_change_factors(store, member.user):
        return None
    return member if Way.PASSKEY in steps.next_step(member, store.factors).set_up else None


# --- One's own account ---


@requires()
@fresh
@require_POST
def add_options(request: MemberRequest) -> HttpResponse:
    """For one more passkey."""
    if not may_change_factors(request.session, request.user):
        return _confined()
    return _add_options(request, request.member)


@requires()
@fresh
@require_POST
def add(request: MemberRequest) -> HttpResponseBase:
    """One more passkey."""
    if not may_change_factors(request.session, request.user):
        return _confined()

    def added(answer: dict[str, Any]) -> HttpResponseBase:
        passkeys.finish_adding(request.session, request.user, answer, name=_name(request))
        changing.added(store=request.session, member=request.member, way=Way.PASSKEY, origin=origin_of(request))
        return _go(after_set_up(request, request.member, "account"))

    return _read(added, request)


@requires()
@require_POST
def confirm_options(request: MemberRequest) -> HttpResponse:
    """To confirm who is there."""
    return JsonResponse(passkeys.begin_showing(request.session, request.user))


@requires()
@require_POST
def confirm(request: MemberRequest) -> HttpResponseBase:
    """The session is fresh again."""

    def confirmed(answer: dict[str, Any]) -> HttpResponseBase:
        try:
            passkeys.finish_showing(request.session, request.user, answer)
        except passkeys.NotAccepted:
            note_wrong(request, request.member, Way.PASSKEY)
            raise
        signing_in.confirm(
            store=request.session, member=request.member, origin=origin_of(request), factor=Way.PASSKEY.value
        )
        return JsonResponse({"next": safe_next(request, request.GET.get("next")) or "/"})

    return _read(confirmed, request)


def _confined() -> JsonResponse:
    """What `changes_factors` says, for a script."""
    return _sorry(_("You also work for another organization. Sign in with your password to change this."), 403)


def _add_options(request: HttpRequest, member: Membership) -> JsonResponse:
    try:
        return JsonResponse(passkeys.begin_adding(SessionStore.of(request), member.user))
    except passkeys.TooMany:
        return _sorry(_("You have ten passkeys already. Remove one that you no longer use first."))


def _name(request: HttpRequest) -> str:
    """What a new passkey is called until its owner says otherwise: where it was made."""
    return origin_of(request).browser
