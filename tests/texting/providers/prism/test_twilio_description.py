"""The real adapter against Twilio's own API description: each request that it can make must fit it.

Two judges: the description as Twilio publishes it, untouched, and a strict twin that also refuses what the live API is
known to refuse and answers in its error shape. What no description can tell is in docs/twilio.md.
"""

import asyncio
import base64
import http.client
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

import pytest

from tests.texting.providers.prism.judge import DESCRIPTIONS, Front, fronts, missing
from texting.providers.base import Credentials, NotAccepted, Outbound, OutcomeUnknown, ProviderError, SendResult
from texting.providers.twilio import TwilioProvider, TwilioSession
from texting.providers.twilio_errors import table
from texting.providers.voice import OutboundCall
from texting.statuses import ErrorKind, MessageStatus

pytestmark = [
    pytest.mark.providers,
    pytest.mark.skipif(bool(missing()), reason=missing()),
    pytest.mark.timeout(240),  # two processes of Node start first
]

T = TypeVar("T")
ACCOUNT, SERVICE = "AC" + "a" * 32, "MG" + "b" * 32
LINE, CUSTOMER = "+15017122661", "+15558675310"
MESSAGE = "SM" + "c" * 32


@pytest.fixture(scope="module")
def judges() -> Iterator[dict[str, Front]]:
    folder = DESCRIPTIONS / "twilio"
    with fronts(folder / "twilio.strict.openapi.json", folder / "twilio.openapi.json") as (strict, official):
        yield {"strict": strict, "official": official}


@pytest.fixture(params=["strict", "official"])
def judge(request: pytest.FixtureRequest, judges: dict[str, Front]) -> Front:
    return fresh(judges[request.param])


@pytest.fixture
def strict(judges: dict[str, Front]) -> Front:
    return fresh(judges["strict"])


def fresh(front: Front) -> Front:
    front.prefer.clear()
    front.exchanges.clear()
    return front


def adapter(front: Front, **credentials: str) -> TwilioProvider:
    return TwilioProvider(Credentials(**{"account": ACCOUNT, "secret": "token", "base_url": front.url, **credentials}))


def text(body: str = "Your table is ready.", **more: Any) -> Outbound:
    return Outbound(**{"to": CUSTOMER, "from_": LINE, "body": body, "client_ref": "r", **more})


def use(provider: TwilioProvider, work: Callable[[Any], Awaitable[T]]) -> T:
    async def run() -> T:
        async with provider.open_session() as session:
            return await work(session)

    return asyncio.run(run())


def refusal(provider: TwilioProvider, work: Callable[[Any], Awaitable[object]]) -> ProviderError:
    with pytest.raises(ProviderError) as refused:
        use(provider, work)
    return refused.value


# --- what the adapter asks fits -----------------------------------------------------------------------------------

TEXTS = {
    "short": text(),
    "one character": text("x"),
    "as long as can be": text("x" * 1600),
    "any characters": text("Ünïcode 🛑 & a=b + 100% \r\n „quoted“"),
    "a report": text(status_url="https://text.example.com/webhooks/twilio/key/status/token"),
    "a picture": text("", media_urls=("https://text.example.com/m/1.png",)),
    "ten pictures and words": text("Look", media_urls=tuple(f"https://text.example.com/m/{n}.png" for n in range(10))),
}


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize(
    "through",
    [{}, {"messaging_service": SERVICE}, {"messaging_service": SERVICE, "sender_choice": "provider"}],
    ids=["number", "service", "pool"],
)
def test_each_kind_of_text_is_taken(judge: Front, name: str, through: dict[str, str]) -> None:
    provider = adapter(judge, **through)
    result = use(provider, lambda session: session.send(TEXTS[name]))
    assert result.status is MessageStatus.QUEUED
    assert judge.violations == []
    [exchange] = judge.exchanges
    assert exchange.status == 201
    assert exchange.form.get("MediaUrl", []) == list(TEXTS[name].media_urls)


def test_each_text_has_its_own_id_at_the_front(judge: Front) -> None:
    async def several(session: TwilioSession) -> list[SendResult]:
        return list(await asyncio.gather(*(session.send(text(f"Number {n}")) for n in range(20))))

    assert len({result.provider_message_id for result in use(adapter(judge), several)}) == 20
    assert judge.violations == []


def test_an_api_key_asks_the_same(judge: Front) -> None:
    provider = adapter(judge, api_key="SK" + "d" * 32, api_key_secret="s")
    assert use(provider, lambda session: session.send(text())).status is MessageStatus.QUEUED
    assert judge.exchanges[0].path == f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"


def test_a_call_is_placed(judge: Front) -> None:
    hooks = "https://text.example.com/webhooks/twilio/key/calls/token"
    asked = OutboundCall(CUSTOMER, LINE, hooks + "/connect", hooks, "Press any key.")
    results = [use(adapter(judge), lambda session: session.call(asked)) for _ in range(2)]
    assert len({result.provider_call_id for result in results}) == 2
    assert judge.violations == []
    assert judge.exchanges[0].path == f"/2010-04-01/Accounts/{ACCOUNT}/Calls.json"
    assert judge.exchanges[0].form["Twiml"][0].startswith("<Response><Gather")


def test_a_call_without_instructions_is_refused_by_the_strict_judge(strict: Front) -> None:
    """So that the test above can fail: the judge knows what a call needs."""
    authorization = "Basic " + base64.b64encode(f"{ACCOUNT}:token".encode()).decode()
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": authorization}
    connection = http.client.HTTPConnection(urlsplit(strict.url).netloc, timeout=30)
    body = urlencode({"To": CUSTOMER, "From": LINE})
    connection.request("POST", f"/2010-04-01/Accounts/{ACCOUNT}/Calls.json", body, headers)
    status = connection.getresponse().status
    connection.close()
    assert status == 400


def test_a_text_is_looked_up(judge: Front) -> None:
    event = use(adapter(judge), lambda session: session.fetch(MESSAGE))
    assert (event.provider_message_id, event.status) == (MESSAGE, MessageStatus.SENT)
    assert judge.violations == []


def test_a_text_is_found_in_the_list_of_its_time(judge: Front) -> None:
    """The description's example of a list has one text to this number and one from it, both of that minute."""
    then = datetime(2019, 5, 24, 17, 44, tzinfo=UTC)
    example = text("testing", to="+18182008801", from_="+12019235161")
    [found] = use(adapter(judge), lambda session: session.find(example, since=then, until=then + timedelta(minutes=1)))
    assert (found.provider_message_id, found.status) == ("SMded05904ccb347238880ca9264e8fe1c", MessageStatus.SENT)
    assert judge.violations == []
    # the judge overlooks names with a sign in them; Twilio's own examples filter by a day written like this
    assert judge.exchanges[0].query == {"To": ["+18182008801"], "DateSent>": ["2019-05-23"], "PageSize": ["200"]}


def test_texts_of_customers_are_listed_with_their_files(judge: Front) -> None:
    """The same example has a customer's text to this number, and the example of its files has one."""
    then = datetime(2019, 5, 24, 17, 44, tzinfo=UTC)
    [found] = use(
        adapter(judge),
        lambda session: session.list_inbound("+18182008801", since=then, until=then + timedelta(minutes=1)),
    )
    assert (found.from_, found.body) == ("+12019235161", "look mom I have media!")
    assert judge.violations == []
    assert judge.exchanges[0].query["PageSize"] == ["200"]


def test_the_numbers_of_the_account_are_listed(judge: Front) -> None:
    found = use(adapter(judge), lambda session: session.numbers())
    assert [one.number for one in found] == ["+18089255327"]
    assert [one.can_text for one in found] == [False]
    assert use(adapter(judge), lambda session: session.numbers(only="+18089255327")) == found
    assert judge.violations == []
    assert judge.exchanges[1].query["PhoneNumber"] == ["+18089255327"]


def test_a_text_is_emptied_with_its_files_one_by_one(judge: Front) -> None:
    use(adapter(judge), lambda session: session.redact(MESSAGE))
    assert judge.violations == []
    asked = [(exchange.method, exchange.path.rpartition("/Messages/")[2]) for exchange in judge.exchanges]
    assert asked[0] == ("GET", f"{MESSAGE}/Media.json")
    assert asked[-1] == ("POST", f"{MESSAGE}.json")
    assert len(asked) > 2
    assert all(method == "DELETE" for method, _ in asked[1:-1])
    assert judge.exchanges[-1].form == {"Body": [""]}


def test_a_text_is_deleted(judge: Front) -> None:
    use(adapter(judge), lambda session: session.delete(MESSAGE))
    assert judge.violations == []
    assert [(exchange.method, exchange.status) for exchange in judge.exchanges] == [("DELETE", 204)]


# --- what the answers mean ----------------------------------------------------------------------------------------

EXAMPLES = ["21211", "21212", "21408", "21602", "21603", "21604", "21606", "21610", "21611", "21614", "21617", "20001"]


@pytest.mark.parametrize("code", EXAMPLES)
def test_each_refusal_in_the_description_has_its_meaning(strict: Front, code: str) -> None:
    strict.prefer = [f"code=400, example=e{code}"]
    error = refusal(adapter(strict), lambda session: session.send(text()))
    assert isinstance(error, NotAccepted)
    assert (error.provider_code, error.kind, error.retry) == (code, table()[code].kind, table()[code].retry)
    assert CUSTOMER[1:] not in str(error)


@pytest.mark.parametrize(
    ("status", "family", "kind", "retry"),
    [
        (401, NotAccepted, ErrorKind.AUTH, False),
        (404, NotAccepted, ErrorKind.INVALID_REQUEST, False),
        (429, NotAccepted, ErrorKind.RATE_LIMITED, True),
        (500, OutcomeUnknown, ErrorKind.UNKNOWN_OUTCOME, False),
        (503, OutcomeUnknown, ErrorKind.UNKNOWN_OUTCOME, False),
    ],
)
def test_each_other_answer_has_its_meaning(
    strict: Front, status: int, family: type[ProviderError], kind: ErrorKind, retry: bool
) -> None:
    strict.prefer = [f"code={status}"]
    error = refusal(adapter(strict), lambda session: session.send(text()))
    assert (type(error), error.kind, error.retry) == (family, kind, retry)
    strict.prefer = [f"code={status}"]
    asking = refusal(adapter(strict), lambda session: session.fetch(MESSAGE))
    assert isinstance(asking, NotAccepted)
    assert asking.retry is (retry or status >= 500)


def test_what_is_not_there_counts_as_forgotten(strict: Front) -> None:
    strict.prefer = ["code=404"] * 3
    use(adapter(strict), lambda session: session.delete(MESSAGE))
    use(adapter(strict), lambda session: session.redact(MESSAGE))
    assert [exchange.status for exchange in strict.exchanges] == [404, 404, 404]


# --- the judge can say no -----------------------------------------------------------------------------------------

FITS = {"To": CUSTOMER, "From": LINE, "Body": "x"}
WRONG: dict[str, dict[str, str]] = {
    "nobody to send to": {"From": LINE, "Body": "x"},
    "no number": {**FITS, "To": "555"},
    "nothing to send from": {"To": CUSTOMER, "Body": "x"},
    "nothing to say": {"To": CUSTOMER, "From": LINE},
    "too long": {**FITS, "Body": "x" * 1601},
    "no address": {**FITS, "StatusCallback": "not an address"},
    "no service": {**FITS, "MessagingServiceSid": "MG1"},
}


def post(front: Front, form: dict[str, str], *, authorized: bool = True) -> int:
    host = urlsplit(front.url)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    if authorized:
        headers["Authorization"] = "Basic " + base64.b64encode(f"{ACCOUNT}:token".encode()).decode()
    connection = http.client.HTTPConnection(host.hostname or "", host.port, timeout=30)
    connection.request("POST", f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json", urlencode(form), headers)
    status = connection.getresponse().status
    connection.close()
    return status


def test_the_judge_takes_what_fits_and_no_stranger(judge: Front) -> None:
    assert post(judge, FITS) == 201
    assert post(judge, FITS, authorized=False) == 401


@pytest.mark.parametrize("name", WRONG)
def test_the_judge_refuses_what_does_not_fit(strict: Front, name: str) -> None:
    assert post(strict, WRONG[name]) == 400
    assert strict.violations


def test_what_the_judge_would_refuse_is_not_even_asked(strict: Front) -> None:
    """The adapter's own checks agree with the description: none of these gets as far as the judge."""
    for wrong in (text(to="555"), text(from_=""), text(""), text("x" * 1601)):
        error = refusal(adapter(strict), lambda session, wrong=wrong: session.send(wrong))  # type: ignore[misc]
        assert isinstance(error, NotAccepted)
        assert not error.retry
    assert strict.exchanges == []


def test_a_wrong_request_of_the_adapter_itself_would_be_seen(strict: Front) -> None:
    error = refusal(adapter(strict), lambda session: session.send(text(status_url="no address")))
    assert isinstance(error, NotAccepted)
    assert (error.kind, error.retry) == (ErrorKind.INVALID_REQUEST, False)
    assert strict.violations
