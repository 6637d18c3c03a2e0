"""Somebody whose inbox is open leaves: the company's directory says so, or an admin does."""

import json
import time
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Page, expect

from accounts.scim.schemas import PATCH, USER

from .browser import MakePerson, needs_browser
from .simulated_office import Office

pytestmark = [pytest.mark.browser, needs_browser]


def ask(base_url: str, token: str, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """The directory's request, over the network as it makes it."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/scim+json"}
    data = json.dumps(body).encode()
    request = Request(f"{base_url}/scim/v2/{path}", data, headers, method=method)  # noqa: S310
    with urlopen(request, timeout=20) as answer:  # noqa: S310
        found: dict[str, Any] = json.load(answer)
        return found


def token_for_the_directory(page: Page) -> str:
    """The owner makes one on the page."""
    page.get_by_role("button", name="Make a token").click()
    expect(page.get_by_role("heading", name="Token for the directory")).to_be_visible()
    return page.locator("#token").inner_text()


def test_a_leaver_loses_the_open_inbox_when_the_directory_says_so(office: Office, someone: MakePerson) -> None:
    owner = someone().let_in(office.owner).tab("/settings/directory/")
    token = token_for_the_directory(owner)
    agent = someone().let_in(office.agent)
    inbox = agent.tab("/inbox/")
    agent.wait_until_live(inbox)
    body = {"schemas": [USER], "userName": office.agent.user.email, "displayName": office.agent.user.name}
    made = ask(office.base_url, token, "POST", "Users", body)
    assert made["active"] is True
    leaving = {"schemas": [PATCH], "Operations": [{"op": "Replace", "path": "active", "value": "False"}]}
    assert ask(office.base_url, token, "PATCH", f"Users/{made['id']}", leaving)["active"] is False
    inbox.wait_for_url("**/sign-in/**", timeout=5000)
    owner.goto(f"/settings/people/{office.agent.pk}/")
    expect(owner.get_by_text("Deactivated").first).to_be_visible()


def test_an_admin_ends_an_agents_access_and_keeps_the_receipt(office: Office, someone: MakePerson) -> None:
    conversation = office.hear("May I come on Friday?")
    agent = someone().let_in(office.agent)
    inbox = agent.tab(f"/inbox/c/{conversation.pk}/")
    agent.wait_until_live(inbox)
    inbox.get_by_role("button", name="Take").first.click()
    owner = someone().let_in(office.owner).tab(f"/settings/people/{office.agent.pk}/")
    owner.get_by_role("link", name="Deactivate").click()
    expect(owner.get_by_role("row", name="Open conversations")).to_contain_text("1")
    owner.get_by_label("Open conversations").select_option(label="Ben Carter")
    owner.get_by_role("button", name="End their access").click()
    expect(owner.get_by_role("heading", name="Offboarding receipt")).to_be_visible()
    begun = time.monotonic()
    inbox.wait_for_url("**/sign-in/**", timeout=5000)
    assert time.monotonic() - begun < 5  # the two seconds themselves are tested where no browser has to draw
    expect(owner.get_by_text("Every door is closed")).to_be_visible()
    expect(owner.get_by_text("Amelia Okafor").first).to_be_visible()
    with owner.expect_download() as download:
        owner.get_by_role("link", name="PDF").click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")
    owner.goto(f"/inbox/c/{conversation.pk}/")
    expect(owner.get_by_text("Ben Carter").first).to_be_visible()
