"""What the four review checks said of conversations that were resolved."""

from collections.abc import Sequence
from typing import ClassVar

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from compliance.measures.evidence.figures import Counted, moment, within
from compliance.models import CheckedConversation
from compliance.reports.periods import Period
from compliance.review_checks.judging import Check, Result

_TOLD = (Result.HOLDS.value, Result.FAILS.value)


class OfChecks(Counted):
    """Denominator: conversations of which one check was told, by when they were resolved (`compliance_checked_newest`).
    Numerator: those of which it holds. What does not apply or cannot be told yet is in neither.
    """

    check: ClassVar[Check]
    act = _("Look at the conversations that fail, and at why.")
    route = "review_checks"
    columns = (_("Conversation"), _("Resolved (UTC)"), _("Result"), _("Rules"))

    def whole(self, period: Period) -> QuerySet[CheckedConversation]:
        """Of the period."""
        rows = CheckedConversation.objects.filter(within(period, "resolved_at"), **{f"{self.check}__in": _TOLD})
        return rows.order_by("-resolved_at", "-id")

    def good(self, period: Period) -> Q:
        """It holds."""
        return Q(**{self.check.value: Result.HOLDS.value})

    def cells(self, row: CheckedConversation, member: Membership) -> Sequence[str]:
        """Ids, times, words of our own: nothing that was written."""
        label = CheckedConversation.Result(getattr(row, self.check)).label
        return str(row.conversation_id), moment(row.resolved_at), str(label), row.rules_version

    def url(self, row: CheckedConversation) -> str:
        """The thread."""
        return reverse("conversation", args=[row.conversation_id])


class OptInsChecked(OfChecks):
    """Check 1."""

    key = "checks_opt_in"
    check = Check.OPT_IN
    title = _("Conversations whose opt-in a text confirmed")
    counted = _("Of the resolved conversations that rest on an opt-in: those whose opt-in was confirmed by a text.")


class OpeningsChecked(OfChecks):
    """Check 2."""

    key = "checks_opening"
    check = Check.OPENING
    title = _("Conversations that began with the company and the opt-out words")
    counted = _("Of the resolved conversations in which we wrote: those whose first text of ours says both.")


class ContentChecked(OfChecks):
    """Check 3."""

    key = "checks_content"
    check = Check.CONTENT
    title = _("Conversations in which nothing sensitive was shared")
    counted = _("Of the resolved conversations: those in which nothing likely or sure was left readable.")


class GrayChecked(OfChecks):
    """Check 4."""

    key = "checks_gray"
    check = Check.GRAY
    title = _("Gray areas that moved to another channel")
    counted = _(
        "Of the resolved conversations with something that texts must not settle: those that ended on another channel."
    )


KINDS = (OptInsChecked, OpeningsChecked, ContentChecked, GrayChecked)
