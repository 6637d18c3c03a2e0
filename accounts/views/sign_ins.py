"""The history of sign-ins, as a page and as CSV; and "this was not me"."""

from datetime import UTC
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts import known_devices, queries
from accounts.csv_cells import short_csv_file
from accounts.mailed_links import Purpose
from accounts.models import Membership
from accounts.origins import origin_of
from accounts.permissions import MemberRequest, Permission, public, requires
from accounts.saml.confinement import began_by_sso
from accounts.sign_in_history import past_sign_ins
from accounts.step_up import fresh
from accounts.views.recovering import CLOSED, opened_link, remember_link
from tenancy import audit

COLUMNS = ("time (UTC)", "result", "reason", "how", "device", "place", "organization")


@requires()
@require_safe
def own_sign_ins(request: MemberRequest) -> HttpResponse:
    """Every attempt to sign in as oneself that is still known."""
    shown = past_sign_ins(request.member, only_here=began_by_sso(request.session))
    return render(request, "accounts/sign_ins.html", {"sign_ins": shown, "person": None, "may_export": True})


@requires()
@require_safe
def own_sign_ins_csv(request: MemberRequest) -> HttpResponse:
    """The same as CSV."""
    return _csv(request.member, only_here=began_by_sso(request.session))


@requires(Permission.AUDIT_READ)
@require_safe
def person_sign_ins(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """A colleague's; what they do in other organizations is not shown."""
    person = queries.person(request.member, member_id)
    context = {
        "sign_ins": past_sign_ins(person.member, only_here=True),
        "person": person,
        "may_export": request.member.may(Permission.AUDIT_EXPORT),
    }
    return render(request, "accounts/sign_ins.html", context)


@requires(Permission.AUDIT_READ, Permission.AUDIT_EXPORT)
@fresh
@require_safe
def person_sign_ins_csv(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """The same as CSV; that it was taken is in the log."""
    member = queries.person(request.member, member_id).member
    audit.record(event=audit.AuditKind.SIGN_INS_EXPORTED, actor=request.member, object=member)
    return _csv(member, only_here=True)


@public
@require_safe
def open_not_me(request: HttpRequest, token: str) -> HttpResponseBase:
    """Remember which link was opened and go on without the token in the address."""
    return remember_link(request, Purpose.NOT_ME, token, "not_me")


@public
@require_http_methods(["GET", "HEAD", "POST"])
def not_me(request: HttpRequest) -> HttpResponseBase:
    """One click more, so that a mail program that looks at links ends nothing; then on to a new password."""
    opened = opened_link(request, Purpose.NOT_ME)
    if opened is None or opened.user is None:
        return render(request, CLOSED, status=404)
    if request.method != "POST":
        return render(request, "accounts/recovering/not_me.html", {"email": opened.user.email})
    link = known_devices.was_not_me(opened=opened, origin=origin_of(request))
    if link is None:
        return render(request, CLOSED, status=404)
    request.session.flush()
    return redirect(link) if link else render(request, "accounts/recovering/not_me_done.html")


def _csv(member: Membership, *, only_here: bool) -> HttpResponse:
    rows = []
    for one in past_sign_ins(member, only_here=only_here):
        at = one.at.astimezone(UTC).isoformat(timespec="seconds")
        rows.append((at, one.result, one.reason, one.how, one.browser, one.place, one.organization))
    return short_csv_file(f"sign-ins-{timezone.now():%Y-%m-%d}", COLUMNS, rows)
