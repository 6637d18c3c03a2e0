"""Second factors in a real browser: forced set-up, a passkey from making it to signing in with it, a code by text."""

import re
import time

import pytest
from playwright.sync_api import Page, expect

from accounts.models import CodePhone, Membership, SignInPolicy, TotpDevice
from tenancy.isolation import activate
from tests.accounts.codes import code
from tests.cast import PASSPHRASE
from texting.models import Contact, Line

from .browser import MakePerson, Person, needs_browser, shoot
from .simulated_office import Office

pytestmark = [pytest.mark.browser, needs_browser]


def named(address: str) -> str:
    """The running system under the name of this machine: browsers know no passkeys of bare addresses."""
    return address.replace("127.0.0.1", "localhost")


def sign_in(page: Page, member: Membership) -> None:
    page.get_by_label("E-mail").fill(member.user.email)
    page.get_by_label("Password", exact=True).fill(PASSPHRASE)
    page.get_by_role("button", name="Sign in", exact=True).click()


def with_passkeys(person: Person) -> None:
    """Chromium's own pretended security key, which knows its holder."""
    devtools = person.context.new_cdp_session(person.page)
    devtools.send("WebAuthn.enable")
    device = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options = {**device, "isUserVerified": True, "automaticPresenceSimulation": True}
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def with_code_line(office: Office) -> Line:
    """The office's line for codes."""
    line = office.new_line("Sign-in codes", f"+1212{5570100 + office.place}")
    with activate(office.organization):
        Line.objects.filter(pk=line.pk).update(sends_codes=True)
    return line


def test_an_agent_must_set_up_an_app_and_later_makes_a_passkey_that_signs_in_alone(
    office: Office, someone: MakePerson
) -> None:
    SignInPolicy.objects.create(organization=office.organization, required="everybody")
    person = someone()
    with_passkeys(person)
    page = person.page
    page.goto(named(office.base_url) + "/settings/account/")
    sign_in(page, office.agent)
    expect(page.get_by_role("heading", name="Protect your sign-in")).to_be_visible()
    page.goto(named(office.base_url) + "/inbox/")
    expect(page.get_by_role("heading", name="Protect your sign-in")).to_be_visible()
    shoot(page, "forced-set-up")
    page.get_by_role("link", name="Authenticator app").click()
    page.get_by_label("Code from your app").fill(code(TotpDevice.objects.get(user=office.agent.user)))
    page.get_by_role("button", name="Finish and sign in").click()
    page.get_by_role("button", name="Show my codes").click()
    expect(page.locator("#codes li")).to_have_count(10)
    shoot(page, "recovery-codes")
    page.get_by_role("link", name="I have kept them").click()
    page.goto(named(office.base_url) + "/settings/account/")
    page.get_by_role("link", name="Set up: Passkey or security key").click()
    page.get_by_role("button", name="Create a passkey").click()
    expect(page.locator("#factors")).to_contain_text("Passkey or security key")
    expect(page.get_by_role("link", name="Add another: Passkey or security key")).to_be_visible()
    shoot(page, "account-factors")
    page.get_by_role("button", name=re.compile("Account|Amelia")).first.click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", name="Inbox")).to_be_visible()


def test_a_code_by_text_arrives_on_the_phone_and_signs_in(office: Office, someone: MakePerson) -> None:
    line = with_code_line(office)
    CodePhone.objects.create(
        user=office.agent.user, name="Phone", number=office.number(7), number_masked="+1 *** *** 0107", confirmed=True
    )
    person = someone()
    person.page.goto("/")
    sign_in(person.page, office.agent)
    person.page.get_by_role("button", name="Text me a code").click()
    expect(person.page.get_by_text("A code is on its way")).to_be_visible()
    shoot(person.page, "code-by-text")
    other = someone()
    other.let_in(office.colleague)
    other.page.goto(f"/phones/{line.pk}/{phone_of(office)}/")
    text = other.page.locator(".phone-text.got").last
    expect(text).to_contain_text("is your sign-in code for Harbor Dental")
    digits = re.search(r"(\d{6}) is your sign-in code", text.inner_text())
    assert digits is not None
    person.page.get_by_label("Code", exact=True).fill(digits[1])
    person.page.get_by_role("button", name="Continue").click()
    expect(person.page.get_by_role("heading", name="Inbox")).to_be_visible()
    other.page.goto("/inbox/")
    expect(other.page.get_by_text("sign-in code")).to_have_count(0)


def phone_of(office: Office) -> str:
    """The phone's name in addresses, once the code was queued."""
    limit = time.monotonic() + 10
    while True:
        with activate(office.organization):
            found = Contact.objects.filter(only_codes=True).first()
        if found is not None:
            return bytes(found.number_index).hex()
        assert time.monotonic() < limit
        time.sleep(0.1)
