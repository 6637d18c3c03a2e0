"""What the texts that left show: verdicts, permission, opening words, hours, outcomes."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from compliance.measures.evidence import figures
from compliance.measures.evidence.figures import Counted, moment, within
from compliance.models import ConsentEvent, EntryFact, TextFact
from compliance.reports.periods import Period
from texting.models import Message, SendAttempt
from texting.purposes import TERMS, Purpose
from texting.statuses import MessageStatus

OWED = [purpose.value for purpose, terms in TERMS.items() if terms.owed]
"""Answers that are owed by law, by the carriers' rules or by decency: they need no permission."""
_ASKED_FOR = [Purpose.CODE.value, Purpose.PRIVATE_CODE.value, Purpose.OPT_IN_QUESTION.value]
_COURTESY = [Purpose.APPOINTMENT.value, Purpose.POLL.value, Purpose.REPLY.value, Purpose.PRIVATE_LINK.value]
_NEVER_LEFT = [MessageStatus.CANCELED.value, MessageStatus.FAILED.value]
_ENDED = [
    one.value
    for one in (
        *(MessageStatus.DELIVERED, MessageStatus.UNDELIVERED, MessageStatus.FAILED),
        *(MessageStatus.CANCELED, MessageStatus.READ),
    )
]
A_DAY = timedelta(days=1)  # after which a receipt is no longer expected


class OfTexts(Counted):
    """Outgoing texts that left, by when they were written (`texting_message_out_by_time`)."""

    columns = (_("Text"), _("Written (UTC)"), _("Left (UTC)"), _("Purpose"), _("State"))
    fact: ClassVar[str]  # the column of `TextFact` that is as `good`
    of_facts: ClassVar[Q] = Q()  # as `whole` narrows the texts

    def gone(self, period: Period) -> tuple[int, int]:
        rows = TextFact.objects.filter(self.of_facts, day__gte=period.first, day__lte=period.last)
        found = rows.aggregate(whole=Sum("number"), part=Sum("number", filter=Q(**{self.fact: True})))
        return found["part"] or 0, found["whole"] or 0

    def whole(self, period: Period) -> QuerySet[Message]:
        """Every text to a customer that was handed over."""
        ours = Message.objects.filter(within(period, "created_at"), direction=Message.Direction.OUT)
        return ours.filter(sent_at__isnull=False).order_by("-created_at")

    def cells(self, row: Message, member: Membership) -> Sequence[str]:
        """Ids, times, words of our own: nothing that was written."""
        return str(row.pk), moment(row.created_at), moment(row.sent_at), row.purpose, row.status

    def url(self, row: Message) -> str:
        return reverse("conversation", args=[row.conversation_id])


def _handed_over(**rule: Any) -> Exists:
    """That a verdict at the hand-over names this rule."""
    return Exists(SendAttempt.objects.filter(message=OuterRef("pk"), decision__reasons__contains=[rule]))


# What is asked of each text, on its row. `compliance.report_facts` asks the same before the row goes.


def was_judged() -> Q:
    """That verdicts let it out at both stages."""
    return Q(
        Exists(SendAttempt.objects.filter(message=OuterRef("pk"), decision_verdict="allow")), decision_verdict="allow"
    )


def was_permitted() -> Q:
    """That the ledger holds a permission older than it; of a forgotten customer, that it did."""
    earlier = Q(recorded_at__lte=OuterRef("created_at"))
    wrote = Q(source=ConsentEvent.Source.INBOUND, happened_at__lte=OuterRef("created_at"))
    said = ConsentEvent.objects.filter(number_index=OuterRef("contact__number_index"), action="given")
    return Q(was_permitted=True) | Q(Exists(said.filter(earlier | wrote)))


def is_first() -> Q:
    """That it is the first of ours in its conversation, and one that has to open it."""
    before = Q(created_at__lt=OuterRef("created_at")) | Q(created_at=OuterRef("created_at"), id__lt=OuterRef("id"))
    earlier = Message.objects.filter(before, conversation=OuterRef("conversation"), direction=Message.Direction.OUT)
    earlier = earlier.exclude(purpose=Purpose.OPT_OUT_ANSWER.value).exclude(status__in=_NEVER_LEFT)
    return ~Q(Exists(earlier)) & ~Q(purpose__in=[*OWED, *_ASKED_FOR])


def was_opened() -> Q:
    """That it was found to name the company and to say how to opt out."""
    return Q(_handed_over(rule="first_text.said"))


def was_lawful() -> Q:
    """That it was open everywhere its reader may be."""
    return Q(_handed_over(rule="hours.open"))


def was_courteous() -> Q:
    """That it was not sent outside of the courtesy hours all the same."""
    return ~Q(_handed_over(rule="hours.insisted")) & ~Q(_handed_over(rule="hours.warned"))


def is_ended() -> Q:
    """That its end is known."""
    return Q(status__in=_ENDED)


def answers_to_help(texts: QuerySet[Message]) -> QuerySet[Message]:
    """Those of the texts that answered the HELP of the outer query in time."""
    return texts.filter(
        contact__number_index=OuterRef("number_index"),
        direction=Message.Direction.OUT,
        purpose=Purpose.HELP_ANSWER.value,
        sent_at__gte=OuterRef("recorded_at"),
        sent_at__lte=OuterRef("recorded_at") + timedelta(minutes=5),
    )


class Judged(OfTexts):
    """Denominator: texts that left. Numerator: those with a stored verdict of the gate, at queue and at hand-over."""

    key = "texts_judged"
    fact = "is_judged"
    title = _("Texts that a stored verdict let out")
    counted = _(
        "Of all texts that left: those with a verdict of every rule, kept when they were queued and again when they "
        "were handed over."
    )

    def good(self, period: Period) -> Q:
        return was_judged()


class Permitted(OfTexts):
    """Denominator: texts that left and are not owed or asked for. Numerator: those to a number of which the consent
    ledger holds a permission that is older than the text. Looked up afresh, not taken from the gate. When it was
    recorded counts, but for customers' own texts, which may be fetched late: there, when they wrote.
    """

    key = "texts_permitted"
    fact = "is_permitted"
    of_facts = ~Q(purpose__in=[*OWED, *_ASKED_FOR])
    title = _("Texts to people with an earlier permission in the ledger")
    counted = _(
        "Of all texts that left, without answers that are owed and codes: those to a number whose permission was "
        "recorded before."
    )
    act = _("Look at the texts, and at where permission is recorded.")
    route = "permission_report"

    def whole(self, period: Period) -> QuerySet[Message]:
        return super().whole(period).filter(self.of_facts)

    def good(self, period: Period) -> Q:
        return was_permitted()


class Opened(OfTexts):
    """Denominator: texts that left and were the first of ours in their conversation. Numerator: those whose verdict at
    the hand-over says that they named the company and said how to opt out (`first_text.said`). First texts are looked
    for among the newest MOST texts of the period: they may be few among many.
    """

    key = "first_texts"
    fact = "is_opened"
    of_facts = Q(is_first=True)
    title = _("First texts with the company's name and the opt-out words")
    counted = _("Of the first texts of conversations: those found to hold both when they were handed over.")

    def whole(self, period: Period) -> QuerySet[Message]:
        newest = super().whole(period).values("pk")[: figures.MOST]
        return Message.objects.filter(is_first(), pk__in=newest).order_by("-created_at")

    def is_cut(self, period: Period) -> bool:
        return super().whole(period)[figures.MOST : figures.MOST + 1].exists()

    def good(self, period: Period) -> Q:
        return was_opened()


class InLawfulHours(OfTexts):
    """Denominator: marketing that left. Numerator: texts whose verdict at the hand-over says that it was open
    everywhere their reader may be.
    """

    key = "marketing_hours"
    fact = "is_lawful"
    of_facts = Q(purpose=Purpose.BULK.value)
    title = _("Marketing sent within the lawful hours")
    counted = _(
        "Of all marketing texts that left: those for which the hours were open, by the table of hours, when they "
        "were handed over."
    )
    act = _("See which row of the table was applied, and correct customers' places.")
    route = "hours_table"

    def whole(self, period: Period) -> QuerySet[Message]:
        return super().whole(period).filter(self.of_facts)

    def good(self, period: Period) -> Q:
        return was_lawful()


class InCourtesyHours(OfTexts):
    """Denominator: other texts that somebody wrote and that left. Numerator: those that were not sent outside of the
    courtesy hours, by their author's wish or because the organization only warns.
    """

    key = "courtesy_hours"
    fact = "is_courteous"
    of_facts = Q(purpose__in=_COURTESY)
    title = _("Other texts sent within the courtesy hours")
    counted = _("Of all texts that members wrote: those that did not leave outside the customer's hours all the same.")
    target = 95
    act = _("Let texts wait for the customer's hours instead of only warning.")
    route = "hours"

    def whole(self, period: Period) -> QuerySet[Message]:
        return super().whole(period).filter(self.of_facts)

    def good(self, period: Period) -> Q:
        return was_courteous()


class Ended(OfTexts):
    """Denominator: texts that left more than a day ago. Numerator: those whose end is known, good or bad."""

    key = "outcomes_known"
    fact = "is_ended"
    title = _("Texts whose outcome is known")
    counted = _(
        "Of the texts that left more than a day ago: those of which the provider told, or was asked, what became of "
        "them."
    )
    target = 90
    act = _("Look at the texts that wait for a receipt.")
    route = "attention"

    def whole(self, period: Period) -> QuerySet[Message]:
        return super().whole(period).filter(created_at__lt=timezone.now() - A_DAY)

    def good(self, period: Period) -> Q:
        return is_ended()


class HelpAnswered(Counted):
    """Denominator: HELP texts, by when they were recorded. Numerator: those that the answer to HELP left after, within
    five minutes.
    """

    key = "help_answered"
    title = _("HELP texts that were answered")
    counted = _("Of all texts that asked for HELP: those that got the answer within 5 minutes.")
    target = 99
    act = _("Look at the automatic answers.")
    route = "automatic_answers"
    columns = (_("Entry"), _("Asked (UTC)"))

    def whole(self, period: Period) -> QuerySet[ConsentEvent]:
        return ConsentEvent.objects.filter(within(period, "recorded_at"), action="help").order_by("-recorded_at")

    def good(self, period: Period) -> Q:
        kept = EntryFact.objects.filter(entry=OuterRef("pk"), was_answered=True)
        return Q(Exists(answers_to_help(Message.objects.all()))) | Q(Exists(kept))

    def cells(self, row: ConsentEvent, member: Membership) -> Sequence[str]:
        return str(row.pk), moment(row.recorded_at)


KINDS = (Judged, Permitted, Opened, InLawfulHours, InCourtesyHours, Ended, HelpAnswered)
