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


# What is to be done about each code that matters in texting, written down a second time.
STOPS = {ErrorKind.INVALID_RECIPIENT, ErrorKind.OPTED_OUT, ErrorKind.CONTENT_REJECTED, ErrorKind.UNREACHABLE}
ACTIONS: dict[str, tuple[list[int], bool | None]] = {
    "again, slower": ([20429, 63017, 30022], True),
    "again, later": ([21611, 30001, 30003, 30017, 30023, 30027, 30036, 30047, 30500], True),
    "stop the line or the account": ([20003, 63038, 30002, 30024, 30032, 30033, 30034, 30035], False),
    "stop this recipient": ([21211, 21217, 21614, 21635, 30006, 21610, 30004, 30005, 30450, 30453, 30640], False),
    "not this text again": ([30007, 30008, 30109, 30110, 30111, 30610], False),
    "put the request or the settings right": (
        [21212, 21408, 21603, 21606, 21608, 21612, 21617, 21620, 21623, 21659, 21703, 21705],
        False,
    ),
    "put the file, the limit or the webhook right": ([12300, 30010, 30011, 30019, 30044, 11200, 23002, 57012], False),
    "find out first": ([20500, 20503, 30410], False),
}


@pytest.mark.parametrize("action", ACTIONS)
def test_each_code_that_matters_has_a_row_that_leads_to_the_right_act(action: str) -> None:
    codes, again = ACTIONS[action]
    for code in codes:
        row = table()[str(code)]
        assert row.retry is again, code
        if action == "stop this recipient":
            assert row.kind in STOPS, code
        if action == "find out first":
            assert row.kind is ErrorKind.UNKNOWN_OUTCOME, code
        if action == "stop the line or the account":
            assert row.kind in {ErrorKind.AUTH, ErrorKind.ACCOUNT, ErrorKind.SENDER_NOT_ALLOWED}, code
        if action == "again, later" and code != 30036:  # which has waited long enough
            assert row.retry_after, code


@pytest.mark.parametrize(
    ("status", "kind", "retry"),
    [
        (400, ErrorKind.INVALID_REQUEST, False),
        (401, ErrorKind.AUTH, False),
        (402, ErrorKind.ACCOUNT, False),
        (403, ErrorKind.AUTH, False),
        (404, ErrorKind.INVALID_REQUEST, False),
        (409, ErrorKind.INVALID_REQUEST, False),
        (422, ErrorKind.INVALID_REQUEST, False),
        (429, ErrorKind.RATE_LIMITED, True),
        (302, ErrorKind.UNKNOWN_OUTCOME, False),
        (500, ErrorKind.UNKNOWN_OUTCOME, False),
        (599, ErrorKind.UNKNOWN_OUTCOME, False),
    ],
)
@pytest.mark.parametrize("problem", [False, True])
def test_a_code_that_nobody_knows_is_judged_by_the_http_status(
    status: int, kind: ErrorKind, retry: bool, problem: bool
) -> None:
    """In both shapes of errors: Twilio's own, and RFC 9457 problem details."""
    shape = {"type": "https://x.example/1", "title": "t", "detail": "+14155550100"} if problem else {"message": "m"}
    error = failure(status=status, answer={**shape, "status": status, "code": 999_998}, retry_after="", changes=True)
    assert (error.kind, error.retry) == (kind, retry)
    assert error.provider_code == "999998"
    assert "+1415" not in str(error)


def test_a_known_code_counts_in_problem_details_too() -> None:
    problem = {"type": "https://x.example/1", "title": "t", "status": 400, "code": 21610, "errors": [{"detail": "d"}]}
    assert failure(status=400, answer=problem, retry_after="", changes=True).kind is ErrorKind.OPTED_OUT


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
