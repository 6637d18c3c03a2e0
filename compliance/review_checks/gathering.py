"""The facts of many conversations, in a number of statements that does not depend on how many there are.

What was written is opened only where nothing that is stored answers: a first text without a kept verdict, and
customers' texts that no escalation names, which are read by the intent model and forgotten again.
"""

from collections.abc import Collection, Iterable
from uuid import UUID

from django.db.models import F

from compliance.review_checks.facts import Facts, FindingFact, FirstText
from compliance.review_checks.gathered import Gathered, TextRow, read_texts, words_of
from compliance.review_checks.gathering_gray import FoundRow, escalations_of, findings_of, gray_texts
from compliance.review_checks.gathering_opt_ins import opt_ins_of
from compliance.words.first_words import names, tells_how_to_opt_out
from tenancy.isolation import current_organization_id
from tenancy.models import Organization
from texting.limits.judging import OWED
from texting.models import Conversation, SendAttempt
from texting.purposes import Purpose

WITHOUT_CLAUSES = OWED | {Purpose.CODE, Purpose.PRIVATE_CODE, Purpose.OPT_IN_QUESTION}
"""Of these no clauses are asked, and they need no permission (`send_policies.first_text`)."""


def gather(ids: Iterable[UUID]) -> list[Gathered]:
    """Those whose texts are there, each with its facts. The organization is active."""
    rows = Conversation.objects.select_related("line__campaign").defer("preview")
    rows = rows.annotate(number_index=F("contact__number_index")).filter(pk__in=list(ids))
    rows = rows.filter(texts_gone_at=None)  # of others what was told stands
    found = [Gathered(row, bytes(row.number_index)) for row in rows]
    if not found:
        return []
    read_texts(found)
    firsts = _first_texts(found)
    findings, escalations, opt_ins = findings_of(found), escalations_of(found), opt_ins_of(found)
    gray, unread = gray_texts(found, findings, escalations)
    for one in found:
        asking = [text for text in one.ours if text.purpose not in WITHOUT_CLAUSES]
        one.facts = Facts(
            conversation_id=one.id,
            texts=len(one.texts),
            asked_for_permission=bool(asking),
            wrote_first=bool(asking) and opt_ins[one.id].wrote_before(asking[0], one.texts),
            opt_ins=opt_ins[one.id].facts,
            first=firsts.get(one.id),
            findings=_finding_facts(findings[one.id], one.texts),
            escalations=escalations[one.id].facts,
            gray=gray[one.id],
            unread=unread[one.id],
        )
    return found


def _finding_facts(findings: Iterable[FoundRow], texts: Iterable[TextRow]) -> tuple[FindingFact, ...]:
    statuses = {text.id: text.status for text in texts if not text.inbound}
    return tuple(
        FindingFact(one.id, one.message_id, one.outbound, one.removed, one.judged_wrong, statuses.get(one.message_id))
        for one in findings
    )


def _first_texts(found: Collection[Gathered]) -> dict[UUID, FirstText]:
    """Of each conversation the first of ours that counts, as the gate's rule sees it."""
    firsts: dict[UUID, TextRow] = {}
    for one in found:
        counted = [text for text in one.ours if text.purpose != Purpose.OPT_OUT_ANSWER]
        if counted:
            firsts[one.id] = min(counted, key=lambda text: text.id)
    attempts = SendAttempt.objects.filter(message_id__in=[text.id for text in firsts.values()])
    said = attempts.filter(decision__reasons__contains=[{"rule": "first_text.said"}])
    kept = set(said.values_list("message_id", flat=True))
    company = Organization.objects.values_list("name", flat=True).get(pk=current_organization_id())
    words = words_of([text.id for text in firsts.values() if text.id not in kept])
    return {pk: _first(text, words.get(text.id), company, was_said=text.id in kept) for pk, text in firsts.items()}


def _first(text: TextRow, words: str | None, company: str, *, was_said: bool) -> FirstText:
    named: bool | None = None
    told: bool | None = None
    if was_said:
        named = told = True
    elif words is not None:
        named, told = names(words, company), tells_how_to_opt_out(words)
    return FirstText(text.id, text.status, text.purpose in WITHOUT_CLAUSES, named, told)
