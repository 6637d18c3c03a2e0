"""An owner finds out which laws apply, closes a gap, signs, and cannot weaken what a profile keeps."""

from playwright.sync_api import Page, expect

from compliance.models import MeasureReview
from tenancy.isolation import activate
from tests.accounts.codes import with_app

from .browser import MakePerson, needs_browser
from .simulated_office import Office

pytestmark = needs_browser

REGISTER = "/settings/measures/"


def answer_as_a_hospital(page: Page) -> None:
    page.get_by_role("link", name="Answer the questions").click()
    for label in ("United States", "Texas", "Health care", "We take payment cards", "We are a HIPAA covered entity"):
        page.get_by_label(label, exact=label != "We are a HIPAA covered entity").check()
    page.get_by_role("button", name="See what applies").click()
    expect(page.locator("#follows")).to_contain_text("Because you take payment cards.")
    page.get_by_role("button", name="Save", exact=True).click()


def test_a_hospital_finds_a_gap_closes_it_signs_and_is_kept_from_weakening_it(
    office: Office, someone: MakePerson
) -> None:
    page = someone().let_in(office.owner).page
    page.goto(REGISTER)
    answer_as_a_hospital(page)
    for title in ("HIPAA Security Rule and Privacy Rule", "PCI DSS", "State laws on health data"):
        expect(page.get_by_role("link", name=title, exact=True)).to_be_visible()

    gaps, idle = page.locator("#gaps"), "Off: Sessions end after at most 15 minutes without use"
    expect(gaps).to_contain_text(idle)
    gaps.get_by_role("link", name="Choose the limits of the HIPAA profile.").click()
    page.get_by_label("HIPAA profile: 15 minutes").check()
    page.get_by_role("button", name="Save", exact=True).click()
    page.goto(REGISTER)
    expect(gaps).not_to_contain_text(idle)

    figure = page.get_by_role("row").filter(has_text="Active members with a second factor")
    page.get_by_role("link", name="PCI DSS", exact=True).click()
    expect(figure).to_contain_text("0 of ")
    with_app(office.agent.user)
    page.reload()
    expect(figure).to_contain_text("1 of ")
    page.get_by_label("What you looked at, and what follows").fill("The others set theirs up by Friday.")
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_text("The others set theirs up by Friday.")).to_be_visible()
    expect(figure).to_contain_text("1 of ")
    with activate(office.organization):
        assert MeasureReview.objects.get().by_id == office.owner.pk

    page.goto(f"{REGISTER}profiles/hipaa/")
    page.get_by_role("button", name="Take on this profile").click()
    expect(page.get_by_role("heading", name="What it keeps")).to_be_visible()
    page.goto("/settings/session-limits/")
    page.get_by_label("Standard: 12 hours").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The HIPAA profile does not allow this.").first).to_be_visible()
