"""Settings > Quarantine: what providers sent and was refused; take it in, or discard it."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from texting.models import QuarantinedRequest
from texting.queries import quarantine as queries
from texting.webhooks import quarantine
from texting.webhooks.quarantine import MustStay, Outcome, Round

State = QuarantinedRequest.State
LONGEST_NUMBER = 6  # digits of a page's number


@requires(Permission.QUARANTINE_REPLAY)
@require_safe
def refused(request: MemberRequest) -> HttpResponse:
    """The list, by state."""
    wanted = request.GET.get("state", "")
    state = wanted if wanted in State.values else State.WAITING.value
    number = request.GET.get("page", "")
    number = number if number.isascii() and number.isdigit() and len(number) <= LONGEST_NUMBER else "1"
    shown = queries.quarantine_page(request.member, state, int(number))
    address = reverse("quarantine")
    tabs = [(one.label, f"{address}?state={one}", one == state, shown.counts[one]) for one in State]
    context = {
        "page": shown.page,
        "rows": shown.rows,
        "left_out": shown.left_out,
        "tabs": tabs,
        "state": state,
        "waiting": shown.counts[State.WAITING],
        "days": settings.QUARANTINE_DAYS,
        "now": timezone.now().isoformat(),
    }
    return render(request, "texting/quarantine.html", context)


@requires(Permission.QUARANTINE_REPLAY)
@require_safe
def news(request: MemberRequest) -> HttpResponse:
    """How many came since the page was opened; empty when none did."""
    since = _moment(request.GET.get("since", ""))
    count = queries.refused_since(request.member, since) if since else 0
    return render(request, "texting/_quarantine_news.html", {"count": count})


@requires(Permission.QUARANTINE_REPLAY)
@require_POST
def take_in(request: MemberRequest, request_id: UUID) -> HttpResponse:
    """Try one again."""
    shown = queries.quarantined(request.member, request_id)
    outcome = quarantine.replay(actor=request.member, request_id=shown.id)
    if outcome is Outcome.TAKEN:
        messages.success(request, _("Taken in, as if it had just come."))
    elif outcome is Outcome.ENDED:
        messages.info(request, _("Somebody else has dealt with it already."))
    elif outcome is Outcome.NOT_STORED:
        messages.error(request, _("It could not be stored just now and still waits. Try again in a minute."))
    else:
        why = queries.quarantined(request.member, request_id).words.happened
        messages.error(request, _("Still refused, and it stays here. %(why)s") % {"why": why})
    return redirect("quarantine")


@requires(Permission.QUARANTINE_REPLAY, calls_out=True)  # each request in a transaction of its own
@require_POST
def take_in_all(request: MemberRequest) -> HttpResponse:
    """Try all that wait, a bounded number at once."""
    _tell(request, quarantine.replay_all(actor=request.member))
    return redirect("quarantine")


@requires(Permission.QUARANTINE_REPLAY)
@require_POST
def discard(request: MemberRequest, request_id: UUID) -> HttpResponse:
    """Destroy one."""
    shown = queries.quarantined(request.member, request_id)
    try:
        done = quarantine.discard(actor=request.member, request_id=shown.id)
    except MustStay as refused:
        messages.error(request, str(refused))
        return redirect("quarantine")
    if done:
        messages.success(request, _("Discarded."))
    else:
        messages.info(request, _("Somebody else has dealt with it already."))
    return redirect("quarantine")


@requires(Permission.QUARANTINE_REPLAY)
@fresh
@require_POST
def discard_all(request: MemberRequest) -> HttpResponse:
    """Destroy everything that waits and is not on hold."""
    done = quarantine.discard_all(actor=request.member)
    if done.ended or not done.held:
        text = ngettext("%(count)d request discarded.", "%(count)d requests discarded.", done.ended)
        messages.success(request, text % {"count": done.ended})
    if done.held:
        text = ngettext(
            "%(count)d request is on legal hold and stays.", "%(count)d requests are on legal hold and stay.", done.held
        )
        messages.warning(request, text % {"count": done.held})
    return redirect("quarantine")


def _tell(request: MemberRequest, done: Round) -> None:
    text = ngettext("%(count)d request taken in.", "%(count)d requests taken in.", done.taken) % {"count": done.taken}
    if done.still_wrong:
        wrong = ngettext("%(count)d is still refused.", "%(count)d are still refused.", done.still_wrong)
        text += " " + wrong % {"count": done.still_wrong}
    if done.not_stored:
        text += " " + ngettext(
            "%(count)d request could not be stored just now: try again.",
            "%(count)d requests could not be stored just now: try again.",
            done.not_stored,
        ) % {"count": done.not_stored}
    if done.left:
        text += " " + ngettext(
            "%(count)d was not tried yet: press once more.", "%(count)d were not tried yet: press once more.", done.left
        ) % {"count": done.left}
    say = messages.success if done.taken and not done.not_stored else messages.warning
    say(request, text)


def _moment(text: str) -> datetime | None:
    """An aware moment of a page's own making; None for anything else."""
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None
