"""The rules of the four checks (docs/review-checks.md), as functions of `facts.Facts`. No database, no clock.

The same facts give the same outcome, so what is stored can be held against what the history says at any time. Whoever
changes a rule raises `RULES`; outcomes by older rules stay.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from compliance.review_checks.facts import EscalationFact, Facts, FindingFact, OptInFact, TextFact

RULES = "1"
CONFIRMED_WITHIN = timedelta(minutes=5)
"""After the opt-in, or after the hours let the confirmation leave (47 CFR 64.1200(a)(12))."""

ON_ITS_WAY = frozenset({"held", "queued", "sending", "unconfirmed"})
NEVER_LEFT = frozenset({"canceled", "failed"})
LEFT = frozenset({"sent", "delivered", "read"})
ENDED = NEVER_LEFT | {"delivered", "undelivered", "read"}
"""Statuses of `texting.statuses` after which little can change; tests hold these sets against the order there."""


class Check(StrEnum):
    """In the order in which pages show them."""

    OPT_IN = "opt_in"
    OPENING = "opening"
    CONTENT = "content"
    GRAY = "gray"


class Result(StrEnum):
    """What a check says."""

    HOLDS = "holds"
    FAILS = "fails"
    NOT_YET = "not_yet"
    NOT_ASKED = "not_asked"


class Link(StrEnum):
    """What an id of the evidence is of."""

    MESSAGE = "message"
    CONSENT = "consent"
    FINDING = "finding"
    ESCALATION = "escalation"


Evidence = tuple[Link, UUID]


@dataclass(frozen=True)
class Judged:
    """One check's result, why (codes, see `words`), and what shows it."""

    result: Result
    why: tuple[str, ...]
    evidence: tuple[Evidence, ...] = ()


def judge(facts: Facts) -> dict[Check, Judged]:
    """All four."""
    return {check: rule(facts) for check, rule in _RULES.items()}


def _opt_in(facts: Facts) -> Judged:
    """The opt-ins that fell into the conversation, else the one it rests on, were each confirmed by a text."""
    if facts.opt_ins:
        return _worst(_one_opt_in(each) for each in facts.opt_ins)
    if not facts.asked_for_permission:
        return Judged(Result.NOT_ASKED, ("nothing_sent",))
    if facts.wrote_first:
        return Judged(Result.NOT_ASKED, ("wrote_first",))
    return Judged(Result.FAILS, ("no_opt_in",))


def _one_opt_in(one: OptInFact) -> Judged:
    consent = (Link.CONSENT, one.event_id)
    if one.text is not None:
        result, why = _confirmation(one.text, one.given_at)
        return Judged(result, (why,), (consent, (Link.MESSAGE, one.text.id)))
    if one.confirmed_at is not None:
        return Judged(Result.HOLDS, ("confirmed",), (consent,))
    if one.by_carrier:
        return Judged(Result.NOT_YET, ("carrier_confirms",), (consent,))
    return Judged(Result.FAILS, ("never_confirmed",), (consent,))


def _confirmation(text: TextFact, given_at: datetime) -> tuple[Result, str]:
    if text.status in ON_ITS_WAY:
        return Result.NOT_YET, "confirmation_on_its_way"
    if text.status not in LEFT:
        return Result.FAILS, "confirmation_did_not_arrive"
    from_then = max(given_at, text.held_until or given_at)
    if text.sent_at is not None and text.sent_at - from_then > CONFIRMED_WITHIN:
        return Result.FAILS, "confirmed_late"
    return Result.HOLDS, "confirmed"


def _opening(facts: Facts) -> Judged:
    """Our first text names the company and says how to opt out."""
    first = facts.first
    if first is None:
        return Judged(Result.NOT_ASKED, ("nothing_sent",))
    shown = ((Link.MESSAGE, first.id),)
    if first.status in ON_ITS_WAY:
        return Judged(Result.NOT_YET, ("first_on_its_way",), shown)
    if first.names_company and first.says_opt_out:
        return Judged(Result.HOLDS, ("opening_said",), shown)
    if first.owed:
        return Judged(Result.NOT_ASKED, ("first_is_owed",), shown)
    if first.names_company is None or first.says_opt_out is None:
        return Judged(Result.NOT_YET, (GONE,), shown)
    missing = (("no_company", first.names_company), ("no_opt_out_words", first.says_opt_out))
    return Judged(Result.FAILS, tuple(code for code, said in missing if not said), shown)


def _content(facts: Facts) -> Judged:
    """No likely or sure finding was left readable. What a person judged wrong is none."""
    if not facts.texts and not facts.findings:
        return Judged(Result.NOT_ASKED, ("no_texts",))
    if not facts.findings:
        return Judged(Result.HOLDS, ("nothing_found",))
    return _worst(_one_finding(each) for each in facts.findings)


def _one_finding(one: FindingFact) -> Judged:
    shown = ((Link.FINDING, one.id), (Link.MESSAGE, one.message_id))
    if one.judged_wrong:
        return Judged(Result.HOLDS, ("judged_wrong",), shown[:1])
    if one.removed:
        return Judged(Result.HOLDS, ("removed",), shown)
    if one.outbound and one.status in NEVER_LEFT:
        return Judged(Result.HOLDS, ("stopped",), shown)
    if one.outbound and one.status in ON_ITS_WAY:
        return Judged(Result.NOT_YET, ("finding_on_its_way",), shown)
    return Judged(Result.FAILS, ("shared_by_us" if one.outbound else "shared_by_customer",), shown)


def _gray(facts: Facts) -> Judged:
    """Whatever must not be settled by text was escalated, and ended on another channel."""
    found = [_one_gray(text.message_id, text.finding_id) for text in facts.gray]
    found += [_one_escalation(each) for each in facts.escalations]
    if facts.unread and not found:
        return Judged(Result.NOT_YET, (GONE,))
    if not found:
        return Judged(Result.NOT_ASKED, ("nothing_gray",))
    return _worst(found)


def _one_gray(message_id: UUID, finding_id: UUID | None) -> Judged:
    finding = ((Link.FINDING, finding_id),) if finding_id else ()
    return Judged(Result.FAILS, ("not_escalated",), ((Link.MESSAGE, message_id), *finding))


def _one_escalation(one: EscalationFact) -> Judged:
    shown = ((Link.ESCALATION, one.id),)
    if one.is_open:
        return Judged(Result.FAILS, ("too_late",), shown) if one.too_late else Judged(Result.NOT_YET, ("open",), shown)
    if one.channel:
        return Judged(Result.HOLDS, ("settled_late" if one.too_late else "settled",), shown)
    return Judged(Result.NOT_ASKED, ("waived",), shown)


_BAD_FIRST = (Result.FAILS, Result.NOT_YET, Result.HOLDS, Result.NOT_ASKED)


def _worst(found: Iterable[Judged]) -> Judged:
    """Several of one check as one: the worst result, with the reasons and the evidence of those that have it."""
    every = list(found)
    result = min((each.result for each in every), key=_BAD_FIRST.index)
    same = [each for each in every if each.result == result]
    why = dict.fromkeys(code for each in same for code in each.why)
    evidence = dict.fromkeys(link for each in same for link in each.evidence)
    return Judged(result, tuple(sorted(why)), tuple(sorted(evidence)))


_RULES: Mapping[Check, Callable[[Facts], Judged]] = {
    Check.OPT_IN: _opt_in,
    Check.OPENING: _opening,
    Check.CONTENT: _content,
    Check.GRAY: _gray,
}


GONE, BEFORE = "words_gone", "told_before"
"""The words that decide it are no longer kept; and: it was told while they were."""


def still(check: Check, judged: Judged, before: Judged | None, *, unread: int) -> Judged:
    """What stands when words have ended since: what was told while they were kept, so that neither a purge nor a new
    computing after it makes a failure or a success disappear. What a finding told is judged anew, as a person may have
    judged the finding meanwhile. `unread`: customers' texts whose words are gone.
    """
    if before is None or before.result is Result.NOT_YET:
        return judged
    kinds = {kind for kind, _id in before.evidence}
    was_gray = check is Check.GRAY and unread > 0 and before.result is Result.FAILS and kinds == {Link.MESSAGE}
    rests_on_words = judged.why == (GONE,) and Link.FINDING not in kinds
    if rests_on_words or (was_gray and judged.result is not Result.FAILS):
        return Judged(before.result, tuple(dict.fromkeys((*before.why, BEFORE))), before.evidence)
    return judged


def may_change(facts: Facts) -> bool:
    """Whether a text that decides something has not come to its end, so that a receipt may turn a result."""
    statuses = [one.text.status for one in facts.opt_ins if one.text is not None]
    statuses += [facts.first.status] if facts.first is not None else []
    statuses += [one.status for one in facts.findings if one.outbound and one.status is not None]
    return any(status not in ENDED for status in statuses)
