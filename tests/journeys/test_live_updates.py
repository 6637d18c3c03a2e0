"""Live updates in a real browser: one stream for all tabs, handed over, ended with the right to it.

The phone simulator's page stands for any page that listens.
"""

import time

import pytest
from playwright.sync_api import Page, Request, expect

from accounts.models import Membership, Session
from tenancy.ids import new_id
from texting.live import LiveKind

from .browser import MakePerson, Person, needs_browser
from .simulated_office import Office

pytestmark = [pytest.mark.browser, needs_browser]

LISTEN = """names => {
    window.deaf?.abort();
    window.deaf = new AbortController();
    window.heard = [];
    const { signal } = window.deaf;
    for (const name of names) document.body.addEventListener(name, () => window.heard.push(name), { signal });
}"""


def open_tabs(somebody: Person, office: Office, count: int) -> list[Page]:
    """So many tabs on the phone's page, all live."""
    tabs = [somebody.page, *(somebody.tab() for _ in range(count - 1))]
    for tab in tabs:
        tab.goto(office.phone_address)
        somebody.wait_until_live(tab)
    return tabs


def listen(tab: Page, *names: str) -> None:
    tab.evaluate(LISTEN, list(names))


def wait_for(tab: Page, name: str, seconds: float = 3) -> None:
    tab.wait_for_function("name => window.heard.includes(name)", arg=name, timeout=seconds * 1000)


def heard(tab: Page) -> list[str]:
    names: list[str] = tab.evaluate("window.heard")
    return names


def test_seven_tabs_share_one_stream_and_all_hear(office: Office, someone: MakePerson) -> None:
    somebody = someone().let_in(office.agent)
    streams: list[Request] = []
    somebody.context.on("request", lambda request: request.url.endswith("/live/stream") and streams.append(request))
    tabs = open_tabs(somebody, office, 7)  # a browser allows six connections, so a stream a tab would stop the seventh
    conversation = new_id()
    name = f"live:conversation-{conversation}"
    for tab in tabs:
        listen(tab, name)
    office.tell(kind=LiveKind.NOTE, conversation=conversation)
    for tab in tabs:
        wait_for(tab, name)
    assert len(streams) == 1
    assert "token" not in streams[0].url  # it travels in a header, out of reach of logs


def test_when_the_tab_with_the_stream_is_closed_another_one_takes_over(office: Office, someone: MakePerson) -> None:
    somebody = someone().let_in(office.agent)
    first, second, third = open_tabs(somebody, office, 3)
    for tab in (second, third):
        listen(tab, "live:resync", "live:list")
    first.close()
    for tab in (second, third):
        wait_for(tab, "live:resync", seconds=6)  # what came in between must be fetched
        somebody.wait_until_live(tab)
    conversation = new_id()
    for tab in (second, third):
        listen(tab, f"live:conversation-{conversation}")
    office.tell(kind=LiveKind.MESSAGE, conversation=conversation)
    for tab in (second, third):
        wait_for(tab, f"live:conversation-{conversation}")


def test_each_kind_of_event_reaches_those_who_wait_for_it(office: Office, someone: MakePerson) -> None:
    [tab] = open_tabs(someone().let_in(office.agent), office, 1)
    one = new_id()
    about, there, line = f"live:conversation-{one}", f"live:presence-{one}", f"live:line-{office.line.pk}"
    expected = {
        LiveKind.PRESENCE: [there],
        LiveKind.STATUS: [about, line],
        LiveKind.NOTE: [about, line],
        LiveKind.MESSAGE: [about, line, "live:list"],
        LiveKind.CONVERSATION: [about, line, "live:list"],
    }
    for kind, names in expected.items():
        tab.wait_for_timeout(500)  # so long a list is told only once
        listen(tab, about, there, line, "live:list")
        office.tell(kind=kind, conversation=one, line=office.line.pk)
        wait_for(tab, names[-1])
        assert heard(tab) == names


def test_a_list_is_not_fetched_for_each_of_many_events(office: Office, someone: MakePerson) -> None:
    [tab] = open_tabs(someone().let_in(office.agent), office, 1)
    tab.wait_for_timeout(500)
    last = new_id()
    listen(tab, "live:list", f"live:conversation-{last}")
    for conversation in [*(new_id() for _ in range(20)), last]:
        office.tell(kind=LiveKind.MESSAGE, conversation=conversation)
    wait_for(tab, f"live:conversation-{last}")
    tab.wait_for_timeout(600)
    assert 2 <= heard(tab).count("live:list") <= 5


def test_deactivation_takes_the_page_off_the_screen(office: Office, someone: MakePerson) -> None:
    somebody = someone().let_in(office.agent)
    tabs = open_tabs(somebody, office, 2)
    Membership.objects.filter(pk=office.agent.pk).update(is_active=False)
    begun = time.monotonic()
    for tab in tabs:
        expect(tab.locator("#phone-log")).to_have_count(0, timeout=5000)
    assert time.monotonic() - begun < 5
    assert "sign-in" in tabs[0].url


def test_a_tab_that_acts_as_somebody_else_by_now_gets_no_stream(office: Office, someone: MakePerson) -> None:
    somebody = someone().let_in(office.agent)
    [tab] = open_tabs(somebody, office, 1)
    other = Office(office.base_url)
    streams: list[Request] = []
    somebody.context.on("request", lambda request: request.url.endswith("/live/stream") and streams.append(request))
    somebody.let_in(other.agent)  # the same browser, another organization
    answer = tab.request.get(f"/live/token/?member={office.agent.pk}")
    assert answer.status == 409
    Session.objects.filter(membership=office.agent).delete()
    tab.wait_for_function("() => document.documentElement.dataset.live !== 'on'", timeout=5000)
    tab.wait_for_timeout(1000)  # whatever it tries, by itself or by loading its page anew
    assert streams == []
