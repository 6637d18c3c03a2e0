"""axe finds nothing on any page, in light and in dark (WCAG 2.2, A and AA)."""

from collections.abc import Iterable
from itertools import islice

import pytest
from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Page, expect

from tests.cast import PASSPHRASE

from . import pages
from .browser import RULES, SCHEMES, MakePerson, needs_browser
from .demo import Demo
from .leavers import leaver_sights
from .simulated_office import Office

pytestmark = needs_browser

SHARES = 8  # the pages are walked in so many tests, so that none takes long and every processor has some


def violations(page: Page, name: str) -> list[str]:
    """What axe finds in either scheme, each with where and why."""
    found = []
    page.evaluate(AXE_SCRIPT)
    for scheme, rules in zip(SCHEMES, (RULES, {"type": "rule", "values": ["color-contrast"]}), strict=True):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # the dark page differs by its colours only
        # To tell of all that is right takes longer than to look; no rule of ours reads the style sheets by itself.
        options = {"runOnly": rules, "resultTypes": ["violations"], "preload": False}
        report = AxeResults(page.evaluate("options => axe.run(document, options)", options))
        if report.violations_count:
            found.append(f"{name}, {scheme}: {report.generate_report()}")
    return found


def walk(page: Page, sights: Iterable[tuple[str, str]]) -> list[str]:
    """What axe finds on the pages."""
    found = []
    for name, path in sights:
        page.goto(path)
        found += violations(page, name)
    return found


def test_what_is_wrong_is_found_in_either_scheme(someone: MakePerson) -> None:
    page = someone().page
    page.set_content(
        "<style>@media (prefers-color-scheme: dark) { p { color: #777; background: #666 } }</style><p>Hello<img src=x>"
    )
    light, dark = violations(page, "broken")
    assert "image-alt" in light
    assert "color-contrast" in dark


@pytest.mark.parametrize("share", range(SHARES))
def test_every_page_with_the_demos_week(demo: Demo, someone: MakePerson, share: int) -> None:
    state = pages.usual(demo)
    found = walk(someone().let_in(state.member).page, islice(state.sights(), share, None, SHARES))
    assert not found, "\n".join(found)


def test_pages_with_nothing_on_them_yet(office: Office, someone: MakePerson) -> None:
    state = pages.empty(office)
    wanted = {"inbox", "inbox-mine", "contacts", "phone"}
    sights = [(name, path) for name, path in state.sights() if name in wanted]
    found = walk(someone().let_in(state.member).page, sights)
    assert not found, "\n".join(found)


def test_pages_of_people_who_leave(office: Office, someone: MakePerson) -> None:
    sights = list(leaver_sights(office))
    found = walk(someone().let_in(office.owner).page, sights)
    assert not found, "\n".join(found)


def test_pages_on_a_phone(demo: Demo, someone: MakePerson) -> None:
    state = pages.usual(demo)
    sights = [(name, path) for name, path in state.sights() if name in {"inbox", "thread", "refusal", "phone"}]
    found = walk(someone(width="phone").let_in(state.member).page, sights)
    assert not found, "\n".join(found)


def test_the_way_in(office: Office, someone: MakePerson) -> None:
    person = someone()
    page = person.page
    page.goto("/")
    found = violations(page, "sign-in")
    page.get_by_label("E-mail").fill("nobody@harbor.example")
    page.get_by_label("Password", exact=True).fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("do not belong together").first).to_be_visible()
    found += violations(page, "sign-in refused")
    person.sign_in(office.admin.user.email, PASSPHRASE)
    expect(page.get_by_role("heading", name="Protect your sign-in")).to_be_visible()
    found += violations(page, "set-up")
    assert not found, "\n".join(found)


def test_what_floats_over_a_page(demo: Demo, someone: MakePerson) -> None:
    state = pages.usual(demo)
    page = someone().let_in(state.member).opens(f"/inbox/c/{state.opened.pk}/")
    found = []
    for key, name in (("?", "Keyboard"), ("t", "Start a conversation"), ("a", "Assign or hand over")):
        page.keyboard.press(key)
        dialog = page.get_by_role("dialog", name=name)
        expect(dialog).to_be_visible()
        found += violations(page, name)
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Use a template").click()
    expect(page.get_by_label("Search templates")).to_be_focused()
    found += violations(page, "templates")
    page.get_by_role("button", name="Appointment reminder").click()
    expect(page.get_by_role("button", name="Put it in the box")).to_be_visible()
    found += violations(page, "values of a template")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Your account").click()
    expect(page.get_by_text("Sign out")).to_be_visible()
    found += violations(page, "account menu")
    assert not found, "\n".join(found)
