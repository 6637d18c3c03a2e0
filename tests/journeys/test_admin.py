"""An admin's first sign-in, and what they then can look up."""

import base64
import csv
import io
from pathlib import Path

from django_otp.oath import totp
from playwright.sync_api import Page, expect

from tests.cast import PASSPHRASE

from .browser import MakePerson, messages, needs_browser, write
from .simulated_office import Office

pytestmark = needs_browser


def code_of(key: str) -> str:
    """What an authenticator app with this key shows now."""
    return f"{totp(base64.b32decode(''.join(key.split())), t0=0, step=30, digits=6):06}"


def set_up_app(page: Page) -> None:
    """As the page says: add the key to an app, type the code."""
    page.get_by_text("Cannot scan it?").click()
    page.get_by_label("Code from your app").fill(code_of(page.locator("#key").inner_text()))
    page.get_by_role("button", name="Finish and sign in").click()


def test_an_admin_sets_up_the_app_before_anything_else_opens(office: Office, someone: MakePerson) -> None:
    page = someone().sign_in(office.admin.user.email, PASSPHRASE).page
    expect(page.get_by_role("heading", name="Protect your sign-in")).to_be_visible()
    for path in ("/inbox/", "/settings/people/", "/settings/audit/", "/contacts/"):
        page.goto(path)
        expect(page.get_by_role("heading", name="Protect your sign-in")).to_be_visible()
    page.get_by_label("Code from your app").fill("000000")
    page.get_by_role("button", name="Finish and sign in").click()
    expect(page.get_by_role("link", name="This code is not right.")).to_be_visible()

    set_up_app(page)
    expect(page.get_by_role("link", name="Inbox").first).to_be_visible()
    page.goto("/settings/people/")
    for name in ("Olga Brandt", "Amelia Okafor", "Ben Carter"):
        expect(page.get_by_role("link", name=name)).to_be_visible()


def test_the_audit_log_tells_the_story_and_goes_into_a_file(
    office: Office, someone: MakePerson, tmp_path: Path
) -> None:
    conversation = office.hear("Hello", name="Grace Whitfield")
    agent = someone().let_in(office.agent).opens(office.address(conversation))
    agent.get_by_role("button", name="Take").click()
    expect(agent.locator("#thread-who")).to_contain_text("You have it")
    write(agent, "Good morning")
    expect(messages(agent).locator(".message.out")).to_contain_text("Good morning")

    admin = someone().sign_in(office.admin.user.email, PASSPHRASE).page
    set_up_app(admin)
    expect(admin.get_by_role("link", name="Inbox").first).to_be_visible()
    admin.goto("/settings/audit/")
    table = admin.get_by_role("table")
    for act in ("Conversation read", "Conversation claimed", "Message sent"):
        expect(table.get_by_role("row").filter(has_text=act).first).to_contain_text("Amelia Okafor")
    expect(table.get_by_role("row").filter(has_text="Second factor added")).to_contain_text("Ada Lindqvist")

    with admin.expect_download() as download:
        admin.get_by_role("link", name="Export all as CSV").click()
    file = tmp_path / "audit.csv"
    download.value.save_as(file)
    rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig"))))
    assert {"conversation:claimed", "message:sent", "second_factor:added"} <= {row["event"] for row in rows}
    assert "Good morning" not in file.read_text(encoding="utf-8-sig")
