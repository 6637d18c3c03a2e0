"""Where somebody is signed in, and how they end it."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts import queries
from accounts.models import Session
from accounts.permissions import MemberRequest, requires
from accounts.saml.confinement import began_by_sso
from accounts.sessions import end_sessions
from tenancy import audit


@requires()
@require_safe
def sessions(request: MemberRequest) -> HttpResponse:
    """This browser first, then all others."""
    shown = queries.open_sessions(request.member, this=_this(request), only_here=began_by_sso(request.session))
    return render(request, "accounts/sessions.html", {"sessions": shown})


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


def _this(request: MemberRequest) -> UUID | None:
    return request.session.row.pk if request.session.row else None
