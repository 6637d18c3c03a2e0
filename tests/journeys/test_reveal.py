"""A role of the house's own sees masks everywhere; its holder reveals one customer, hides them, and time does too."""

from contextlib import suppress

from django.utils import timezone
from playwright.sync_api import expect

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
