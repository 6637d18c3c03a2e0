"""What the consent ledger and the questions about it show."""

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.db.models.lookups import IsNull
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from compliance.measures.evidence.figures import Counted, moment, named, within
from compliance.measures.evidence.texts import OWED
from compliance.models import ConsentEvent, EntryFact, OptIn, OptOutQuestion
from compliance.reports.periods import Period
from texting.models import Message
from texting.purposes import Purpose

_GOT_IT = ["sent", "delivered", "read"]
AT_ONCE = timedelta(seconds=60)
_ASKED_FOR = [*OWED, Purpose.CODE.value, Purpose.PRIVATE_CODE.value]
"""What may follow an opt-out: it answers the customer, or they asked for it."""


class OfEntries(Counted):
    """Entries of the ledger, by when they were recorded (`compliance_consent_by_time`, `_gone`)."""

    columns = (_("Entry"), _("Said (UTC)"), _("Recorded (UTC)"), _("How"))

    def cells(self, row: ConsentEvent, member: Membership) -> Sequence[str]:
        return str(row.pk), moment(row.happened_at), moment(row.recorded_at), row.get_source_display()


def _gone(period: Period) -> QuerySet[ConsentEvent]:
    """Opt-outs, but for entries that were taken back because they were untrue."""
    ended = ConsentEvent.objects.filter(within(period, "recorded_at"), action="withdrawn")
    taken_back = ConsentEvent.objects.filter(retracts=OuterRef("pk"))
    return ended.filter(~Exists(taken_back)).order_by("-recorded_at")


class Honoured(OfEntries):
    """Denominator: opt-outs. Numerator: those after which no text left to the number that was not owed to it, until it
    agreed again. An opt-out of one team counts texts of that team's lines.
    """

    key = "opt_outs_honoured"
    title = _("Opt-outs after which no text left")
    counted = _(
        "Of all opt-outs: those after which nothing was sent but the confirmation and other answers that are owed."
    )
    act = _("Look at what was sent after each of them.")
    route = "permission_report"

    def whole(self, period: Period) -> QuerySet[ConsentEvent]:
        return _gone(period)

    def good(self, period: Period) -> Q:
        kept = EntryFact.objects.filter(entry=OuterRef("pk"), was_texted=True)
        return ~Q(Exists(texts_after(Message.objects.all()))) & ~Q(Exists(kept))


def texts_after(texts: QuerySet[Message]) -> QuerySet[Message]:
    """Those of the texts that left after the opt-out of the outer query, were not owed, and came before a new yes."""
    again = ConsentEvent.objects.filter(
        number_index=OuterRef(OuterRef("number_index")),
        action="given",
        recorded_at__gt=OuterRef(OuterRef("recorded_at")),
    )
    agreed_at = Subquery(again.order_by("recorded_at").values("recorded_at")[:1])
    after = texts.filter(
        Q(line__team=OuterRef("team")) | Q(IsNull(OuterRef("team"), True)),
        contact__number_index=OuterRef("number_index"),
        direction=Message.Direction.OUT,
        sent_at__gt=OuterRef("recorded_at"),
    ).exclude(purpose__in=_ASKED_FOR)
    return after.filter(sent_at__lt=Coalesce(agreed_at, F("sent_at") + AT_ONCE))


class AtOnce(OfEntries):
    """Denominator: opt-outs that customers texted. Numerator: those in force 60 seconds after their text."""

    key = "opt_outs_fast"
    title = _("Opt-outs in force within a minute")
    counted = _("Of the opt-outs that customers texted: those recorded within 60 seconds of their text.")
    target = 99
    act = _("Look at the delays of your provider's webhooks.")
    route = "lines"
    median = "took"

    def whole(self, period: Period) -> QuerySet[ConsentEvent]:
        texted = _gone(period).filter(message_id__isnull=False, happened_at__isnull=False)
        return texted.annotate(took=F("recorded_at") - F("happened_at"))

    def good(self, period: Period) -> Q:
        return Q(took__lte=AT_ONCE)


class Provable(OfEntries):
    """Denominator: permissions, without those of people who wrote first. Numerator: those kept with the wording that
    was agreed to (quality "complete" or "imported").
    """

    key = "permissions_provable"
    title = _("Permissions kept with the words that were agreed to")
    counted = _("Of all permissions that were given, without people who wrote first: those with their wording.")
    target = 90
    act = _("Collect permission by a form or keyword instead of by word.")
    route = "opt_in_forms"

    def whole(self, period: Period) -> QuerySet[ConsentEvent]:
        given = ConsentEvent.objects.filter(within(period, "recorded_at"), action="given")
        return given.exclude(kind=ConsentEvent.Kind.REPLY).order_by("-recorded_at")

    def good(self, period: Period) -> Q:
        return Q(quality__in=[ConsentEvent.Quality.COMPLETE, ConsentEvent.Quality.IMPORTED])


class Confirmed(Counted):
    """Denominator: opt-ins that began in the period and were given. Numerator: those confirmed to the customer."""

    key = "opt_ins_confirmed"
    title = _("Opt-ins that were confirmed to the customer")
    counted = _("Of the opt-ins that began in the period and were given: those whose confirmation left.")
    target = 95
    act = _("Confirm those that are left.")
    route = "opt_ins"
    columns = (_("Opt-in"), _("Began (UTC)"), _("Confirmed (UTC)"))

    def whole(self, period: Period) -> QuerySet[OptIn]:
        given = OptIn.objects.filter(within(period, "began_at"), state=OptIn.State.GIVEN)
        return given.order_by("-began_at")

    def good(self, period: Period) -> Q:
        left = Message.objects.filter(pk=OuterRef("confirmation_id"), status__in=_GOT_IT)
        return Q(confirmed_at__isnull=False) | Q(Exists(left)) | Q(confirmation_status__in=_GOT_IT)

    def cells(self, row: OptIn, member: Membership) -> Sequence[str]:
        return str(row.pk), moment(row.began_at), moment(row.confirmed_at)


class Decided(Counted):
    """Denominator: perhaps-stops of the period that are decided or overdue. Numerator: those decided before their due
    time, one business day after the text.
    """

    key = "questions_in_time"
    title = _("Unclear stops decided within a business day")
    counted = _("Of the texts that perhaps asked to stop, and are decided or overdue: those decided in time.")
    act = _("Decide those that are open.")
    route = "questions"
    columns = (_("Question"), _("Asked (UTC)"), _("Due (UTC)"), _("Decided (UTC)"), _("By"))
    median = "took"

    def whole(self, period: Period) -> QuerySet[OptOutQuestion]:
        asked = OptOutQuestion.objects.filter(within(period, "asked_at"))
        ripe = asked.filter(Q(decided_at__isnull=False) | Q(due_at__lt=timezone.now()))
        return (
            ripe.select_related("decided_by__user").annotate(took=F("decided_at") - F("asked_at")).order_by("-asked_at")
        )

    def good(self, period: Period) -> Q:
        return Q(decided_at__lte=F("due_at"))

    def cells(self, row: OptOutQuestion, member: Membership) -> Sequence[str]:
        times = moment(row.asked_at), moment(row.due_at), moment(row.decided_at)
        return str(row.pk), *times, named(row.decided_by, member)

    def url(self, row: OptOutQuestion) -> str:
        return reverse("conversation", args=[row.conversation_id])


KINDS = (Honoured, AtOnce, Provable, Confirmed, Decided)
