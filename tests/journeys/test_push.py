"""A member's browser is woken while they are signed in there, hears that something is new, and nothing after that.

No push service of a vendor can be reached from here, so the page's `PushManager` hands out the address of a service on
loopback, which looks at the signature; and what such a service would deliver to the browser is handed to its worker by
the browser's own tools. How vendors' services answer is not shown.
"""

import shutil
import time
from collections.abc import Callable, Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from tenancy.isolation import activate
from tests.texting.notifications.push_service import PushService
from tests.tls import Authority, serving
from texting import conversations
from texting.models import Conversation, PushBell, PushDevice

from .browser import ARGUMENTS, SCHEMES, WIDTHS, Person, needs_browser, shoot
from .simulated_office import Office

pytestmark = [needs_browser, pytest.mark.timeout(240)]

STAND_IN = """
    const given = () => sessionStorage.address && {
        endpoint: sessionStorage.address, options: {}, unsubscribe: async () => delete sessionStorage.address,
    };
    PushManager.prototype.getSubscription = async () => given() || null;
    PushManager.prototype.subscribe = async ({ applicationServerKey, userVisibleOnly }) => {
        if (!userVisibleOnly || applicationServerKey.length !== 65) throw new Error("what is this");
        sessionStorage.address = "ADDRESS";
        return given();
    };
    window.tones = 0;
    const Voice = OscillatorNode;
    window.OscillatorNode = class extends Voice { start(at) { window.tones += 1; super.start(at); } };
"""


GRANTED = """
    Object.defineProperty(Notification, "permission", { get: () => "granted" });
    Notification.requestPermission = async () => "granted";
"""


@pytest.fixture
def window(chrome: Browser) -> Iterator[Browser]:
    """A Chromium that can show notifications, as the one without windows cannot, if this machine has one."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = next(filter(None, map(shutil.which, names)), None)
    browser = chrome.browser_type.launch(executable_path=found, args=ARGUMENTS) if found else chrome
    yield browser
    if found:
        browser.close()


def test_a_browser_rings_while_its_member_is_signed_in(
    office: Office, chrome: Browser, window: Browser, authority: Authority
) -> None:
    conversation = office.hear("Hello", name="Marcus Bell")
    service = PushService()
    with serving(authority.server_context("127.0.0.1"), service.speak) as server:
        service.port = server.port
        agent = Person(window, office.base_url, workers="allow").let_in(office.agent)
        agent.context.grant_permissions(["notifications"], origin=agent.base_url)
        agent.context.add_init_script(STAND_IN.replace("ADDRESS", service.address()))
        if window is chrome:
            agent.context.add_init_script(GRANTED)
        page = agent.page
        page.goto("/settings/notifications/")
        page.get_by_role("switch", name="Sound").check()
        page.get_by_role("button", name="Save").click()
        page.get_by_role("button", name="Turn on in this browser").click()
        devices = page.get_by_role("list", name="Devices with push")
        expect(devices.get_by_role("listitem")).to_contain_text("This browser")
        expect(page.get_by_role("button", name="Turn on in this browser")).to_be_hidden()
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            for width in ("desktop", "phone"):
                across, down = WIDTHS[width]
                page.set_viewport_size({"width": across, "height": down})
                page.get_by_role("heading", name="Push on your devices").scroll_into_view_if_needed()
                shoot(page, f"push-{width}-{scheme}")
        page.get_by_role("button", name="Send a test").click()
        expect(page.get_by_text("A push is on its way")).to_be_visible()
        until(lambda: has_rung(office))  # what comes within a minute of it waits
        listening = agent.tab("/notifications/")
        agent.wait_until_live(listening)
        expect(listening.get_by_text("Nothing yet")).to_be_visible()
        mention(office, conversation)
        expect(listening.get_by_text("call them")).to_be_visible()
        listening.wait_for_function("window.tones === 2")  # one sound has two
        until(lambda: bool(service.took) and not bells(office))
        before = len(service.took)

        if window is not chrome:
            assert told(listening, agent.base_url) == [["Parley", "Something new in Parley"]]

        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto("/settings/sessions/")
        page.get_by_role("main").get_by_role("button", name="Sign out").click()
        page.wait_for_url("**/sign-in/**")
        mention(office, conversation)
        until(lambda: not bells(office))
        assert len(service.took) == before
        agent.close()
    for took in service.took:
        assert took["content-length"] == "0"


def has_rung(office: Office) -> bool:
    """Whether a push has gone to the member's browser."""
    with activate(office.organization):
        return PushDevice.objects.filter(used_at__isnull=False).exists()


def bells(office: Office) -> int:
    """How many wait for the clock."""
    return PushBell.objects.filter(organization=office.organization).count()


def told(page: Page, base_url: str) -> object:
    """What the browser says when its worker hears of a push: titles and texts."""
    tools, found = page.context.new_cdp_session(page), []
    tools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: found.extend(one["registrationId"] for one in event["registrations"]),
    )
    tools.send("ServiceWorker.enable")
    while not found:
        page.wait_for_timeout(50)
    tools.send("ServiceWorker.deliverPushMessage", {"origin": base_url, "registrationId": found[0], "data": ""})
    return page.evaluate(
        """async () => {
            const worker = await navigator.serviceWorker.ready;
            for (let times = 0; times < 200; times += 1) {
                const all = await worker.getNotifications();
                if (all.length) return all.map(({ title, body }) => [title, body]);
                await new Promise((resolve) => setTimeout(resolve, 50));
            }
        }"""
    )


def mention(office: Office, conversation: Conversation) -> None:
    """By a colleague; ten seconds and a minute later as far as pushes are concerned."""
    with activate(office.organization):
        PushDevice.objects.update(used_at=None)
        conversations.add_note(member=office.colleague, conversation=conversation, body="@Amelia Okafor call them")
    PushBell.objects.filter(organization=office.organization).update(due_at=timezone.now())


def until(true: Callable[[], bool], seconds: float = 40) -> None:
    """The clock rings by itself."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "nothing came"
        time.sleep(0.1)
