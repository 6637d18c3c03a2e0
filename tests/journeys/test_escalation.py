"""A customer offers a card: it stands on the supervisor's page by itself; the agent offers another channel once, and
closes it with a call. One that nobody acts on is too late, and says so."""

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from accounts.founding import add_member
from accounts.models import TeamMember
from compliance.models import Escalation, EscalationStep
from tenancy.isolation import activate
from tests.cast import person

from .browser import MakePerson, needs_browser, text_from
from .simulated_office import Office

pytestmark = needs_browser


def test_from_the_card_offer_to_the_call_and_one_that_is_too_late(office: Office, someone: MakePerson) -> None:
    conversation = office.hear("Can I move my appointment?", name="Grace Whitfield")
    supervisor = add_member(
        organization=office.organization, user=person(f"sam@{office.mark}.example", "Sam Achebe"), role="supervisor"
    )
    with activate(office.organization):
        TeamMember.objects.create(team=office.team, membership=supervisor)
    sam = someone().let_in(supervisor)
    page = sam.opens("/escalations/")
    expect(page.get_by_text("Nothing is escalated")).to_be_visible()
    sam.wait_until_live()
    agent = someone().let_in(office.agent)
    inbox = agent.opens(office.address(conversation))
    phone = agent.tab(office.phone_address)
    agent.wait_until_live(phone)

    text_from(phone, "Can I just text you my card number?")
    row = page.get_by_role("listitem").filter(has_text="Grace Whitfield")
    expect(row).to_contain_text("Wants to send card details")
    notice = inbox.locator("#thread-notices")
    expect(notice).to_contain_text("Escalated: Wants to send card details")

    notice.get_by_role("button", name="Offer another channel").click()
    inbox.get_by_role("dialog").get_by_role("button", name="Send it").click()
    expect(phone.locator(".phone-text.got").last).to_contain_text("do not text card details")
    expect(notice.get_by_role("button", name="Offer another channel")).to_have_count(0)

    notice.get_by_role("button", name="Close").click()
    dialog = inbox.get_by_role("dialog", name="Close the escalation")
    dialog.get_by_label("What came of it").fill("Paid by phone")
    dialog.get_by_role("button", name="Close it").click()
    expect(notice).not_to_contain_text("Escalated")
    expect(page.get_by_text("Nothing is escalated")).to_be_visible()

    text_from(phone, "can you just text me my results")
    expect(row).to_contain_text("Wants private things by text")
    with activate(office.organization):
        past = timezone.now() - timedelta(minutes=1)
        EscalationStep.objects.filter(kind="breach", state="waiting").update(due_at=past)
        Escalation.objects.filter(state="open").update(due_at=past)
        office_id = office.organization.pk
    from compliance.escalations import clock

    with activate(office_id):
        clock.act_on_due()  # or the running system's clock has
    expect(row).to_contain_text("Too late")
    expect(notice).to_contain_text("nobody has reached them in time")
