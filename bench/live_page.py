"""How long an event takes from its commit to a real browser's page; what the page fetches then is `bench.screen`'s."""

import os
import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from config.embedded.stack import LocalStack, free_port
from tenancy.ids import new_id
from tests.journeys.browser import ARGUMENTS, Person, chromium
from tests.journeys.simulated_office import Office
from texting.live import LiveKind

EVENTS = 100
PAUSE = 50  # milliseconds

LISTEN = """(conversation) => {
    window.heard = {};
    document.body.addEventListener(`live:presence-${conversation}`, ({ detail }) => {
        window.heard[detail.message] = performance.timeOrigin + performance.now();
    });
}"""


def in_the_page() -> str:
    """One sentence with p50 and p95; says so when there is no browser."""
    if chromium() is None:
        return "Event in a page: not measured, there is no Chromium."
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        environment = os.environ | {"PUBLIC_BASE_URL": f"http://127.0.0.1:{port}"}
        stack = LocalStack(environment, port=port, clock=Path(folder) / "clock", output=lambda _: log.open("ab"))
        try:
            stack.start()
            stack.wait_until_ready(60)
            cuts = statistics.quantiles(_measure(stack.address), n=100)
        finally:
            stack.stop()
    times = f"p50 {cuts[49]:.0f} ms, p95 {cuts[94]:.0f} ms"
    return f"From the commit to the event in a page, in Chromium, {EVENTS} events: {times}."


def _measure(address: str) -> list[float]:
    """Milliseconds of each event. Of presence, on which the page fetches nothing."""
    office, conversation = Office(address), new_id()
    committed: dict[str, float] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        page = Person(browser, address).let_in(office.agent).opens(office.phone_address)
        page.evaluate(LISTEN, str(conversation))
        for _ in range(EVENTS):
            mark = new_id()
            office.tell(kind=LiveKind.PRESENCE, conversation=conversation, message=mark)
            committed[str(mark)] = time.time() * 1000
            page.wait_for_timeout(PAUSE)
        page.wait_for_timeout(1000)
        heard: dict[str, float] = page.evaluate("window.heard")
        browser.close()
    if missing := set(committed) - set(heard):
        raise AssertionError(f"{len(missing)} of {EVENTS} events did not reach the page")
    return [heard[mark] - at for mark, at in committed.items()]
