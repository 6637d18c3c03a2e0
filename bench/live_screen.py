"""How long a customer's text takes from its commit to the screen of an agent who has the conversation open."""

import os
import statistics
import tempfile
import time
from pathlib import Path
from uuid import uuid4

from playwright.sync_api import Page, sync_playwright

from config.embedded.stack import LocalStack, free_port
from tenancy.isolation import activate
from tests.journeys.browser import ARGUMENTS, Person, chromium
from tests.journeys.simulated_office import Office
from texting.models import Message

TEXTS = 60
PAUSE = 0.25  # seconds; texts come one by one
GOAL = 150  # milliseconds, p95

WATCH = """(conversation) => {
    window.seen = {};
    window.heard = {};
    const now = () => performance.timeOrigin + performance.now();
    const note = (node) => node.id?.startsWith("message-") && (window.seen[node.id.slice(8)] ??= now());
    document.body.addEventListener(`live:conversation-${conversation}`, (event) => {
        window.heard[event.detail.message] ??= now();
    });
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
            events, texts = _measure(stack.address)
        finally:
            stack.stop()
    event, screen = (statistics.quantiles(delays, n=100) for delays in (events, texts))
    return (
        f"After the commit of a customer's text, in Chromium, {len(texts)} texts: event in the page p50 {event[49]:.0f}"
        f" ms, p95 {event[94]:.0f} ms; text on the screen p50 {screen[49]:.0f} ms, p95 **{screen[94]:.0f} ms** (goal:"
        f" less than {GOAL})."
    )


def _measure(address: str) -> tuple[list[float], list[float]]:
    """Milliseconds from each text's commit to its event in the page, and to its being in the thread."""
    office = Office(address)
    conversation = office.hear("Hello", name="Grace Whitfield")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        agent = Person(browser, address).let_in(office.agent)
        page = agent.opens(office.address(conversation))
        page.evaluate(WATCH, str(conversation.pk))
        committed: dict[str, float] = {}
        for number in range(TEXTS):
            message, at = _text(office, f"Text {number} {uuid4().hex}")
            committed[message] = at
            page.wait_for_timeout(PAUSE * 1000)
        seen = _seen(page, set(committed))
        heard: dict[str, float] = page.evaluate("window.heard")
        browser.close()
    return (
        [heard[message] - committed[message] for message in committed],
        [seen[message] - committed[message] for message in committed],
    )


def _text(office: Office, body: str) -> tuple[str, float]:
    """Store an inbound text as a webhook does. The message's id, and when it was committed (Unix time, ms)."""
    conversation = office.hear(body)
    committed = time.time() * 1000
    with activate(office.organization):
        return str(Message.objects.filter(conversation=conversation).latest("created_at").pk), committed


def _seen(page: Page, wanted: set[str]) -> dict[str, float]:
    page.wait_for_timeout(2000)
    seen: dict[str, float] = page.evaluate("window.seen")
    if missing := wanted - set(seen):
        raise AssertionError(f"{len(missing)} of {len(wanted)} texts did not reach the screen")
    return seen
