"""Each check's rule over plain facts: every branch, and what is worse wins."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from compliance.models import CheckedConversation
from compliance.review_checks import judging
from compliance.review_checks.facts import (
    EscalationFact,
    Facts,
    FindingFact,
    FirstText,
    GrayText,
    OptInFact,
    TextFact,
)
from compliance.review_checks.judging import Check, Judged, Link, Result, judge, may_change, still
from compliance.review_checks.words import sentence
from texting.statuses import RANK, MessageStatus

A, B, C = (UUID(int=number) for number in (1, 2, 3))
GONE_NOW = Judged(Result.NOT_YET, ("words_gone",))
GIVEN = datetime(2026, 3, 2, 9, tzinfo=UTC)


def at(minutes):
    return GIVEN + timedelta(minutes=minutes)


def said(check, **facts):
    judged = judge(Facts(A, **facts))[check]
    return judged.result.value, judged.why


def opt_in(status=None, sent=0, held=None, **more):
    text = TextFact(B, status, at(sent), at(held) if held is not None else None) if status else None
    return {"opt_ins": (OptInFact(C, GIVEN, text, **more),), "asked_for_permission": True}


@pytest.mark.parametrize(
    ("facts", "result", "why"),
    [
        ({}, "not_asked", "nothing_sent"),
        ({"asked_for_permission": True, "wrote_first": True}, "not_asked", "wrote_first"),
        ({"asked_for_permission": True}, "fails", "no_opt_in"),
        (opt_in(), "fails", "never_confirmed"),
        (opt_in(by_carrier=True), "not_yet", "carrier_confirms"),
        (opt_in(confirmed_at=at(1)), "holds", "confirmed"),
        (opt_in("queued"), "not_yet", "confirmation_on_its_way"),
        (opt_in("undelivered"), "fails", "confirmation_did_not_arrive"),
        (opt_in("sent", 5), "holds", "confirmed"),
        (opt_in("delivered", 6), "fails", "confirmed_late"),
        (opt_in("delivered", 64, held=60), "holds", "confirmed"),  # it was night
        (opt_in("delivered", 66, held=60), "fails", "confirmed_late"),
    ],
)
def test_an_opt_in_is_confirmed_within_five_minutes_of_when_that_may_leave(facts, result, why):
    assert said(Check.OPT_IN, **facts) == (result, (why,))


@pytest.mark.parametrize(
    ("first", "result", "why"),
    [
        (None, "not_asked", ("nothing_sent",)),
        (FirstText(B, "sending", False, True, True), "not_yet", ("first_on_its_way",)),
        (FirstText(B, "sent", False, True, True), "holds", ("opening_said",)),
        (FirstText(B, "sent", True, True, True), "holds", ("opening_said",)),
        (FirstText(B, "sent", True, True, False), "not_asked", ("first_is_owed",)),
        (FirstText(B, "sent", False, None, None), "not_yet", ("words_gone",)),
        (FirstText(B, "sent", False, False, True), "fails", ("no_company",)),
        (FirstText(B, "sent", False, True, False), "fails", ("no_opt_out_words",)),
        (FirstText(B, "sent", False, False, False), "fails", ("no_company", "no_opt_out_words")),
    ],
)
def test_the_beginning_names_the_company_and_says_how_to_opt_out(first, result, why):
    assert said(Check.OPENING, first=first) == (result, why)


def finding(status=None, *, outbound=False, removed=False, wrong=False):
    return {"texts": 2, "findings": (FindingFact(B, C, outbound, removed, wrong, status),)}


@pytest.mark.parametrize(
    ("facts", "result", "why"),
    [
        ({}, "not_asked", "no_texts"),
        ({"texts": 3}, "holds", "nothing_found"),
        (finding(removed=True), "holds", "removed"),
        (finding(wrong=True), "holds", "judged_wrong"),
        (finding(), "fails", "shared_by_customer"),
        (finding("delivered", outbound=True), "fails", "shared_by_us"),
        (finding("failed", outbound=True), "holds", "stopped"),
        (finding("held", outbound=True), "not_yet", "finding_on_its_way"),
        (finding(None, outbound=True), "fails", "shared_by_us"),  # the text is purged; it was sent for a reason
    ],
)
def test_nothing_likely_or_sure_was_left_readable(facts, result, why):
    assert said(Check.CONTENT, **facts) == (result, (why,))


def escalation(**fields):
    return {"escalations": (EscalationFact(B, **fields),)}


@pytest.mark.parametrize(
    ("facts", "result", "why"),
    [
        ({}, "not_asked", "nothing_gray"),
        ({"unread": 2}, "not_yet", "words_gone"),
        ({"gray": (GrayText(B, C),)}, "fails", "not_escalated"),
        (escalation(is_open=True), "not_yet", "open"),
        (escalation(is_open=True, too_late=True), "fails", "too_late"),
        (escalation(is_open=False, channel="phone"), "holds", "settled"),
        (escalation(is_open=False, channel="phone", too_late=True), "holds", "settled_late"),
        (escalation(is_open=False), "not_asked", "waived"),
        (escalation(is_open=False, channel="email") | {"gray": (GrayText(A),)}, "fails", "not_escalated"),
        (escalation(is_open=False, channel="email") | {"unread": 1}, "holds", "settled"),
    ],
)
def test_what_is_gray_ends_on_another_channel(facts, result, why):
    assert said(Check.GRAY, **facts) == (result, (why,))


def test_of_several_the_worst_counts_with_its_own_reasons_and_evidence_only():
    good, bad = FindingFact(A, C, False, True, False), FindingFact(B, C, False, False, False)
    judged = judge(Facts(A, texts=2, findings=(good, bad)))[Check.CONTENT]
    assert (judged.result, judged.why) == (Result.FAILS, ("shared_by_customer",))
    assert ("finding", B) in judged.evidence
    assert ("finding", A) not in judged.evidence


MESSAGE, FINDING, ESCALATION = ((link, A) for link in (Link.MESSAGE, Link.FINDING, Link.ESCALATION))


@pytest.mark.parametrize(
    ("before", "now", "stands"),
    [
        (Judged(Result.FAILS, ("not_escalated",), (MESSAGE,)), GONE_NOW, True),
        (Judged(Result.NOT_ASKED, ("nothing_gray",)), GONE_NOW, True),
        (Judged(Result.HOLDS, ("settled",), (ESCALATION,)), GONE_NOW, True),
        (Judged(Result.NOT_YET, ("open",), (ESCALATION,)), GONE_NOW, False),
        (None, GONE_NOW, False),
        (Judged(Result.FAILS, ("not_escalated",), (MESSAGE, FINDING)), GONE_NOW, False),  # judged wrong since
        (Judged(Result.FAILS, ("not_escalated",), (MESSAGE,)), Judged(Result.HOLDS, ("settled",)), True),
        (Judged(Result.FAILS, ("not_escalated",), (MESSAGE,)), Judged(Result.FAILS, ("too_late",)), False),
        (Judged(Result.FAILS, ("too_late",), (ESCALATION,)), Judged(Result.HOLDS, ("settled",)), False),
        (Judged(Result.NOT_ASKED, ("nothing_gray",)), Judged(Result.HOLDS, ("settled",)), False),
    ],
)
def test_what_words_told_stands_when_they_are_gone_and_nothing_else_does(before, now, stands):
    found = still(Check.GRAY, now, before, unread=1)
    assert found == (Judged(before.result, (*before.why, "told_before"), before.evidence) if stands else now)
    assert still(Check.GRAY, found, found, unread=1).why == found.why, "said once"


def test_while_every_word_is_kept_a_failure_goes_when_its_reason_does():
    before, now = Judged(Result.FAILS, ("not_escalated",), (MESSAGE,)), Judged(Result.HOLDS, ("settled",))
    assert still(Check.GRAY, now, before, unread=0) == now


def test_the_order_in_which_facts_were_read_changes_nothing():
    one, two = EscalationFact(A, False, "phone"), EscalationFact(B, False, "email", True)
    there, back = (judge(Facts(C, escalations=those)) for those in ((one, two), (two, one)))
    assert there == back


@pytest.mark.parametrize(
    ("status", "open_still"), [("sent", True), ("queued", True), ("delivered", False), ("failed", False)]
)
def test_only_a_text_without_an_end_may_turn_a_result(status, open_still):
    assert may_change(Facts(A, first=FirstText(B, status, False, True, True))) is open_still
    assert may_change(Facts(A, **opt_in(status))) is open_still
    assert may_change(Facts(A, **finding(status, outbound=True))) is open_still
    assert not may_change(Facts(A))


def test_the_statuses_are_those_of_texts():
    every = {status.value for status in MessageStatus}
    assert judging.ON_ITS_WAY | judging.ENDED | {"sent", "received"} == every
    ends = min(RANK[MessageStatus(one)] for one in judging.ENDED)
    assert all(RANK[MessageStatus(one)] < ends for one in judging.ON_ITS_WAY | {"sent"})


def test_results_are_stored_under_the_names_of_the_rules():
    assert {one.value for one in Result} == set(CheckedConversation.Result.values)
    fields = {field.name for field in CheckedConversation._meta.concrete_fields}
    assert {one.value for one in Check} <= fields


def test_every_reason_has_a_sentence():
    import re
    from pathlib import Path

    codes = set(re.findall(r'"([a-z]+(?:_[a-z]+)*)"', Path(judging.__file__).read_text()))
    reasons = codes - {*MessageStatus, *Check, *Result, *judging.Link, "canceled", "failed"} | {"open"}
    assert len(reasons) > 20
    assert all(sentence(code) for code in reasons)
