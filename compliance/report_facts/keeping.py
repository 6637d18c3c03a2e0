"""Facts are written in the transaction in which what they were counted from goes. Nobody else writes them.

Two things take a text out of a report: its row is deleted, or its customer's number is forgotten, by which the ledger
and the texts find each other. What is asked of a row here are the conditions of the reports themselves, so that they
count the same before and after; tests/retention/purging/test_reports_stay.py compares all of them.
"""

from collections import Counter
from collections.abc import Collection
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import TruncDate

from compliance.measures.evidence import texts as evidence
from compliance.measures.evidence.figures import flag
from compliance.measures.evidence.permission import texts_after
from compliance.models import ConsentEvent, EntryFact, OptIn, PollAnswer, TemplateUse, TextFact
from compliance.polls.reading import LOST
from compliance.reports.counting import LAST, LATE, OWED
from tenancy.arrays import among
from tenancy.ids import new_id
from tenancy.isolation import current_organization_id
from tenancy.models import Organization
from texting.models import Announcement, Contact, Message
from texting.statuses import MessageStatus

_FLAGS = {
    "is_judged": evidence.was_judged,
    "is_permitted": evidence.was_permitted,
    "is_first": evidence.is_first,
    "is_opened": evidence.was_opened,
    "is_lawful": evidence.was_lawful,
    "is_courteous": evidence.was_courteous,
    "is_ended": evidence.is_ended,
}
_ALIKE = ("day", "line_id", "author_id", "purpose", "template_id", *_FLAGS)
_ARRIVED = (MessageStatus.DELIVERED, MessageStatus.READ)

_ADD = f"""
INSERT INTO {TextFact._meta.db_table} (id, organization_id, {", ".join(_ALIKE)}, number)
VALUES (%s, %s, {", ".join(["%s"] * len(_ALIKE))}, %s)
ON CONFLICT ON CONSTRAINT compliance_textfact_once
DO UPDATE SET number = {TextFact._meta.db_table}.number + excluded.number
"""  # noqa: S608 - made of constants

_AROUND = f"""
SELECT e.id, last.sent_at, last.purpose, last.author_id, last.template_id, last.announcement_id, late.at
FROM (
    SELECT e.id, e.number_index, e.team_id, e.recorded_at, coalesce(e.happened_at, e.recorded_at) AS said_at
    FROM compliance_consentevent e
    WHERE e.organization_id = %(organization)s AND e.action = 'withdrawn' AND e.number_index = ANY(%(numbers)s)
) e
LEFT JOIN LATERAL ({LAST.format(some="{some}")}) last ON true
LEFT JOIN LATERAL ({LATE.format(some="{some}")}) late ON true
WHERE last.sent_at IS NOT NULL OR late.at IS NOT NULL
"""  # noqa: S608 - made of constants
_OF_TEXTS = " AND m.id = ANY(%(texts)s::uuid[])"


def keep_of_texts(texts: Collection[UUID]) -> None:
    """Before the rows of these texts are deleted: all that reports count of them. A conversation's newest texts go
    first, so that which text was its first is told while the earlier ones are there.
    """
    _keep_counts(texts)
    contacts = set(Message.objects.filter(pk__in=among(texts)).order_by().values_list("contact_id", flat=True))
    _keep_entries(contacts, Message.objects.filter(pk__in=among(texts)), texts)
    _keep_opt_ins(contacts, texts)
    _keep_thanks(contacts, texts)
    arrived = Message.objects.filter(pk__in=among(texts), announcement__isnull=False, status__in=_ARRIVED)
    for announcement, number in Counter(arrived.order_by().values_list("announcement_id", flat=True)).items():
        Announcement.objects.filter(pk=announcement).update(arrived_gone=F("arrived_gone") + number)


def keep_of_contacts(contacts: Collection[UUID]) -> None:
    """Before the numbers of these customers are forgotten: what the ledger and their texts say of each other."""
    theirs = Message.objects.filter(contact_id__in=among(contacts), direction=Message.Direction.OUT)
    permitted = theirs.filter(evidence.was_permitted(), was_permitted=False, sent_at__isnull=False).order_by()
    Message.objects.filter(pk__in=list(permitted.values_list("pk", flat=True))).update(was_permitted=True)
    _keep_entries(contacts, theirs, None)


def _keep_counts(texts: Collection[UUID]) -> None:
    zone = ZoneInfo(Organization.objects.values_list("time_zone", flat=True).get(pk=current_organization_id()))
    used = TemplateUse.objects.filter(message_id=OuterRef("pk")).values("version__template_id")
    left = Message.objects.filter(pk__in=among(texts), direction=Message.Direction.OUT, sent_at__isnull=False)
    rows = left.order_by().annotate(
        day=TruncDate("created_at", tzinfo=zone),
        template_id=Subquery(used[:1]),
        **{name: flag(condition()) for name, condition in _FLAGS.items()},
    )
    alike = Counter(rows.values_list(*_ALIKE))
    if not alike:
        return
    organization = current_organization_id()
    with connection.cursor() as cursor:
        cursor.executemany(_ADD, [(new_id(), organization, *key, number) for key, number in alike.items()])


def _keep_entries(contacts: Collection[UUID], left: QuerySet[Message], texts: Collection[UUID] | None) -> None:
    """What these texts had to do with opt-outs and HELPs of these customers; `texts`: their ids, None: all of them."""
    known = Contact.objects.filter(pk__in=among(contacts)).exclude(number_masked="")
    numbers = [bytes(one) for one in known.values_list("number_index", flat=True)]
    entries = ConsentEvent.objects.filter(number_index__in=numbers).order_by()
    matched = entries.filter(action__in=["withdrawn", "help"]).annotate(
        texted=flag(Q(Exists(texts_after(left)))), answered=flag(Q(Exists(evidence.answers_to_help(left))))
    )
    found: dict[UUID, EntryFact] = {
        pk: EntryFact(
            entry_id=pk,
            was_texted=texted and action == "withdrawn",
            was_answered=answered and action == "help",
        )
        for pk, action, texted, answered in matched.values_list("pk", "action", "texted", "answered")
    }
    for pk, last_at, purpose, author, template, announcement, late_at in _around(numbers, texts):
        fact = found[pk]
        fact.late_at = late_at
        if last_at:
            fact.last_at, fact.last_purpose = last_at, purpose
            fact.last_author_id, fact.last_template_id, fact.last_announcement_id = author, template, announcement
    for kept in EntryFact.objects.filter(entry__in=list(found)):
        _add(found[kept.entry_id], kept)
    wanted = [one for one in found.values() if one.last_at or one.late_at or one.was_texted or one.was_answered]
    columns = [field.name for field in EntryFact._meta.concrete_fields if field.name not in ("id", "organization")]
    EntryFact.objects.bulk_create(
        wanted, update_conflicts=True, unique_fields=["entry"], update_fields=[one for one in columns if one != "entry"]
    )


def _around(numbers: list[bytes], texts: Collection[UUID] | None) -> list[tuple[Any, ...]]:
    if not numbers:
        return []
    some = "" if texts is None else _OF_TEXTS
    values: dict[str, Any] = {
        "organization": current_organization_id(),
        "numbers": numbers,
        "owed": [one.value for one in OWED],
        "texts": list(texts or ()),
    }
    with connection.cursor() as cursor:
        cursor.execute(_AROUND.format(some=some), values)
        return list(cursor.fetchall())


def _add(fact: EntryFact, kept: EntryFact) -> None:
    """What was kept of texts that went before."""
    if kept.last_at and (fact.last_at is None or kept.last_at > fact.last_at):
        fact.last_at, fact.last_purpose = kept.last_at, kept.last_purpose
        fact.last_author_id, fact.last_template_id = kept.last_author_id, kept.last_template_id
        fact.last_announcement_id = kept.last_announcement_id
    fact.late_at = max(filter(None, (fact.late_at, kept.late_at)), default=None)
    fact.was_texted |= kept.was_texted
    fact.was_answered |= kept.was_answered


def _keep_thanks(contacts: Collection[UUID], texts: Collection[UUID]) -> None:
    """Whom a text did not reach that was to thank them for an answer to a poll: it thanked nobody."""
    lost = Message.objects.filter(pk__in=among(texts), status__in=LOST).order_by()
    rows = PollAnswer.objects.filter(contact_id__in=among(contacts), thanks_id__in=lost.values("pk"))
    rows.update(thanks_id=None)


def _keep_opt_ins(contacts: Collection[UUID], texts: Collection[UUID]) -> None:
    """How the question and the confirmation of their opt-ins ended."""
    theirs = OptIn.objects.filter(contact_id__in=among(contacts))
    asked = Message.objects.filter(pk=OuterRef("question_id"))
    theirs.filter(question_id__in=among(texts)).update(question_status=Subquery(asked.values("status")[:1]))
    told = Message.objects.filter(pk=OuterRef("confirmation_id"))
    theirs.filter(confirmation_id__in=among(texts)).update(
        confirmation_status=Subquery(told.values("status")[:1]),
        confirmation_sent_at=Subquery(told.values("sent_at")[:1]),
    )
