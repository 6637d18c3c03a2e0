"""A conversation is resolved and checked: its panel beside the thread says how it stands, the list why it fails."""

import re
import time

from playwright.sync_api import expect

from compliance.models import CheckedConversation, Escalation
from compliance.review_checks import clock
from tenancy.isolation import activate

from .browser import MakePerson, needs_browser
from .simulated_office import Office

pytestmark = needs_browser


def is_checked(office: Office) -> bool:
    """Whether we or the running system's clock have looked at it."""
    with activate(office.organization):
        clock.look_at_due()
        return CheckedConversation.objects.filter(due_at=None).exists()


def test_the_panel_and_the_list_tell_the_same(office: Office, someone: MakePerson) -> None:
    conversation = office.hear("Can I just text you my card number?", name="Grace Whitfield")
    with activate(office.organization):
        Escalation.objects.update(breached_at=conversation.opened_at)
    olivia = someone().let_in(office.owner)
    page = olivia.opens(office.address(conversation))
    panel = page.get_by_role("complementary", name="Contact")
    expect(panel).to_contain_text("Checked when it is resolved.")
    page.get_by_role("button", name="Resolve").click()
    expect(page.get_by_role("button", name="Reopen")).to_be_visible()
    end = time.monotonic() + 40
    while not is_checked(office):
        assert time.monotonic() < end, "nobody has looked at it"
        time.sleep(0.1)
    page.reload()
    expect(panel).to_contain_text("Nobody reached the customer in time.")
    page.goto("/reports/review-checks/")
    row = page.get_by_role("listitem").filter(has_text="Grace Whitfield")
    expect(row).to_contain_text("Nobody reached the customer in time.")
    row.get_by_role("link", name="Escalation").click()
    expect(page).to_have_url(re.compile("/escalations/"))
