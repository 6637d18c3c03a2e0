"""A role of the house's own sees masks everywhere; its holder reveals one customer, hides them, and time does too."""

from contextlib import suppress

from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import MembershipRole, Role
from accounts.permission_catalogue import Permission
from tenancy.isolation import activate
from texting.models import Reveal, RevealSettings

from .browser import MakePerson, needs_browser
from .simulated_office import Office

pytestmark = needs_browser


def restricted(office: Office) -> None:
    """The agent gets a role like Agent, without all names and numbers shown."""
    with activate(office.organization):
        granted = Role.objects.get(built_in="agent").granted - {Permission.CONTACTS_UNMASKED}
        role = Role.objects.create(name="Restricted", permissions=sorted(one.value for one in granted))
        MembershipRole.objects.filter(membership=office.agent).delete()
        MembershipRole.objects.create(membership=office.agent, role=role)
        RevealSettings.objects.create(minutes=1)


def test_masked_everywhere_then_one_is_revealed_hidden_and_timed_out(office: Office, someone: MakePerson) -> None:
    office.hear("It is Grace Whitfield, write to grace@whitfield.example", name="Grace Whitfield")
    conversation = office.hear("Thanks, Grace")
    restricted(office)
    person = someone().let_in(office.agent)
    for path in ("/inbox/", office.address(conversation), "/contacts/", "/attention/", office.phone_address):
        person.page.goto(path)
        expect(person.page.locator("main")).to_be_visible()
        assert "whitfield" not in person.page.content().casefold(), path
    page = person.opens(office.address(conversation))
    page.get_by_label("Message", exact=True).fill("Dear customer")
    page.locator("#details").get_by_role("button", name="Reveal").click()
    dialog = page.get_by_role("dialog", name="Reveal name and number")
    dialog.get_by_label("To call or write to them elsewhere").check()
    dialog.get_by_label("In a few words").fill("They asked me to ring")
    dialog.get_by_role("button", name="Reveal").click()
    expect(page.locator("#thread-name")).to_have_text("Grace Whitfield")
    expect(page.locator("#messages")).to_contain_text("write to grace@whitfield.example")
    expect(page.get_by_role("timer")).to_contain_text("0:")
    expect(page.get_by_label("Message", exact=True)).to_have_value("Dear customer")
    expect(page.locator("#conversations")).not_to_contain_text("Whitfield")

    page.get_by_role("button", name="Hide again").click()
    expect(page.locator("#thread-name")).to_contain_text("Contact ··")
    expect(page.locator("body")).not_to_contain_text("Whitfield")

    page.clock.install()
    page.goto(f"/contacts/{conversation.contact_id}/")
    page.get_by_role("button", name="Reveal").click()
    dialog.get_by_label("Something else").check()
    dialog.get_by_label("In a few words").fill("To see the clock run out")
    dialog.get_by_role("button", name="Reveal").click()
    expect(page.get_by_role("heading", name="Grace Whitfield")).to_be_visible()
    end_of_time(office)
    masked = page.get_by_role("heading", name="Contact ··")
    for _ in range(5):  # what was on its way when we moved the end still counts from the one before
        page.clock.fast_forward(61_000)
        with suppress(AssertionError):
            expect(masked).to_be_visible(timeout=3_000)
            break
    expect(masked).to_be_visible()
    expect(page).not_to_have_title("Grace Whitfield")

    owner = someone().let_in(office.owner).tab("/settings/reveals/")
    expect(owner.get_by_role("row").filter(has_text="To see the clock run out")).to_contain_text("Amelia Okafor")


def end_of_time(office: Office) -> None:
    """The server's clock cannot be moved, so what is shown has ended."""
    with activate(office.organization):
        now = timezone.now()
        for row in Reveal.objects.filter(until__gt=now):
            Reveal.objects.filter(pk=row.pk).update(created_at=now - (row.until - now) * 2, until=now)


CUSTOMER = 3  # not the first, whose number stands on the simulator's page as an example


def masked(page: Page, office: Office) -> None:
    """Neither name nor number nor address of the customer is anywhere in what the browser has, nor in its title."""
    expect(page.locator("main")).to_be_visible()
    said = f"{page.title()} {page.content()}".casefold()
    digits = office.number(CUSTOMER)[2:]
    for mark in ("whitfield", "grace@", digits, f"{digits[3:6]}-{digits[6:]}", f"{digits[3:6]} {digits[6:]}"):
        assert mark not in said, f"{page.url}: {mark}"


def test_a_role_made_without_reveal_sees_masks_everywhere(office: Office, someone: MakePerson) -> None:
    digits = office.number(CUSTOMER)[2:]
    spelled = f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"
    office.hear(
        f"It is Grace Whitfield, {spelled}, write to grace@whitfield.example", which=CUSTOMER, name="Grace Whitfield"
    )
    conversation = office.hear(f"Please no more texts, says Grace of {spelled}", which=CUSTOMER)
    admin = someone().let_in(office.admin).tab("/settings/roles/")
    admin.get_by_role("link", name="Agent", exact=True).click()
    admin.get_by_role("link", name="Duplicate").click()
    admin.get_by_label("Name", exact=True).fill("Sees nobody")
    for right in ("Reveal names and phone numbers", "Work with all names and numbers shown"):
        admin.get_by_label(right).uncheck()
    admin.get_by_role("button", name="Make the role").click()
    expect(admin.get_by_role("heading", name="Sees nobody", exact=True)).to_be_visible()
    admin.goto(f"/settings/people/{office.agent.pk}/change/")
    admin.get_by_label("Agent", exact=True).uncheck()
    admin.get_by_label("Sees nobody", exact=True).first.check()
    admin.get_by_role("button", name="Save").click()
    expect(admin.get_by_role("heading", name=office.agent.user.name)).to_be_visible()

    person = someone().let_in(office.agent)
    contact = f"/contacts/{conversation.contact_id}/"
    for path in (
        *("/inbox/", office.address(conversation), "/attention/", "/perhaps-stop/", "/escalations/"),
        *("/contacts/", contact, f"{contact}permission/", office.phone_address),
    ):
        person.page.goto(path)
        masked(person.page, office)
    page = person.opens(office.address(conversation))
    expect(page.get_by_role("button", name="Reveal")).to_have_count(0)
    with page.expect_response(lambda answer: "/inbox/" in answer.url) as news:
        office.hear(f"Grace Whitfield again, {spelled}", which=CUSTOMER)
    assert "whitfield" not in news.value.text().casefold()
    expect(page.locator("#messages")).to_contain_text("again")
    masked(page, office)
