"""Statuses move forward only, and every one of them can be explained to a person."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from texting.explaining import explain
from texting.statuses import ALLOWED, FINAL, RANK, ErrorKind, MessageStatus, Retry, advance, may_move, taken

S = MessageStatus
OUTBOUND = [status for status in S if status is not S.RECEIVED]
news = st.lists(st.sampled_from(list(S)), max_size=12)


@given(st.sampled_from(list(S)), news)
def test_whatever_is_heard_in_whatever_order_a_status_never_goes_back(start: S, heard: list[S]) -> None:
    current = start
    for new in heard:
        following = advance(current, new)
        assert following in {current, new}
        assert following is current or RANK[following] > RANK[current]
        current = following


@given(st.permutations([S.SENDING, S.SENT, S.DELIVERED, S.READ]))
def test_a_delivered_and_read_text_ends_as_read_in_any_order(heard: list[S]) -> None:
    current = S.QUEUED
    for new in [*heard, *heard]:
        current = advance(current, new)
    assert current is S.READ


@pytest.mark.parametrize("first", [S.DELIVERED, S.UNDELIVERED, S.FAILED, S.CANCELED])
@pytest.mark.parametrize("second", [S.DELIVERED, S.UNDELIVERED, S.FAILED, S.CANCELED])
def test_the_first_end_stays_whatever_a_late_callback_says(first: S, second: S) -> None:
    assert advance(first, second) is first


def test_delivered_follows_undelivered_only_when_we_asked_the_provider() -> None:
    assert advance(S.UNDELIVERED, S.DELIVERED) is S.UNDELIVERED
    assert advance(S.UNDELIVERED, S.DELIVERED, polled=True) is S.DELIVERED
    assert advance(S.FAILED, S.DELIVERED, polled=True) is S.FAILED
    assert advance(S.DELIVERED, S.UNDELIVERED, polled=True) is S.DELIVERED


def test_an_unknown_outcome_is_settled_by_a_callback_and_never_resent() -> None:
    assert advance(S.SENDING, S.UNCONFIRMED) is S.UNCONFIRMED
    assert advance(S.UNCONFIRMED, S.SENDING) is S.UNCONFIRMED
    assert advance(S.UNCONFIRMED, S.QUEUED) is S.UNCONFIRMED
    assert {advance(S.UNCONFIRMED, end) for end in (S.SENT, S.DELIVERED, S.FAILED)} == {S.SENT, S.DELIVERED, S.FAILED}


def test_a_callback_that_overtakes_our_own_record_is_believed() -> None:
    assert advance(S.QUEUED, S.DELIVERED) is S.DELIVERED
    assert advance(S.DELIVERED, S.SENT) is S.DELIVERED


def test_a_text_can_be_canceled_only_before_it_is_handed_over() -> None:
    assert {status for status in S if may_move(status, S.CANCELED)} == {S.HELD, S.QUEUED}


def test_a_held_text_must_be_released_before_it_can_be_sent() -> None:
    assert advance(S.HELD, S.SENDING) is S.HELD
    assert advance(S.HELD, S.SENT) is S.HELD
    assert advance(S.HELD, S.QUEUED) is S.QUEUED


def test_an_inbound_text_never_moves() -> None:
    assert not any(may_move(S.RECEIVED, new, polled=True) for new in S)
    assert not any(may_move(status, S.RECEIVED, polled=True) for status in S)


def test_every_status_has_a_rank_and_moves_and_all_moves_go_up() -> None:
    assert set(RANK) == set(ALLOWED) == set(S)
    for status, following in product(OUTBOUND, OUTBOUND):
        if following in ALLOWED[status]:
            assert RANK[following] > RANK[status]
    assert all(ALLOWED[status] <= {S.READ} for status in FINAL)


def test_every_status_and_error_has_words_for_a_person() -> None:
    for status, kind in product(S, [None, *ErrorKind]):
        words = explain(status, kind)
        assert words.label
        assert words.reason.endswith(".")
        assert "_" not in words.label + words.reason + words.what_to_do
    for kind in ErrorKind:
        failed = explain(S.FAILED, kind)
        assert failed.label == "Not sent"
        assert failed.what_to_do.endswith(".")


def test_a_delivered_text_is_not_explained_by_an_older_error() -> None:
    assert explain(S.DELIVERED, ErrorKind.UNREACHABLE) == explain(S.DELIVERED)
    assert explain(S.UNDELIVERED, ErrorKind.UNREACHABLE) != explain(S.UNDELIVERED)


def test_only_passing_errors_are_tried_again_and_an_unknown_outcome_never_blindly() -> None:
    assert {kind for kind in ErrorKind if kind.retry is Retry.BACK_OFF} == {ErrorKind.RATE_LIMITED, ErrorKind.TRANSIENT}
    assert ErrorKind.UNREACHABLE.retry is Retry.ONCE_LATER
    assert ErrorKind.UNKNOWN_OUTCOME.retry is Retry.RECONCILE
    assert ErrorKind.OPTED_OUT.retry is Retry.NEVER


@pytest.mark.parametrize("new", [status for status in S if status not in {S.RECEIVED, S.HELD}])
def test_proof_that_the_provider_has_a_text_undoes_an_end_that_was_only_assumed(new: S) -> None:
    known = taken(S.FAILED, ErrorKind.ABSENT, new)
    assert known is {S.QUEUED: S.SENT, S.SENDING: S.SENT, S.UNCONFIRMED: S.SENT, S.CANCELED: S.UNCONFIRMED}.get(
        new, new
    )
    assert taken(S.FAILED, ErrorKind.INVALID_RECIPIENT, new) in {S.FAILED, S.READ}


def test_a_rule_that_kept_a_text_back_is_named_in_words() -> None:
    words = explain(S.CANCELED, None, "author.active")
    assert words.label == "Canceled"
    assert "colleague" in words.reason
    assert explain(S.CANCELED, None, "unheard.of") == explain(S.CANCELED)
    assert explain(S.FAILED, ErrorKind.AUTH, "expired") == explain(S.FAILED, ErrorKind.AUTH)
    assert explain(S.SENT, None, "", "no_receipt").label == "No receipt"
    assert explain(S.DELIVERED, None, "", "no_receipt") == explain(S.DELIVERED)
