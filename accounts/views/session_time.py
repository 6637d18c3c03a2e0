"""How long a page still has, and the click that keeps its session: asked by `idle.js`."""

from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import MemberRequest, requires
from accounts.session_limits import end_of, latest_end


@requires()
@require_safe
def session_left(request: MemberRequest) -> HttpResponse:
    """Seconds until the session ends, and whether using it would help. Pages ask in the background."""
    return _left(request)


@requires()
@require_POST
def stay_signed_in(request: MemberRequest) -> HttpResponse:
    """Somebody sits there: being asked for is what keeps the session (`accounts.sessions.acting_membership`)."""
    return _left(request)


def _left(request: MemberRequest) -> HttpResponse:
    row, now = request.session.row, timezone.now()
    if row is None:  # its key has just changed
        return JsonResponse({"left": 0, "final": False})
    end = end_of(row)
    return JsonResponse({"left": round((end - now).total_seconds(), 1), "final": end == latest_end(row)})
