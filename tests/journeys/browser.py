"""A person at a browser: a real Chromium, or a skipped journey with one line that says what to install."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

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
SCREENSHOTS = os.environ.get("SCREENSHOTS", "")


def chromium() -> str | None:
    """Where Chromium is on this machine."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    mac = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    return found or (str(mac) if mac.exists() else None)


needs_browser = pytest.mark.skipif(
    chromium() is None, reason="no Chromium: install it (Debian: apt install chromium) to run the browser journeys"
)


@pytest.fixture(scope="session")
def chrome() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield browser
        browser.close()


class Person:
    """Somebody at a browser of their own. Whatever the console complains about fails the journey."""

    def __init__(self, browser: Browser, base_url: str, *, width: str = "desktop", scheme: str = "light") -> None:
        across, down = WIDTHS[width]
        self.context: BrowserContext = browser.new_context(
            base_url=base_url,
            viewport={"width": across, "height": down},
            color_scheme=scheme,
            reduced_motion="reduce",
            locale="en-US",
            timezone_id="America/New_York",
        )
        self.context.set_default_timeout(10_000)
        self.problems: list[str] = []
        self.page = self.tab()

    def tab(self) -> Page:
        """One more tab of the same browser."""
        page = self.context.new_page()
        page.on("console", lambda message: self._hear(message.type, message.text))
        page.on("pageerror", lambda error: self.problems.append(str(error)))
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
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page).not_to_have_url("**/sign-in/**")
        return self

    def wait_until_live(self, page: Page | None = None) -> None:
        """The page hears of changes."""
        (page or self.page).wait_for_selector("html[data-live=on]")

    def check_accessible(self, page: Page | None = None) -> None:
        """axe finds nothing."""
        report = Axe().run(page or self.page, options={"runOnly": RULES})
        assert report.violations_count == 0, report.generate_report()

    def close(self) -> None:
        self.context.close()
        assert self.problems == []


@pytest.fixture
def someone(chrome: Browser, live_system: str) -> Iterator[type[Person]]:
    """Makes people; closes their browsers and fails on what their consoles said."""
    people: list[Person] = []

    def make(**options: str) -> Person:
        people.append(Person(chrome, live_system, **options))
        return people[-1]

    yield make
    for person in people:
        person.close()


def shoot(page: Page, name: str) -> None:
    """A picture of the page into the folder that SCREENSHOTS names; nothing when it names none."""
    if SCREENSHOTS:
        folder = Path(SCREENSHOTS)
        folder.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=folder / f"{name}.png")
