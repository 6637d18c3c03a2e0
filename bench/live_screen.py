"""How long a customer's text takes from its commit to the screen of an agent who has the conversation open."""

import os
import statistics
import tempfile
import time
from pathlib import Path
from uuid import uuid4

from playwright.sync_api import Page, sync_playwright

from config.embedded.stack import LocalStack, free_port
from tests.journeys.browser import ARGUMENTS, Person, chromium
from tests.journeys.simulated_office import Office

TEXTS = 60
PAUSE = 0.25  # seconds; texts come one by one
GOAL = 150  # milliseconds, p95

WATCH = """() => {
    window.seen = {};
    const now = () => performance.timeOrigin + performance.now();
    const note = (node) => node.id?.startsWith("message-") && (window.seen[node.id] ??= now());
    new MutationObserver((changes) => {
        for (const change of changes) for (const node of change.addedNodes) {
            note(node);
            node.querySelectorAll?.("[id^=message-]").forEach(note);
        }
    }).observe(document.body, { childList: true, subtree: true });
}"""


def on_screen() -> str:
    """One sentence with p50 and p95; says so when there is no browser."""
    if chromium() is None:
        return "Text on screen: not measured, there is no Chromium."
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        environment = os.environ | {"PUBLIC_BASE_URL": f"http://127.0.0.1:{port}"}
        stack = LocalStack(environment, port=port, clock=Path(folder) / "clock", output=lambda _: log.open("ab"))
        try:
            stack.start()
            stack.wait_until_ready(60)
            delays = _measure(stack.address)
        finally:
            stack.stop()
    cuts = statistics.quantiles(delays, n=100)
    return (
        f"Text on screen after its commit, in Chromium, {len(delays)} texts: p50 {cuts[49]:.0f} ms,"
        f" p95 **{cuts[94]:.0f} ms** (goal: less than {GOAL})."
    )


def _measure(address: str) -> list[float]:
    office = Office(address)
    conversation = office.hear("Hello", name="Grace Whitfield")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        agent = Person(browser, address).let_in(office.agent)
        page = agent.opens(office.address(conversation))
        page.evaluate(WATCH)
        committed: dict[str, float] = {}
        for number in range(TEXTS):
            message = _text(office, f"Text {number} {uuid4().hex}")
            committed[f"message-{message}"] = time.time() * 1000
            page.wait_for_timeout(PAUSE * 1000)
        seen = _seen(page, set(committed))
        browser.close()
    return [seen[name] - committed[name] for name in committed]


def _text(office: Office, body: str) -> str:
    """Store an inbound text as a webhook does; returns the message's id after the commit."""
    from tenancy.isolation import activate
    from texting.models import Message

    conversation = office.hear(body)
    with activate(office.organization):
        return str(Message.objects.filter(conversation=conversation).latest("created_at").pk)


def _seen(page: Page, wanted: set[str]) -> dict[str, float]:
    page.wait_for_timeout(2000)
    seen: dict[str, float] = page.evaluate("window.seen")
    if missing := wanted - set(seen):
        raise AssertionError(f"{len(missing)} of {len(wanted)} texts did not reach the screen")
    return seen
