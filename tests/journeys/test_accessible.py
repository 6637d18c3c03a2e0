"""axe finds nothing on any page, in light and in dark (WCAG 2.2, A and AA)."""

import re
from collections.abc import Iterable
from itertools import islice

import pytest
from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Page, expect

from tests.cast import PASSPHRASE

from . import pages
from .browser import RULES, SCHEMES, MakePerson, needs_browser
from .leavers import leaver_sights
from .pages import State
from .simulated_office import Office

pytestmark = needs_browser

CONTRAST = "color-contrast"
SHARES = 8  # the pages are walked in so many tests, so that none takes long and every processor has some


FRAME = ("nav.rail", "nav.subnav")
FRAMES = """selectors => selectors.map(one => [one, document.querySelector(one)?.outerHTML ?? ""])"""
HERE = re.compile(r' aria-current="\w+"')
# How the words of a page are drawn, twice: in full, and as far as it matters for contrast. That is whether they count
# as large (WCAG 1.4.3: 18 point, or 14 if bold), their colour, and what is painted behind them up to the page itself,
# and where they stand on the screen by anything that is not around them; boxes that paint nothing are left out.
INKS = """() => {
    const nothing = "rgba(0, 0, 0, 0) none 1;";
    window.inksOf = elements => {
        const behind = new Map([[null, ["", ""]]]), inks = new Map();
        const ground = element => {
            if (!behind.has(element)) {
                const {backgroundColor, backgroundImage, opacity} = getComputedStyle(element);
                const own = `${backgroundColor} ${backgroundImage} ${opacity};`;
                const [full, short] = ground(element.parentElement);
                behind.set(element, [own + full, own === nothing ? short : own + short]);
            }
            return behind.get(element);
        };
        const range = document.createRange();
        const elsewhere = element => {
            range.selectNodeContents(element);
            const {left, top, width, height} = range.getBoundingClientRect();
            return document.elementsFromPoint(left + width / 2, top + height / 2)
                .filter(one => !one.contains(element) && !element.contains(one))
                .map(one => getComputedStyle(one).backgroundColor + getComputedStyle(one).backgroundImage)
                .filter(paint => paint !== "rgba(0, 0, 0, 0)none").join();
        };
        for (const element of elements) {
            const {color, fontSize, fontWeight, textShadow} = getComputedStyle(element);
            const points = parseFloat(fontSize) * 0.75;
            const large = points >= 18 || (points >= 14 && parseInt(fontWeight) >= 700);
            const [full, short] = ground(element);
            const there = elsewhere(element);
            inks.set(element, [
                `${color} ${fontSize} ${fontWeight} ${textShadow};${full}${there}`,
                `${color} ${large} ${textShadow};${short}${there}`,
            ]);
        }
        return inks;
    };
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), drawn = new Set();
    while (texts.nextNode()) {
        const element = texts.currentNode.parentElement;
        if (!drawn.has(element) && texts.currentNode.data.trim() && element.checkVisibility()) drawn.add(element);
    }
    window.inks = inksOf(drawn);
    return [...new Map(inks.values())];
}"""
# What axe says, and how the words are drawn that it found to be readable. Words that are drawn in a way that is `known`
# are not looked at for contrast once more. What icons are drawn with is taken out meanwhile: a third of all elements of
# a page, none of them for anybody to read, to name or to reach.
LOOK = """async ([context, options, passed]) => {
    const check = axe._audit.checks["color-contrast"], evaluate = check.evaluate, right = new Set();
    const rule = axe._audit.rules.find(one => one.id === "color-contrast"), matches = rule.matches;
    const known = new Set(passed);
    rule.matches = function (element, ...rest) {
        return !known.has(inks.get(element)?.[0]) && matches.call(this, element, ...rest);
    };
    check.evaluate = function (element, ...rest) {
        const answer = evaluate.call(this, element, ...rest);
        if (answer === true) right.add(element);
        return answer;
    };
    const drawings = [...document.querySelectorAll("svg[aria-hidden=true]")]
        .filter(one => !one.querySelector("a, title, text, foreignObject, [tabindex], [role]"))
        .map(one => [one, [...one.childNodes]]);
    try {
        for (const [one] of drawings) one.replaceChildren();
        const found = await axe.run(context, options);
        return [found, [...new Map(inksOf(right).values())]];
    } finally {
        check.evaluate = evaluate;
        rule.matches = matches;
        for (const [one, parts] of drawings) one.replaceChildren(...parts);
    }
}"""


class Looker:
    """Looks at pages. What is the same on many of them is looked at where it is met first: the rail and the menu beside
    a page, wherever it then says that one is; and contrast, of words that are drawn in a way that was found to be
    readable in that scheme, or just as on a page on which nothing was wrong: axe passes over some words.
    """

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._readable: dict[str, set[str]] = {scheme: set() for scheme in SCHEMES}
        self._met: dict[str, set[str]] = {scheme: set() for scheme in SCHEMES}

    def violations(self, page: Page, name: str) -> list[str]:
        """What axe finds in either scheme, each with where and why. Dark changes nothing but colours."""
        found: list[str] = []
        context = {"exclude": [[one] for one, html in page.evaluate(FRAMES, FRAME) if html and self._knows(html)]}
        if not page.evaluate("'axe' in window"):
            page.evaluate(AXE_SCRIPT)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            inks = page.evaluate(INKS)
            met, readable = self._met[scheme], self._readable[scheme]
            known = [full for full, short in inks if full in met or short in readable]
            new = len(known) < len(inks)
            if scheme == SCHEMES[0]:  # together: for either kind, axe first notes where everything is
                only, rules = RULES, {CONTRAST: {"enabled": new}}
            elif new:
                only, rules = [CONTRAST], {}
            else:
                continue
            worse, right = self._found(page, f"{name}, {scheme}", {"runOnly": only, "rules": rules}, context, known)
            found += worse
            readable |= {short for _, short in right}
            met |= set() if worse or not new else {full for full, _ in inks}
        return found

    def _found(
        self, page: Page, name: str, options: dict[str, object], context: object, known: list[str]
    ) -> tuple[list[str], list[tuple[str, str]]]:
        # To tell of all that is right takes longer than to look; no rule of ours reads the style sheets by itself.
        options = options | {"resultTypes": ["violations"], "preload": False}
        told, right = page.evaluate(LOOK, [context, options, known])
        report = AxeResults(told)
        return [f"{name}: {report.generate_report()}"] if report.violations_count else [], right

    def _knows(self, html: str) -> bool:
        plain = HERE.sub("", html)
        known = plain in self._seen
        self._seen.add(plain)
        return known


LOOKER = Looker()
"""Of all pages that this process walks over: what it has found to be right it knows in the next test, too."""


def violations(page: Page, name: str) -> list[str]:
    """What axe finds on the whole of one page."""
    return Looker().violations(page, name)


def walk(page: Page, sights: Iterable[tuple[str, str]]) -> list[str]:
    """What axe finds on the pages."""
    found = []
    page.add_init_script(AXE_SCRIPT)  # sent to the browser once, not with each page
    for name, path in sights:
        page.goto(path)
        found += LOOKER.violations(page, name)
    return found


def test_what_is_wrong_is_found_in_either_scheme(someone: MakePerson) -> None:
    page = someone().page
    page.set_content(
        "<style>@media (prefers-color-scheme: dark) { p { color: #777; background: #666 } }</style><p>Hello<img src=x>"
    )
    light, dark = violations(page, "broken")
    assert "image-alt" in light
    assert "color-contrast" in dark


WHOLE = "<!doctype html><html lang=en><title>Words</title><main><h1>Words</h1>{}</main></html>"


def test_a_colour_that_large_words_may_have_is_found_again_on_small_ones(someone: MakePerson) -> None:
    page, looker = someone().page, Looker()
    large, small = "font: bold 14pt serif; color: #888", "font: bold 13pt serif; color: #888"
    pages = [(large, "#fff", False), (large, "#ddd", True), (small, "#fff", True), (small, "#fff", True)]
    for style, ground, wrong in pages:
        words = f"<div style='background: {ground}'><div><p style='{style}'>Hello</p></div></div>"
        page.set_content(WHOLE.format(words))
        found = looker.violations(page, "gray")
        assert [CONTRAST in one for one in found] == [True, True] * wrong
    page.set_content(WHOLE.format("<div style='opacity: 0.5'><p style='color: #767676'>Hello</p></div>"))
    assert CONTRAST in looker.violations(page, "faint")[0]


def test_words_over_what_is_not_around_them_are_looked_at_again(someone: MakePerson) -> None:
    page, looker = someone().page, Looker()
    words, box = "<p style='font: 16px serif; color: #666'>Hello</p>", "width: 90px; height: 90px"
    page.set_content(WHOLE.format(words))
    assert looker.violations(page, "plain") == []
    over = f"<div style='{box}; background: #444'></div><div style='position: relative; top: -60px'>{words}</div>"
    page.set_content(WHOLE.format(words + over))
    found = looker.violations(page, "over a box")
    assert [CONTRAST in one for one in found] == [True, True]


def test_icons_are_put_back_and_what_they_are_in_is_looked_at(someone: MakePerson) -> None:
    page = someone().page
    icon = "<svg aria-hidden=true width=24 height=24><path d='M0 0h9v9z'/></svg>"
    page.set_content(WHOLE.format(f"<button>{icon}</button>"))
    before = page.content()
    (found,) = violations(page, "a button without a name")
    assert "button-name" in found
    assert page.content() == before


def test_words_that_axe_passes_over_do_not_vouch_for_others(someone: MakePerson) -> None:
    page, looker = someone().page, Looker()
    style = "font: 16px serif; color: #888"
    page.set_content(WHOLE.format(f"<label style='{style}'>Hello <input disabled></label>"))
    assert looker.violations(page, "disabled") == []
    page.set_content(WHOLE.format(f"<section><p style='{style}'>Hello</p></section>"))
    assert len(looker.violations(page, "gray")) == 2


@pytest.mark.long
@pytest.mark.parametrize("share", range(SHARES))
def test_every_page_with_the_demos_week(usual: State, someone: MakePerson, share: int) -> None:
    found = walk(someone().let_in(usual.member).page, islice(usual.sights(), share, None, SHARES))
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


def test_pages_on_a_phone(usual: State, someone: MakePerson) -> None:
    sights = [(name, path) for name, path in usual.sights() if name in {"inbox", "thread", "refusal", "phone"}]
    found = walk(someone(width="phone").let_in(usual.member).page, sights)
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


def test_what_floats_over_a_page(usual: State, someone: MakePerson) -> None:
    page = someone().let_in(usual.member).opens(f"/inbox/c/{usual.opened.pk}/")
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
