"""An admin makes a key in the browser, a program texts with it, the customer's phone gets it, its status is read."""

import json
import time
import urllib.error
import urllib.request

from playwright.sync_api import expect

from .browser import MakePerson, needs_browser
from .simulated_office import Office

pytestmark = needs_browser


def ask(office: Office, key: str, method: str, path: str, body: object = None) -> tuple[int, dict]:
    request = urllib.request.Request(f"{office.base_url}/api/v1/{path}", method=method)  # noqa: S310
    request.add_header("Authorization", f"Bearer {key}")
    if body is not None:
        request.add_header("Content-Type", "application/json")
        request.data = json.dumps(body).encode()
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)


def test_a_key_made_in_the_browser_texts_a_phone_until_it_is_ended(office: Office, someone: MakePerson) -> None:
    office.hear("Hello, can you remind me?")
    phone = someone().let_in(office.agent).tab(office.phone_address)
    admin = someone().let_in(office.owner).tab("/settings/api/")
    admin.get_by_role("link", name="Make the first key").click()
    admin.get_by_role("textbox", name="Name").fill("Booking system")
    for right in ("Send texts", "Start conversations", "Read conversations"):
        admin.get_by_label(right).check()
    admin.get_by_role("button", name="Make the key").click()
    expect(admin.get_by_role("heading", name="Key for Booking system")).to_be_visible()
    key = admin.locator("#key").inner_text()

    assert ask(office, key, "GET", "me")[1]["name"] == "Booking system"
    status, sent = ask(office, key, "POST", "messages", {"to": office.number(0), "body": "Tomorrow at 10:20"})
    assert status == 202, sent.get("errors")
    expect(phone.locator(".phone-text.got").last).to_contain_text("Tomorrow at 10:20")
    deadline = time.monotonic() + 60
    while (shown := ask(office, key, "GET", f"messages/{sent['id']}")[1])["status"] != "delivered":
        assert time.monotonic() < deadline, shown["status"]
        time.sleep(0.5)

    admin.get_by_role("link", name="Done").click()
    expect(admin.get_by_text("127.0.0.1")).to_be_visible()
    admin.goto("/settings/api/")
    admin.go_back()
    assert key not in admin.content(), "a key is shown once"
    admin.get_by_role("button", name="End it").click()
    admin.get_by_role("alertdialog").get_by_role("button", name="End it").click()
    expect(admin.get_by_text("Booking system has ended.")).to_be_visible()
    assert ask(office, key, "GET", "me")[0] == 401


def test_an_operation_is_tried_on_its_page_and_the_key_stays_there(office: Office, someone: MakePerson) -> None:
    from tests.callers import make_caller

    caller = make_caller(office.owner)
    page = someone().let_in(office.owner).tab("/developers/")
    page.get_by_role("link", name="Read what the key may do").first.click()
    page.get_by_label("API key").fill(caller.secret)
    page.get_by_role("button", name="Send the request").click()
    expect(page.locator("#try-answer")).to_contain_text('"name": "Booking system"')
    expect(page.locator("#try-answer")).to_contain_text("RateLimit")
    expect(page.locator("#try-curl")).to_contain_text("$PARLEY_KEY")
    assert caller.secret not in page.locator("body").inner_text()
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, location.href])")
    assert caller.secret not in kept
    page.reload()
    expect(page.get_by_label("API key")).to_have_value("")
