"""Parley as an app: without a network there is a page that says so, and nothing of anybody stays on the device."""

from playwright.sync_api import expect

from .browser import SCHEMES, WIDTHS, MakePerson, messages, needs_browser, shoot
from .simulated_office import Office

pytestmark = needs_browser

KEPT = """async () => {
    const found = [];
    for (const name of await caches.keys()) {
        for (const request of await (await caches.open(name)).keys()) {
            const answer = await caches.match(request);
            const page = answer.headers.get("Content-Type").startsWith("text/html");
            found.push([new URL(request.url).pathname, page ? await answer.text() : ""]);
        }
    }
    return found;
}"""


def test_without_a_network_a_page_says_so_and_no_customer_data_is_kept(office: Office, someone: MakePerson) -> None:
    conversation = office.hear("My card is lost", name="Marcus Bell")
    agent = someone(workers="allow").let_in(office.agent)
    page = agent.opens("/inbox/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    page.goto(office.address(conversation))
    expect(page.get_by_text("My card is lost").first).to_be_visible()
    page.goto("/settings/notifications/")
    tick = page.get_by_role("checkbox", name="You were mentioned: In the list").locator("xpath=..")
    page.set_viewport_size({"width": 390, "height": 844})
    box = tick.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 44

    agent.context.set_offline(True)
    page.goto(office.address(conversation))
    expect(page.get_by_role("heading", name="No network")).to_be_visible()
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        for width in ("desktop", "phone"):
            across, down = WIDTHS[width]
            page.set_viewport_size({"width": across, "height": down})
            shoot(page, f"offline-{width}-{scheme}")
    kept = page.evaluate(KEPT)
    assert {path for path, _text in kept if not path.startswith("/static/")} == {"/offline/"}
    for secret in ("Marcus", "card is lost", "Amelia", office.organization.name, office.mark):
        assert secret not in str(kept)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", name="No network")).to_be_visible()
    agent.context.set_offline(False)  # it goes on by itself
    expect(messages(page).get_by_text("My card is lost")).to_be_visible()
    agent.problems[:] = [one for one in agent.problems if "ERR_INTERNET_DISCONNECTED" not in one]
