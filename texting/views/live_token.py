"""The ticket with which a page opens its live stream."""

from django.http import HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from accounts.permissions import MemberRequest, Permission, requires
from texting.live import token_for


@requires(Permission.CONVERSATIONS_READ)
@require_safe
def live_token(request: MemberRequest) -> HttpResponseBase:
    """`{"token": ...}`, which counts for two minutes.

    The page says as which `member` it was drawn. 409 when this browser acts as somebody else by now, so that a tab of
    one organization never listens to another one.
    """
    if request.GET.get("member") != str(request.member.pk):
        return HttpResponse(status=409)
    return JsonResponse({"token": token_for(request.member, session_key=request.session.session_key or "")})
