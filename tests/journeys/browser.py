"""A person at a browser: a real Chromium, or a skipped journey with one line that says what to install."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from accounts.models import Membership
from tests.cast import signed_in

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's sync API keeps an event loop on this thread

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WIDTHS = {"desktop": (1440, 900), "laptop": (1024, 768), "phone": (390, 844)}
SCHEMES = ("light", "dark")
NO_BROWSER = "no Chromium: install it (Debian: apt install chromium-headless-shell) to run the browser journeys"
PATIENCE = 40_000  # milliseconds: a busy machine is slow, not broken

expect.set_options(timeout=PATIENCE)

# The first one asks for the browser, so without one all of these are skipped by the same line.
needs_browser = pytest.mark.usefixtures("chrome")


def chromium() -> str | None:
    """Where Chromium is on this machine: if there is one that shows no windows at all, it takes half of the time."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    mac = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    return found or (str(mac) if mac.exists() else None)


@pytest.fixture(scope="session")
def chrome() -> Iterator[Browser]:
    """One browser for the run; people get windows of their own in it."""
    found = chromium()
    if found is None:
        pytest.skip(NO_BROWSER)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()
        connections.close_all()  # while Playwright's loop runs they are its own, and nobody else would give them back


class Person:
    """Somebody at a browser of their own. Whatever the console complains about fails the journey."""

    def __init__(
        self,
        browser: Browser,
        base_url: str,
        *,
        width: str = "desktop",
        scheme: str = "light",
        scripts: str = "on",
        workers: str = "block",
    ) -> None:
        across, down = WIDTHS[width]
        self.base_url = base_url
        self.context: BrowserContext = browser.new_context(
            base_url=base_url,
            viewport={"width": across, "height": down},
            color_scheme=scheme,
            reduced_motion="reduce",
            java_script_enabled=scripts == "on",
            service_workers="allow" if workers == "allow" else "block",  # starting one takes time
            locale="en-US",
            timezone_id="America/New_York",
        )
        self.context.set_default_timeout(PATIENCE)
        self.problems: list[str] = []
        self.page = self.tab()

    def tab(self, path: str = "") -> Page:
        """One more tab of the same browser, on the page of that path if one is given."""
        page = self.context.new_page()
        page.on("console", lambda message: self._hear(message.type, message.text))
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        if path:
            page.goto(path)
        return page

    def _hear(self, kind: str, text: str) -> None:
        # A refused send is a 422 and a missing page a 404: the browser reports both, and both are meant.
        if kind == "error" and "status of 4" not in text:
            self.problems.append(text)

    def sign_in(self, email: str, password: str) -> "Person":
        """Through the sign-in page, as everybody does."""
        self.page.goto("/")
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Password", exact=True).fill(password)
        with self.page.expect_navigation(url=lambda address: not address.endswith("/sign-in/?next=/")):
            self.page.get_by_role("button", name="Sign in").click()
        return self

    def let_in(self, member: Membership) -> "Person":
        """Signed in as the member without typing; the sign-in page has journeys of its own."""
        key = signed_in(Client(), member).cookies[settings.SESSION_COOKIE_NAME].value
        self.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": self.base_url}])
        return self

    def opens(self, path: str) -> Page:
        """A page that hears of changes by itself."""
        self.page.goto(path)
        self.wait_until_live()
        return self.page

    def wait_until_live(self, page: Page | None = None) -> None:
        """The page hears of changes."""
        (page or self.page).wait_for_selector("html[data-live=on]")

    def close(self) -> None:
        self.context.close()
        assert not self.problems, "\n".join(self.problems)


MakePerson = Callable[..., Person]


@pytest.fixture
def someone(chrome: Browser, live_system: str) -> Iterator[MakePerson]:
    """Makes people; closes their browsers and fails on what their consoles said."""
    people: list[Person] = []

    def make(**options: str) -> Person:
        people.append(Person(chrome, live_system, **options))
        return people[-1]

    yield make
    for person in people:
        person.close()


def settled(page: Page) -> None:
    """Wait until htmx has put away what it swapped in: a person does not type into a form while it is being drawn."""
    expect(page.locator(".htmx-added, .htmx-settling, .htmx-swapping, .htmx-request")).to_have_count(0)


def drawn_anew(page: Page, selector: str) -> None:
    """News arrives: what stands there is replaced by the same, as live updates do."""
    page.locator(selector).evaluate_all(
        """places => places.forEach(old => {
            const fresh = old.cloneNode(true);
            old.replaceWith(fresh);
            htmx.process(fresh);
        })"""
    )


def stays(page: Page) -> Callable[[], bool]:
    """Marks the page; what comes back says whether it is still the same one, so that nothing was reloaded."""
    page.evaluate("window.sameVisit = true")
    return lambda: bool(page.evaluate("window.sameVisit === true"))


def messages(page: Page) -> Locator:
    """The open thread."""
    return page.get_by_role("log", name="Messages")


def write(page: Page, text: str) -> None:
    """Into the composer, and off it goes."""
    page.get_by_label("Message", exact=True).fill(text)
    page.get_by_role("button", name="Send", exact=True).click()


def text_from(phone: Page, words: str) -> None:
    """A customer texts from the phone simulator's page."""
    phone.get_by_label("Text to ").fill(words)
    phone.get_by_role("button", name="Send", exact=True).click()


def shoot(page: Page, name: str) -> None:
    """A picture of the page into the folder that SCREENSHOTS names; nothing when it names none."""
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png", animations="disabled")
