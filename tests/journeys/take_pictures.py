"""Pictures of every page, for looking at: each x three widths x light and dark x empty, usual, too much.

No test of a normal run. `make screenshots` writes them into the folder that SCREENSHOTS names; with README_IMAGES=1 the
README's three pictures are taken anew as well. SIGHTS="lines webhook" takes these pages only.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.factors import recovery
from accounts.models import CodeMailbox, CodePhone, SignInPolicy
from compliance.models import HoursRules
from tenancy.isolation import activate
from tests.accounts.codes import with_app
from tests.cast import PASSPHRASE
from texting.models import CarrierComparison, FetchedText, LineKey, Message, OptOutMismatch

from . import pages
from .browser import SCHEMES, WIDTHS, MakePerson, needs_browser, shoot
from .importing_sights import importing_sights
from .leavers import leaver_sights
from .merging_sights import merging_sights
from .pages import State
from .recovery_sights import recovery_sights
from .simulated_office import Office
from .test_reveal import restricted
from .test_second_factors import named, sign_in, with_code_line

pytestmark = [needs_browser, pytest.mark.timeout(900)]

README = Path(__file__).parents[2] / "docs" / "images"
MOST_BYTES = 250_000
wanted = pytest.mark.skipif(not os.environ.get("SCREENSHOTS"), reason="SCREENSHOTS names no folder")


def each_look(page: Page) -> Iterator[str]:
    """The page at every width and in both schemes; yields what to call the picture."""
    for width, (across, down) in WIDTHS.items():
        page.set_viewport_size({"width": across, "height": down})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            yield f"{width}-{scheme}"


def take(page: Page, state: State) -> None:
    only = os.environ.get("SIGHTS", "").split()
    for name, path in state.sights():
        if only and name not in only:
            continue
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(path)
        for look in each_look(page):
            shoot(page, f"{name}-{state.name}-{look}")


@wanted
def test_empty(office: Office, someone: MakePerson) -> None:
    state = pages.empty(office)
    take(someone().let_in(state.member).page, state)


@wanted
def test_usual(usual: State, someone: MakePerson) -> None:
    take(someone().let_in(usual.member).page, usual)


@wanted
def test_overflowing(office: Office, someone: MakePerson) -> None:
    state = pages.overflowing(office)
    take(someone().let_in(state.member).page, state)


@wanted
def test_people_who_leave(office: Office, someone: MakePerson) -> None:
    page = someone().let_in(office.owner).page
    for name, path in list(leaver_sights(office)):
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(path)
        for look in each_look(page):
            shoot(page, f"{name}-{look}")


@wanted
def test_a_reset_by_two_organizations(office: Office, someone: MakePerson) -> None:
    page = someone().let_in(office.owner).page
    for name, path in recovery_sights(office):
        page.goto(path)
        for look in each_look(page):
            shoot(page, f"{name}-{look}")


@wanted
def test_importing_and_asking(office: Office, someone: MakePerson) -> None:
    page = someone().let_in(office.owner).page
    for name, path in importing_sights(office):
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(path)
        for look in each_look(page):
            shoot(page, f"{name}-{look}")


@wanted
def test_merging(usual: State, someone: MakePerson) -> None:
    page = someone().let_in(usual.member).page
    for name, path in merging_sights(usual.member):
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(path)
        for look in each_look(page):
            shoot(page, f"{name}-{look}")


@wanted
def test_the_way_in(office: Office, someone: MakePerson) -> None:
    person = someone()
    page = person.page
    page.goto("/")
    for look in each_look(page):
        shoot(page, f"sign-in-{look}")
    page.get_by_label("E-mail").fill("nobody@harbor.example")
    page.get_by_label("Password", exact=True).fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("do not belong together").first).to_be_visible()
    for look in each_look(page):
        shoot(page, f"sign-in-refused-{look}")
    person.sign_in(office.admin.user.email, PASSPHRASE)
    expect(page.get_by_role("heading", name="Protect your sign-in")).to_be_visible()
    page.goto(named(office.base_url))
    sign_in(page, office.admin)
    for way in ("passkey", "totp"):
        page.goto(f"{named(office.base_url)}/sign-in/set-up/?way={way}")
        for look in each_look(page):
            shoot(page, f"forced-set-up-{way}-{look}")


@wanted
def test_second_factors(office: Office, someone: MakePerson) -> None:
    with_code_line(office)
    member, user = office.agent, office.agent.user
    SignInPolicy.objects.create(
        organization=office.organization, methods=["passkey", "totp", "sms", "email"], remember_days=14
    )
    with_app(user)
    recovery.make(user)
    place = {"user": user, "confirmed": True}
    CodePhone.objects.create(name="Phone", number=office.number(7), number_masked="+1 *** *** 0107", **place)
    CodeMailbox.objects.create(name="E-mail", **place)
    page = someone().page
    page.goto(named(office.base_url))
    for look in each_look(page):
        shoot(page, f"sign-in-with-passkey-{look}")
    sign_in(page, member)
    for way in ("totp", "sms", "recovery"):
        page.goto(f"{named(office.base_url)}/sign-in/code/?way={way}")
        for look in each_look(page):
            shoot(page, f"second-factor-{way}-{look}")
    page.get_by_label("Recovery code", exact=True).fill("aaaa-bbbb-cccc-dddd")
    page.get_by_role("button", name="Continue").click()
    for look in each_look(page):
        shoot(page, f"second-factor-wrong-{look}")
    page = someone().let_in(member).page
    page.goto("/settings/account/")
    for look in each_look(page):
        shoot(page, f"account-factors-{look}")
    page.goto("/settings/account/recovery/")
    page.get_by_role("button", name="Make new codes").click()
    for look in each_look(page):
        shoot(page, f"recovery-codes-{look}")
    page = someone().let_in(office.owner).page
    page.goto("/settings/security/second-factors/")
    page.get_by_label("Everybody", exact=True).check()
    page.get_by_role("button", name="See whom it affects").click()
    for look in each_look(page):
        shoot(page, f"second-factors-preview-{look}")


@wanted
def test_what_floats_over_a_page(usual: State, someone: MakePerson) -> None:
    page = someone().let_in(usual.member).opens(f"/inbox/c/{usual.opened.pk}/")
    for key, name in (("?", "keys"), ("t", "new-conversation"), ("a", "assign")):
        page.keyboard.press(key)
        expect(page.get_by_role("dialog")).to_be_visible()
        for look in each_look(page):
            shoot(page, f"{name}-{look}")
        page.set_viewport_size({"width": 1440, "height": 900})
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_label("Message", exact=True).fill(
        "We’ll hold your chair until 8:45 – don’t rush. See you at the desk, Marcus "
    )
    expect(page.locator("#culprit")).to_be_visible()
    for look in each_look(page):
        shoot(page, f"composer-{look}")


@pytest.mark.skipif(not os.environ.get("README_IMAGES"), reason="README_IMAGES is not set")
def test_the_readmes_pictures(usual: State, someone: MakePerson) -> None:
    sights = dict(usual.sights())
    README.mkdir(parents=True, exist_ok=True)
    for name, path, look in (
        ("inbox", sights["thread"], {}),
        ("phone-simulator", sights["phone"], {}),
        ("inbox-on-a-phone", sights["thread"], {"width": "phone", "scheme": "dark"}),
    ):
        page = someone(**look).let_in(usual.member).opens(path)
        picture = page.screenshot(path=README / f"{name}.png", animations="disabled")
        assert len(picture) < MOST_BYTES


@wanted
def test_a_masked_customer(office: Office, someone: MakePerson) -> None:
    conversation = office.hear("It is Grace Whitfield, call (212) 555-0142", name="Grace Whitfield")
    for which in range(1, 6):
        office.hear(f"Hello, this is customer {which}", which=which, name=f"Customer {which}")
    restricted(office)
    page = someone().let_in(office.agent).page
    for look in each_look(page):
        page.goto(office.address(conversation))
        shoot(page, f"masked-thread-{look}")
    page.goto(f"/contacts/{conversation.contact_id}/")
    page.get_by_role("button", name="Reveal").click()
    for look in each_look(page):
        shoot(page, f"reveal-dialog-{look}")
    page.get_by_label("To look into a complaint or an incident").check()
    page.get_by_label("In a few words").fill("Complaint about a wrong appointment")
    page.get_by_role("dialog").get_by_role("button", name="Reveal").click()
    expect(page.get_by_role("timer")).to_be_visible()
    for look in each_look(page):
        shoot(page, f"revealed-contact-{look}")
    for look in each_look(page):
        page.goto(office.address(conversation))
        shoot(page, f"revealed-thread-{look}")
    page = someone().let_in(office.owner).tab("/settings/reveals/")
    for look in each_look(page):
        shoot(page, f"reveals-{look}")


@wanted
def test_agreement_with_the_carrier(office: Office, someone: MakePerson) -> None:
    """Lists that agree, differ, could not be read and are not there; differences both ways; fetched texts."""
    for which in range(1, 9):
        office.hear("Please stop", which=which, name=f"Customer {which}")
    with activate(office.organization):
        done = CarrierComparison.objects.create(
            line=office.line, state="done", finished_at=timezone.now(), listed=1240, agreed=1231, suppressed=7, left=2
        )
        office.new_line("After hours with quite a long name", "+12125559871")
        twilio = office.new_line("Billing", "+12125559872")
        type(twilio).objects.filter(pk=twilio.pk).update(provider="twilio")
        broken = office.new_line("Recalls", "+12125559873")
        CarrierComparison.objects.create(line=broken, state="failed", problem="auth")
        texts = list(Message.objects.select_related("contact", "line").filter(direction="in"))
        for text, (carrier, ours, found) in zip(
            texts, (("stop", "none", "list"), ("stop", "none", "sending"), ("start", "none", "webhook")), strict=False
        ):
            OptOutMismatch.objects.create(
                line=text.line,
                contact=text.contact,
                carrier=carrier,
                ours=ours,
                found_by=found,
                suppressed=carrier == "stop",
                found_in=done.pk,
            )
        for text in texts[:4]:
            FetchedText.objects.create(line=text.line, message=text, sent_at=text.created_at)
    LineKey.objects.filter(organization=office.organization).update(opt_outs_due_at="2040-01-01T00:00:00Z")
    page = someone().let_in(office.owner).tab("/settings/lines/agreement/")
    for look in each_look(page):
        shoot(page, f"agreement-full-{look}")
    for look in each_look(page):
        page.get_by_role("heading", name="Differences").evaluate("heading => heading.scrollIntoView()")
        shoot(page, f"agreement-tables-{look}")
    page = someone().let_in(office.owner).tab("/settings/lines/")
    for look in each_look(page):
        shoot(page, f"lines-{look}")


@wanted
def test_receipt_of_a_number(office: Office, someone: MakePerson) -> None:
    office.hear("Good morning, may I change my appointment?", name="Grace Whitfield")
    office.hear("STOP")
    page = someone().let_in(office.owner).page
    page.goto("/reports/number/")
    page.get_by_label("Phone number").fill(office.number(0))
    page.get_by_label("Why").select_option("authority")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("What counts now", exact=True)).to_be_visible()
    for look in each_look(page):
        shoot(page, f"receipt-of-number-{look}")


@wanted
def test_permissions_that_nobody_spoke(office: Office, someone: MakePerson) -> None:
    with activate(office.organization):
        HoursRules.objects.create(healthcare=True)
    contact = office.hear("Hello", number=f"+1416555{office.place:04}", name="Grace Whitfield").contact_id
    page = someone().let_in(office.owner).page
    page.goto(f"/contacts/{contact}/permission/")
    for look in each_look(page):
        shoot(page, f"permission-by-law-{look}")
    for act, name in (("They bought from us", "purchase"), ("A patient’s number", "patient")):
        page.goto(f"/contacts/{contact}/permission/")
        page.get_by_role("button", name=act).click()
        expect(page.get_by_role("dialog")).to_be_visible()
        for look in each_look(page):
            shoot(page, f"record-{name}-{look}")
