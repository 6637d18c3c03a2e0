"""The table of Twilio's errors is complete where it matters, and consistent."""

import json

import pytest

from texting.providers.twilio_errors import TABLE, failure, kind_of, table
from texting.statuses import ErrorKind, Retry

# Codes whose meaning the product depends on, written down a second time.
ESSENTIAL = {
    "20003": ErrorKind.AUTH,
    "20429": ErrorKind.RATE_LIMITED,
    "20503": ErrorKind.UNKNOWN_OUTCOME,
    "21211": ErrorKind.INVALID_RECIPIENT,
    "21408": ErrorKind.REGION,
    "21606": ErrorKind.SENDER_NOT_ALLOWED,
    "21610": ErrorKind.OPTED_OUT,
    "21611": ErrorKind.RATE_LIMITED,
    "21612": ErrorKind.INVALID_RECIPIENT,
    "21614": ErrorKind.INVALID_RECIPIENT,
    "21617": ErrorKind.CONTENT_REJECTED,
    "21635": ErrorKind.INVALID_RECIPIENT,
    "30001": ErrorKind.RATE_LIMITED,
    "30002": ErrorKind.ACCOUNT,
    "30003": ErrorKind.UNREACHABLE,
    "30004": ErrorKind.CONTENT_REJECTED,
    "30005": ErrorKind.INVALID_RECIPIENT,
    "30006": ErrorKind.INVALID_RECIPIENT,
    "30007": ErrorKind.CONTENT_REJECTED,
    "30034": ErrorKind.SENDER_NOT_ALLOWED,
    "30410": ErrorKind.UNKNOWN_OUTCOME,
    "63017": ErrorKind.RATE_LIMITED,
    "63038": ErrorKind.ACCOUNT,
}


@pytest.mark.parametrize("code", ESSENTIAL)
def test_essential_codes_mean_what_they_must(code: str) -> None:
    assert kind_of(code) is ESSENTIAL[code]


def test_only_one_code_means_opted_out() -> None:
    assert [code for code, row in table().items() if row.kind is ErrorKind.OPTED_OUT] == ["21610"]


def test_no_code_stands_there_twice_and_they_are_in_order() -> None:
    codes = [row["code"] for row in json.loads(TABLE.read_text())]
    assert codes == sorted(set(codes))


def test_each_row_says_where_it_is_from_and_speaks_in_a_sentence() -> None:
    for code, row in table().items():
        assert row.meaning[0].isupper(), code
        assert row.meaning.endswith("."), code
        page = f"https://www.twilio.com/docs/api/errors/{code}"
        assert row.source in {page, "From knowledge; Twilio's page for it was not read."}, code


def test_a_row_is_tried_again_exactly_if_its_kind_is() -> None:
    for code, row in table().items():
        assert row.retry is (row.kind.retry in {Retry.BACK_OFF, Retry.ONCE_LATER}), code
        assert row.retry or row.retry_after is None, code


def test_an_unknown_code_is_unknown() -> None:
    assert kind_of("99999") is ErrorKind.UNKNOWN
    assert kind_of("") is ErrorKind.UNKNOWN


@pytest.mark.parametrize("code", [True, "21610", 21610.0, None, [], -1, 10**9])
def test_only_a_whole_number_is_a_code(code: object) -> None:
    error = failure(status=400, answer={"code": code}, retry_after="", changes=True)
    assert error.kind is ErrorKind.INVALID_REQUEST


@pytest.mark.parametrize(("header", "wait"), [("7", 7.0), ("0", None), ("99999999", 3600.0), ("-1", None), ("x", None)])
def test_a_wait_is_believed_within_reason(header: str, wait: float | None) -> None:
    error = failure(status=429, answer={"code": 20429}, retry_after=header, changes=True)
    assert error.retry_after == wait


def test_there_is_no_wait_for_what_is_not_tried_again() -> None:
    error = failure(status=429, answer={"code": 63038}, retry_after="7", changes=True)
    assert (error.kind, error.retry, error.retry_after) == (ErrorKind.ACCOUNT, False, None)


def test_nothing_that_twilio_wrote_gets_into_an_error() -> None:
    answer = {"code": 21211, "message": "+14155550100 is wrong", "more_info": "https://x/+14155550100"}
    error = failure(status=400, answer=answer, retry_after="", changes=True)
    assert str(error) == "invalid_recipient 21211: The customer's number is not a valid phone number."
