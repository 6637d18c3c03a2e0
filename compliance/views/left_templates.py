"""Settings > Templates: what becomes of own templates whose owner may have none any more."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.models import Team
from accounts.permissions import MemberRequest, Permission, requires
from compliance.message_templates import left_behind
from compliance.message_templates.writing import NotNow


@requires(Permission.TEMPLATES_MANAGE, Permission.ORGANIZATION_MANAGE)
@require_POST
def hand_on_left_behind(request: MemberRequest) -> HttpResponse:
    """Own templates of somebody who may have none any more: to a colleague, to a team, or archived."""
    asked, wanted = request.POST.get("owner", ""), request.POST.get("to", "")
    owner = next((one.owner for one in left_behind.left_behind() if str(one.owner.pk) == asked), None)
    to = next((one for one in left_behind.takers() if f"member:{one.pk}" == wanted), None)
    team = next((one for one in Team.objects.all() if f"team:{one.pk}" == wanted), None)
    if owner is None or (wanted and to is None and team is None):
        messages.error(request, _("That has changed meanwhile. Look at it again."))
        return redirect("message_templates")
    try:
        done = left_behind.hand_on(actor=request.member, owner_id=owner.pk, to=to, team=team)
    except NotNow:
        messages.error(request, _("That has changed meanwhile. Look at it again."))
        return redirect("message_templates")
    number = len(done)
    if to is not None:
        text = ngettext("%(count)d template went to %(name)s.", "%(count)d templates went to %(name)s.", number)
        messages.success(request, text % {"count": number, "name": to.user.name})
    elif team is not None:
        text = ngettext("%(count)d went to %(name)s as a draft.", "%(count)d went to %(name)s as drafts.", number)
        messages.success(request, text % {"count": number, "name": team.name})
    else:
        text = ngettext("%(count)d template was archived.", "%(count)d templates were archived.", number)
        messages.success(request, text % {"count": number})
    return redirect("message_templates")
