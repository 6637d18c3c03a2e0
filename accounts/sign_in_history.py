"""What is known of a person's sign-ins: written by those who let people in, shown to the person and to auditors.

Each attempt is one row of `SignInEvent`, which `accounts.throttling` writes before a password is looked at; it is
completed here. Ways in without a password get a row of their own. Kept for 90 days, and of each person at most MOST of
those that failed and MOST of the others.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts.models import AccessRules, Membership, SignInEvent, SignInOutcome
from accounts.origins import Origin, browser_words
from accounts.places import place_of

MOST = 150
SHOWN = 200
_COUNTED = timedelta(hours=1)  # younger ones are what guessing is slowed down by
_FAILED = (SignInOutcome.FAILED, SignInOutcome.CODE_WRONG)


def note(
    member: Membership,
    origin: Origin,
    outcome: SignInOutcome,
    *,
    factors: Iterable[str] = (),
    event_id: UUID | str | None = None,
) -> None:
    """How an attempt ended, and in which organization: completes the row `event_id`, or makes one."""
    ended = {"outcome": outcome, "membership": member, "factors": list(factors)}
    if event_id and SignInEvent.objects.filter(pk=event_id).update(**ended):
        return
    mark = salted_hmac("accounts.sign_in_history", str(member.pk), algorithm="sha256").digest()[:16]
    SignInEvent.objects.create(
        user_id=member.user_id,
        account=mark,  # of no address that can be typed, so that it neither slows guessing down nor excuses it
        origin=mark,
        network=mark,
        known_browser=True,
        address=origin.address,
        browser=origin.browser,
        **ended,
    )


@dataclass(frozen=True)
class PastSignIn:
    """One line of the page and of the CSV."""

    at: datetime
    result: str
    reason: str
    tone: str
    icon: str
    how: str
    browser: str
    place: str
    organization: str


def past_sign_ins(member: Membership, *, only_here: bool) -> list[PastSignIn]:
    """The last SHOWN attempts in the name of the member's user, newest first.

    With `only_here` those that ended in another organization are left out; what failed before an organization was
    known is told of in each, because the sign-in is the same.
    """
    found = SignInEvent.objects.filter(user=member.user_id, confirms=False)
    if only_here:
        found = found.filter(Q(membership=member) | Q(membership__isnull=True))
    networks = AccessRules.of(member.organization).networks
    return [
        _line(event, networks) for event in found.select_related("membership__organization").order_by("-at")[:SHOWN]
    ]


def _line(event: SignInEvent, networks: list[tuple[str, str]]) -> PastSignIn:
    result, reason, tone, icon = _results()[event.outcome]
    return PastSignIn(
        at=event.at,
        result=result,
        reason=reason,
        tone=tone,
        icon=icon,
        how=how_in_words(event.factors) if event.factors else _("Password"),
        browser=browser_words(event.browser) or _("Unknown"),
        place=place_of(event.address, networks),
        organization=event.membership.organization.name if event.membership else "",
    )


def _results() -> dict[str, tuple[str, str, str, str]]:
    return {
        SignInOutcome.SIGNED_IN: (_("Signed in"), "", "success", "check"),
        SignInOutcome.FAILED: (_("Refused"), _("wrong password, or no access"), "danger", "circle-x"),
        SignInOutcome.CODE_WRONG: (_("Refused"), _("wrong code"), "danger", "circle-x"),
        SignInOutcome.PASSWORD_RIGHT: (_("Not finished"), _("the second step was not taken"), "warning", "hourglass"),
        SignInOutcome.OUTSIDE: (_("Refused"), _("not from this network"), "warning", "ban"),
    }


def how_in_words(factors: Iterable[str]) -> str:
    """`Password, code from an app`."""
    words = {
        "password": _("password"),
        "totp": _("code from an app"),
        "sms": _("code by text"),
        "email": _("code by e-mail"),
        "passkey": _("passkey"),
        "recovery": _("recovery code"),
        "sso": _("single sign-on"),
        "provider_factor": _("second factor of the provider"),
    }
    said = ", ".join(
        _("remembered browser") if factor.startswith("remembered") else words.get(factor, factor.replace("_", " "))
        for factor in factors
    )
    return said[:1].upper() + said[1:]


def forget_many() -> int:
    """Keep the history of each person bounded; how many rows went."""
    old = SignInEvent.objects.filter(user__isnull=False, at__lt=timezone.now() - _COUNTED)
    return sum(_forget(rows) for rows in (old.filter(outcome__in=_FAILED), old.exclude(outcome__in=_FAILED)))


def _forget(rows: QuerySet[SignInEvent]) -> int:
    gone = 0
    crowded = rows.order_by().values("user").annotate(number=Count("pk")).filter(number__gt=MOST)
    for user_id in list(crowded.values_list("user", flat=True)):
        own = rows.filter(user=user_id)
        oldest_kept = own.order_by("-at", "-pk").values_list("at", flat=True)[MOST - 1]
        gone += own.filter(at__lt=oldest_kept).delete()[0]
    return gone
