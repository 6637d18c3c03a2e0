"""A question to many: written, started, answered on phones, and counted while somebody looks."""

from playwright.sync_api import expect

from tenancy.isolation import activate
from tests.midday import midday_zone
from tests.permitting import agree_to_everything
from texting import receiving, threads
from texting.models import Line
from texting.phone_numbers import parse
from texting.providers import base

from .browser import MakePerson, drawn_anew, needs_browser
from .simulated_office import Office

pytestmark = needs_browser


def test_a_poll_is_asked_and_its_answers_appear(office: Office, someone: MakePerson) -> None:
    with activate(office.organization):
        for which in (1, 2):
            contact = threads.contact_for(parse(office.number(which)))
            contact.time_zone = midday_zone()
            contact.save(update_fields=["time_zone"])
            agree_to_everything(contact)
    page = someone().let_in(office.owner).tab("/polls/")
    page.get_by_role("link", name="Write one").click()
    page.get_by_label("Name").fill("Evening hours")
    page.get_by_label("Question").fill("Which evening suits you?")
    page.get_by_label("Answers").fill("Tuesday\nStop")
    page.get_by_role("button", name="Check who gets it").click()
    expect(page.get_by_text("“Stop” cannot be an answer")).to_be_visible()
    page.get_by_label("Answers").fill("Tuesday\nThursday")
    page.get_by_label("Thanks").fill("Thank you, {first_name|there}.")
    page.get_by_role("button", name="Check who gets it").click()
    expect(page.locator(".facts")).to_contain_text("Get it2")
    page.get_by_role("button", name="Start").click()
    drawn_anew(page, "form[action$='/start/']")
    page.get_by_role("button", name="Start it").click()
    expect(page.get_by_text("Finished")).to_be_visible()
    page.get_by_role("link", name="Its answers").click()
    expect(page.get_by_text("Nobody has answered yet.")).to_be_visible()
    with activate(office.organization):
        line = Line.objects.get(pk=office.line.pk)
        receiving.receive(line, base.Inbound("poll-1", office.number(1), line.number, "thursday please", "poll-1"))
    expect(page.get_by_role("row", name="2 Thursday")).to_contain_text("100 %")
    expect(page.locator(".facts")).to_contain_text("Thanked1")
    page.goto("/inbox/resolved/")
    page.get_by_text("Thank you").first.click()
    said = "Resolved by itself: an answer to the poll “Evening hours” and nothing else"
    expect(page.get_by_text(said)).to_be_visible()
