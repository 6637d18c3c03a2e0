"""Where somebody is signed in, and how they end it."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts import queries, roles
from accounts.factors.policy import rules_for
from accounts.factors.remembering import remembered_devices
from accounts.models import Membership, Session
from accounts.permissions import MemberRequest, Permission, requires
from accounts.saml.confinement import began_by_sso
from accounts.sessions import end_sessions
from tenancy import audit


@requires()
@require_safe
def sessions(request: MemberRequest) -> HttpResponse:
    """This browser first, then all others."""
    shown = queries.open_sessions(request.member, this=_this(request), only_here=began_by_sso(request.session))
    devices = remembered_devices(request.member, rules_for(request.member))
    return render(request, "accounts/sessions.html", {"sessions": shown, "devices": devices})


@requires()
@require_POST
def end(request: MemberRequest, session_id: UUID) -> HttpResponse:
    """End one session of one's own. The present one is ended by signing out."""
    ended = Session.objects.filter(pk=session_id, user=request.member.user_id)
    if began_by_sso(request.session):
        ended = ended.filter(membership=request.member)
    if session_id == _this(request) or not ended.delete()[0]:
        raise Http404
    audit.record(event=audit.AuditKind.SESSION_ENDED, actor=request.member, count=1)
    messages.success(request, _("That browser is signed out."))
    return redirect("sessions")


@requires()
@require_POST
def end_others(request: MemberRequest) -> HttpResponse:
    """End every session of one's own but this one."""
    only = request.member.pk if began_by_sso(request.session) else None
    count = end_sessions(user_id=request.member.user_id, membership_id=only, keep=_this(request))
    if count:
        audit.record(event=audit.AuditKind.SESSION_ENDED, actor=request.member, count=count)
    text = ngettext("%(count)d other browser is signed out.", "%(count)d other browsers are signed out.", count)
    messages.success(request, text % {"count": count})
    return redirect("sessions")


@requires(Permission.SESSIONS_MANAGE)
@require_safe
def person_sessions(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """Where a colleague is signed in for this organization; what they do for others is not shown."""
    shown = queries.person(request.member, member_id)
    context = {
        "person": shown,
        "sessions": queries.open_sessions(shown.member, this=_this(request), only_here=True),
        "is_over": roles.is_over(request.member, shown.member),
    }
    return render(request, "accounts/person_sessions.html", context)


@requires(Permission.SESSIONS_MANAGE)
@require_POST
def end_person_session(request: MemberRequest, member_id: UUID, session_id: UUID) -> HttpResponse:
    """Sign a colleague out of one browser. One's own present one is ended by signing out."""
    member = _their(request, member_id)
    found = Session.objects.filter(pk=session_id, membership=member)
    if session_id == _this(request) or not found.delete()[0]:
        raise Http404
    audit.record(event=audit.AuditKind.SESSION_ENDED, actor=request.member, object=member, count=1)
    messages.success(request, _("That browser is signed out."))
    return redirect("person_sessions", member_id=member_id)


@requires(Permission.SESSIONS_MANAGE)
@require_POST
def end_person_sessions(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """Sign a colleague out of every browser; they can sign in again."""
    member = _their(request, member_id)
    count = end_sessions(user_id=member.user_id, membership_id=member.pk, keep=_this(request))
    if count:
        audit.record(event=audit.AuditKind.SESSION_ENDED, actor=request.member, object=member, count=count)
    text = ngettext("%(count)d browser is signed out.", "%(count)d browsers are signed out.", count)
    messages.success(request, text % {"count": count})
    return redirect("person_sessions", member_id=member_id)


def _their(request: MemberRequest, member_id: UUID) -> Membership:
    member = queries.person(request.member, member_id).member
    roles.require_over(request.member, member, Permission.SESSIONS_MANAGE)
    return member


def _this(request: MemberRequest) -> UUID | None:
    return request.session.row.pk if request.session.row else None
