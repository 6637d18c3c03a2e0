"""A customer texts a keyword, is asked for a YES, answers it; the office sees each step by itself."""

from playwright.sync_api import expect

from tenancy.isolation import activate
from tests.compliance.opt_ins import make_keyword, make_program

from .browser import MakePerson, needs_browser, text_from
from .simulated_office import Office

pytestmark = needs_browser


def test_a_keyword_is_asked_back_and_a_yes_is_confirmed(office: Office, someone: MakePerson) -> None:
    with activate(office.organization):
        make_keyword(office.line, make_program(office.owner, "Offers", double_opt_in=True))
    owner = someone().let_in(office.owner)
    phone = owner.opens(office.phone_address)
    text_from(phone, "join")
    got = phone.locator(".phone-text.got")
    expect(got.last).to_contain_text("reply YES to get recurring automated marketing Offers texts")
    page = owner.tab("/settings/opt-in/all/")
    expect(page.get_by_role("row").filter(has_text="Offers")).to_contain_text("Waits for YES")
    text_from(phone, "Yes please")
    expect(got.last).to_contain_text("Harbor Dental Offers: you're subscribed")
    expect(page.get_by_role("row").filter(has_text="Offers")).to_contain_text("Confirmed")
