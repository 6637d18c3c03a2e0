"""What providers do to a text, and how often each purpose may then have it (SECURITY 3.3 as numbers)."""

from dataclasses import dataclass

from texting.purposes import Purpose

P = Purpose


def _each(reply: int, code: int, alert: int, appointment: int, bulk: int) -> dict[Purpose, int]:
    return {P.REPLY: reply, P.CODE: code, P.ALERT: alert, P.APPOINTMENT: appointment, P.BULK: bulk}


ONCE, NEVER = _each(1, 1, 1, 1, 1), _each(0, 0, 0, 0, 0)
LOST = _each(1, 0, 1, 1, 0)  # not taken, for all we can learn: sent again where a loss is the worse harm
HIDDEN = _each(2, 1, 2, 2, 1)  # taken, and hidden for longer than we look


@dataclass(frozen=True)
class Case:
    """What the far end does with the first request for each text (then "ok"), what it reports, and what must come out.

    `lag`: seconds that its list holds a text back. `told`: every text that went out twice must be marked so.
    """

    script: str = "ok"
    reports: str = "usual"
    lag: float = 0.0
    times: int = 1
    counts: dict[Purpose, int] | None = None
    told: bool = False

    @property
    def expected(self) -> dict[Purpose, int]:
        return self.counts or ONCE


CASES = {
    "taken": Case(),
    "taken, answered too late": Case("slow", "never"),
    "taken, then 500": Case("accept_then_500", "never"),
    "taken, then 500, and reported": Case("accept_then_500"),
    "taken, then reset": Case("accept_then_reset", "never"),
    "taken, then reset, and reported": Case("accept_then_reset"),
    "taken, half an answer": Case("half_an_answer", "never"),
    "taken, wrong JSON": Case("wrong_json", "never"),
    "taken, no id in the answer": Case("no_sid", "never"),
    "taken, a gateway's 502": Case("accept_then_bare_502", "never"),
    "reset without taking it": Case("reset_before_answer", counts=LOST),
    "hangs without taking it": Case("hang", counts=LOST),
    "429 with a wait, three times": Case("429_with_wait", times=3),
    "400, opted out there": Case("refuse:400:21610", counts=NEVER),
    "400, no such number": Case("refuse:400:21211", counts=NEVER),
    "400, region not allowed": Case("refuse:400:21408", counts=NEVER),
    "401 once": Case("refuse:401:20003"),
    "reported before the answer": Case("report_first", "at_once"),
    "reported, never answered": Case("report_instead", "at_once"),
    "reported twice": Case(reports="twice"),
    "reported in reverse": Case(reports="reversed"),
    "reported shuffled and doubled": Case(reports="shuffled"),
    "reported late": Case(reports="late"),
    "reported with a wrong signature": Case(reports="wrong_signature"),
    "never reported": Case(reports="never"),
    "undelivered": Case(reports="undelivered"),
    "taken, then reset, list lags": Case("accept_then_reset", "never", lag=4.0),
    "taken, then reset, hidden": Case("accept_then_reset", "never", lag=3600.0, counts=HIDDEN),
    "taken, then reset, hidden, reported at last": Case(
        "accept_then_reset", "very_late", lag=3600.0, counts=HIDDEN, told=True
    ),
}
