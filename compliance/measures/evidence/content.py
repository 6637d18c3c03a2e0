"""What was found in texts and what became of it. Never a value."""

from collections.abc import Sequence

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from compliance.measures.evidence.figures import Counted, moment, within
from compliance.models import Finding
from compliance.models.finding_exception import NEVER
from compliance.reports.periods import Period
from texting.models import Reveal

HEALTH = ("HEALTH_INFO", "MEDICAL_ID")
CARDS = ("PAYMENT_CARD", "CARD_SECURITY")
_LIKELY = (Finding.Confidence.MEDIUM, Finding.Confidence.HIGH)


class OfFindings(Counted):
    """Findings by when they were found (`compliance_finding_newest`)."""

    route = "findings"
    columns = (_("Finding"), _("Found (UTC)"), _("Kind"), _("How sure"), _("Removed"), _("Judged"))

    def whole(self, period: Period) -> QuerySet[Finding]:
        """All of the period."""
        return Finding.objects.filter(within(period, "found_at")).order_by("-found_at", "-id")

    def cells(self, row: Finding, member: Membership) -> Sequence[str]:
        """Kinds and times; the page of the finding says more to whoever may read findings."""
        removed = _("yes") if row.was_removed else _("no")
        words = (row.type, row.get_confidence_display(), str(removed), row.get_verdict_display())
        return str(row.pk), moment(row.found_at), *words

    def url(self, row: Finding) -> str:
        return reverse("conversation", args=[row.conversation_id])


class CardsRemoved(OfFindings):
    """Denominator: cards and their codes that came in, likely or sure. Numerator: those of which only a mask was "
    "stored."""

    key = "cards_removed"
    title = _("Card data that was removed before it was stored")
    counted = _("Of the card numbers and card codes that customers texted: those of which only the mask was kept.")
    act = _("Look at the findings and ask the customers to pay by a link.")

    def whole(self, period: Period) -> QuerySet[Finding]:
        return super().whole(period).filter(type__in=CARDS, direction="in", confidence__in=_LIKELY)

    def good(self, period: Period) -> Q:
        return Q(was_removed=True)


class SecretsRemoved(OfFindings):
    """Denominator: identity numbers and secrets that came in, likely or sure. Numerator: those of which only a mask was
    stored.
    """

    key = "secrets_removed"
    title = _("Identity numbers and secrets that were removed before they were stored")
    counted = _(
        "Of the social security and tax numbers and passwords that customers texted: those of which only the mask "
        "was kept."
    )

    def whole(self, period: Period) -> QuerySet[Finding]:
        kinds = [kind for kind in NEVER if kind not in CARDS]
        return super().whole(period).filter(type__in=kinds, direction="in", confidence__in=_LIKELY)

    def good(self, period: Period) -> Q:
        return Q(was_removed=True)


class HealthKeptBack(OfFindings):
    """Denominator: health information found in texts on their way out, likely or sure. Numerator: those that nobody
    sent all the same with a reason.
    """

    key = "health_kept_back"
    title = _("Health information that was kept out of texts")
    counted = _(
        "Of the texts in which health information was found on the way out: those that nobody sent all the same."
    )
    act = _("Take on the HIPAA profile: then nobody can send it by text.")
    route = "measure_profiles"

    def whole(self, period: Period) -> QuerySet[Finding]:
        return super().whole(period).filter(type__in=HEALTH, direction="out", confidence__in=_LIKELY)

    def good(self, period: Period) -> Q:
        return Q(because__isnull=True)


class Judged(OfFindings):
    """Denominator: likely and sure findings. Numerator: those that somebody judged to be right or wrong."""

    key = "findings_judged"
    title = _("Findings that somebody judged")
    counted = _("Of the likely and sure findings: those that a member called right or wrong.")
    target = 50
    act = _("Judge the findings that are open.")

    def whole(self, period: Period) -> QuerySet[Finding]:
        return super().whole(period).filter(confidence__in=_LIKELY)

    def good(self, period: Period) -> Q:
        return ~Q(verdict=Finding.Verdict.OPEN)


class RevealsNamed(Counted):
    """Denominator: customers that were revealed to a member. Numerator: those for one of the named reasons, not "
    ""other"."""

    key = "reveals_named"
    title = _("Customers revealed for a named reason")
    counted = _("Of all times that a name and number was revealed: those for a reason other than “something else”.")
    target = 80
    act = _("Look at who reveals whom, and why.")
    route = "reveals"
    columns = (_("Reveal"), _("At (UTC)"), _("Until (UTC)"), _("Reason"))

    def whole(self, period: Period) -> QuerySet[Reveal]:
        return Reveal.objects.filter(within(period, "created_at")).order_by("-created_at", "-id")

    def good(self, period: Period) -> Q:
        return ~Q(reason=Reveal.Reason.OTHER)

    def cells(self, row: Reveal, member: Membership) -> Sequence[str]:
        return str(row.pk), moment(row.created_at), moment(row.hidden_at or row.until), row.get_reason_display()


KINDS = (CardsRemoved, SecretsRemoved, HealthKeptBack, Judged, RevealsNamed)
