"""What the directory and the sign-ins show: second factors, leavers, keys, reviews."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.factors.enrolled import MODELS
from accounts.models import ApiKey, DoorTrial, Membership, OffboardingReceipt, PlannedLeaving, SignInEvent
from accounts.models.access_review import AccessReview, AccessSignOff
from accounts.models.sign_in_event import SignInOutcome
from accounts.sessions import PASSWORD, PROVIDER_FACTOR, SSO
from compliance.measures.evidence.figures import Counted, moment, named, within
from compliance.reports.periods import Period
from tenancy.isolation import current_organization_id

UNUSED = timedelta(days=90)
IN_TIME = timedelta(minutes=1)


def _people() -> QuerySet[Membership]:
    here = Membership.objects.filter(organization=current_organization_id(), is_active=True, is_machine=False)
    return here.select_related("user").order_by("pk")


class SecondFactors(Counted):
    """Denominator: active people, now. Numerator: those with a passkey, an app or a phone or mailbox for codes set up,
    and those whose identity provider showed a second factor at a sign-in of the period.
    """

    key = "second_factors"
    title = _("Active members with a second factor")
    counted = _(
        "Of all people who are active now: those with a second factor of their own, or one that the company's "
        "sign-in showed in the period."
    )
    act = _("Ask everybody for a second factor.")
    route = "second_factor_policy"
    over_period = False
    begins_with_id = False
    columns = (_("Member"), _("Joined (UTC)"), _("Last seen (UTC)"))

    def whole(self, period: Period) -> QuerySet[Membership]:
        return _people()

    def good(self, period: Period) -> Q:
        by_provider = SignInEvent.objects.filter(
            within(period, "at"), user=OuterRef("user"), membership=OuterRef("pk"), factors__contains=[PROVIDER_FACTOR]
        )
        found = Q(Exists(by_provider))
        for model in MODELS.values():
            found |= Q(Exists(model._default_manager.filter(user=OuterRef("user"), confirmed=True)))
        return found

    def cells(self, row: Membership, member: Membership) -> Sequence[str]:
        return named(row, member), moment(row.joined_at), moment(row.last_seen_at)

    def url(self, row: Membership) -> str:
        return reverse("person", args=[row.pk])


class SignIns(Counted):
    """Denominator: sign-ins of the period (kept for 90 days) by today's active people. Numerator: those with more than
    a password: a passkey, a code, or the company's own sign-in.
    """

    key = "sign_ins"
    title = _("Sign-ins with more than a password")
    counted = _(
        "Of the sign-ins of people who are active now, kept for 90 days: those with a passkey, a code or the "
        "company's sign-in."
    )
    target = 95
    act = _("Ask everybody for a second factor.")
    route = "second_factor_policy"
    begins_with_id = False
    columns = (_("Member"), _("At (UTC)"), _("With"))

    def whole(self, period: Period) -> QuerySet[SignInEvent]:
        people = Membership.objects.filter(
            organization=current_organization_id(), is_active=True, is_machine=False
        ).values("user")
        ended = SignInEvent.objects.filter(within(period, "at"), user__in=people, outcome=SignInOutcome.SIGNED_IN)
        here = ended.filter(membership__organization=current_organization_id())
        return here.select_related("membership__user").order_by("-at")

    def good(self, period: Period) -> Q:
        return ~Q(factors__contained_by=[PASSWORD])

    def cells(self, row: SignInEvent, member: Membership) -> Sequence[str]:
        return named(row.membership, member), moment(row.at), ", ".join(row.factors) or SSO


class StandsOpen(Func):
    """Whether a trial of doors found one open, or could not try one."""

    function = "jsonb_path_exists"
    template = "%(function)s(%(expressions)s, '$[*] ? (@.open > 0 || @.failed == true)')"
    output_field = BooleanField()


class LeaversClosed(Counted):
    """Denominator: people who were deactivated or suspended. Numerator: those whose every door was tried afterwards and
    found closed, by the newest trial.
    """

    key = "leavers_closed"
    title = _("Leavers whose every door was tried and found closed")
    counted = _(
        "Of all people who were deactivated or suspended: those whose sessions, links and keys were tried again and "
        "opened nothing."
    )
    act = _("Open the receipt and try the doors again.")
    route = "receipts"
    columns = (_("Receipt"), _("Ended (UTC)"), _("Things that ended"), _("Tried (UTC)"))
    median = "took"

    def whole(self, period: Period) -> QuerySet[OffboardingReceipt]:
        first = DoorTrial.objects.filter(receipt=OuterRef("pk")).order_by("at").values("at")[:1]
        ended = OffboardingReceipt.objects.filter(within(period, "at"))
        newest = DoorTrial.objects.filter(receipt=OuterRef("pk")).order_by("-at", "-id")
        is_open = newest.annotate(is_open=StandsOpen("found")).values("is_open")[:1]
        tried = ended.annotate(tried_at=Subquery(first), stands_open=Subquery(is_open))
        return tried.annotate(took=F("tried_at") - F("at")).order_by("-at", "-id")

    def good(self, period: Period) -> Q:
        return Q(stands_open=False)

    def cells(self, row: Any, member: Membership) -> Sequence[str]:
        return str(row.pk), moment(row.at), str(row.ended), moment(row.tried_at)

    def url(self, row: OffboardingReceipt) -> str:
        return reverse("receipt", args=[row.pk])


class LeaversInTime(Counted):
    """Denominator: ends of people that were planned for a time. Numerator: those that took place within a minute "
    "of it."""

    key = "leavers_in_time"
    title = _("Planned leavers closed within a minute of their time")
    counted = _(
        "Of the people whose end was planned: those whose access ended within 60 seconds of the time that was set."
    )
    target = 95
    act = _("Look at the leavers; somebody who runs the installation looks at the workers.")
    route = "receipts"
    columns = (_("Receipt"), _("Due (UTC)"), _("Ended (UTC)"))
    median = "took"

    def whole(self, period: Period) -> QuerySet[OffboardingReceipt]:
        due = PlannedLeaving.objects.filter(pk=OuterRef("plan_id")).values("due_at")
        planned = OffboardingReceipt.objects.filter(within(period, "at"), plan_id__isnull=False)
        return planned.annotate(due_at=Subquery(due), took=F("at") - F("due_at")).order_by("-at", "-id")

    def good(self, period: Period) -> Q:
        return Q(took__lte=IN_TIME)

    def cells(self, row: Any, member: Membership) -> Sequence[str]:
        return str(row.pk), moment(row.due_at), moment(row.at)

    def url(self, row: OffboardingReceipt) -> str:
        return reverse("receipt", args=[row.pk])


class KeysInUse(Counted):
    """Denominator: API keys that work now. Numerator: those that a program used within 90 days, or that are younger."""

    key = "keys_in_use"
    title = _("API keys that are in use")
    counted = _("Of the keys that work now: those used in the last 90 days, or made since.")
    act = _("End the keys that nobody uses.")
    route = "api_keys"
    over_period = False
    columns = (_("Key"), _("Made (UTC)"), _("Last used (UTC)"), _("Ends (UTC)"))

    def whole(self, period: Period) -> QuerySet[ApiKey]:
        working = Q(ends_at__isnull=True) | Q(ends_at__gt=timezone.now())
        here = Q(
            integration__membership__organization=current_organization_id(), integration__membership__is_active=True
        )
        return ApiKey.objects.filter(working, here).order_by("-created_at")

    def good(self, period: Period) -> Q:
        since = timezone.now() - UNUSED
        return Q(last_used_at__gte=since) | Q(created_at__gte=since)

    def cells(self, row: ApiKey, member: Membership) -> Sequence[str]:
        return row.shown, moment(row.created_at), moment(row.last_used_at), moment(row.ends_at)


class AccessReviewed(Counted):
    """Denominator: reviews of access that were due in the period. Numerator: those signed by their due day."""

    key = "access_reviewed"
    title = _("Reviews of access that were signed in time")
    counted = _("Of the reviews of access that were due in the period: those that somebody signed by the due day.")
    act = _("Decide the lines that are left, and sign.")
    route = "access_review"
    columns = (_("Review"), _("Begun (UTC)"), _("Due"), _("Signed (UTC)"))

    def whole(self, period: Period) -> QuerySet[AccessReview]:
        signed = AccessSignOff.objects.filter(review=OuterRef("pk")).values("at")
        due = AccessReview.objects.filter(due_on__gte=period.first, due_on__lte=period.last)
        return due.annotate(signed_at=Subquery(signed)).order_by("-due_on")

    def good(self, period: Period) -> Q:
        return Q(signed_at__date__lte=F("due_on"))

    def cells(self, row: Any, member: Membership) -> Sequence[str]:
        return str(row.pk), moment(row.begun_at), f"{row.due_on:%Y-%m-%d}", moment(row.signed_at)


KINDS = (SecondFactors, SignIns, LeaversClosed, LeaversInTime, KeysInUse, AccessReviewed)
