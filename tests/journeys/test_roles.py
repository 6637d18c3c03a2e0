"""An admin makes a role of the house's own, and the person who gets it meets the difference at the next click."""

from playwright.sync_api import expect

from .browser import MakePerson, needs_browser
from .simulated_office import Office

pytestmark = needs_browser


def test_a_role_is_copied_without_one_right_given_and_met_at_the_next_click(
    office: Office, someone: MakePerson
) -> None:
    office.hear("Hello", name="Grace Whitfield")
    agent = someone().let_in(office.agent).opens("/inbox/")
    expect(agent.get_by_role("button", name="Start a conversation")).to_be_visible()

    admin = someone().let_in(office.admin).tab("/settings/roles/")
    admin.get_by_role("link", name="Agent", exact=True).click()
    admin.get_by_role("link", name="Duplicate").click()
    admin.get_by_label("Name", exact=True).fill("Front desk")
    rows = admin.locator("[data-filter-row]:visible")
    every = rows.count()
    admin.get_by_label("Find a permission").fill("start conv")
    expect(rows).to_have_count(1)
    admin.get_by_label("Start conversations").uncheck()
    admin.get_by_label("Find a permission").fill("")
    expect(rows).to_have_count(every)
    admin.get_by_role("button", name="Make the role").click()
    expect(admin.get_by_role("heading", name="Front desk", exact=True)).to_be_visible()

    admin.goto(f"/settings/people/{office.agent.pk}/change/")
    admin.get_by_label("Agent", exact=True).uncheck()
    admin.get_by_label("Front desk", exact=True).first.check()
    admin.get_by_role("button", name="Save").click()
    admin.get_by_role("link", name="What they can see and do").click()
    expect(admin.get_by_role("row").filter(has_text="Send texts").first).to_contain_text("Front desk")
    expect(admin.get_by_role("row").filter(has_text="Start conversations")).to_have_count(0)

    agent.reload()
    expect(agent.get_by_text("Grace Whitfield").first).to_be_visible()
    expect(agent.get_by_role("button", name="Start a conversation")).to_have_count(0)

    admin.goto("/settings/roles/")
    admin.get_by_role("link", name="Front desk").click()
    admin.get_by_role("link", name="Edit").click()
    admin.get_by_label("Write internal notes").uncheck()
    admin.get_by_role("button", name="See what changes").click()
    expect(admin.locator(".changed-person")).to_contain_text("loses Write internal notes")
    admin.get_by_role("button", name="Save").click()
    expect(admin.get_by_role("heading", name="Front desk", exact=True)).to_be_visible()
