"""An admin sets a rate, a conversation is drawn, a reviewer judges it, its agent does not agree, the admin decides."""

from playwright.sync_api import expect

from compliance.review_checks import clock
from compliance.reviewing import drawing
from tenancy.isolation import activate
from texting import conversations

from .browser import MakePerson, needs_browser
from .simulated_office import Office

pytestmark = needs_browser


def test_from_the_rate_to_the_decision(office: Office, someone: MakePerson) -> None:
    olga = page = someone().let_in(office.owner).page
    page.goto("/settings/reviews/")
    page.get_by_label("Draw conversations for review").check()
    page.get_by_label("Any conversation, by chance").fill("100")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. It counts for what is resolved from now on.")).to_be_visible()

    conversation = office.hear("Is my crown ready?", name="Grace Whitfield")
    with activate(office.organization):
        conversations.claim(member=office.agent, conversation=conversation)
        conversations.mark_read(member=office.agent, conversation=conversation)
        conversations.resolve(member=office.agent, conversation=conversation)
        assert clock.look_at_due(drawing.draw) == 1

    page = someone().let_in(office.member("supervisor", "Sam Achebe")).page
    page.goto("/reviews/")
    expect(page.get_by_role("listitem").filter(has_text="Grace Whitfield")).to_contain_text("By chance")
    page.get_by_role("button", name="Take the next one").click()
    expect(page.get_by_text("Is my crown ready?")).to_be_visible()
    for question, answer in (("agreed to be texted", "Does not apply"), ("who we are", "No"), ("sensitive", "Yes")):
        page.get_by_role("group", name=question).get_by_label(answer, exact=True).check()
    page.get_by_role("group", name="moved to a call").get_by_label("Does not apply", exact=True).check()
    page.get_by_label("Coaching note").fill("Say who writes in the first text.")
    with page.expect_response(lambda one: one.url.endswith("/keep/") and "Please" in (one.request.post_data or "")):
        page.get_by_label("Coaching note").press("End")
        page.keyboard.type(" Please.")
    page.reload()
    expect(page.get_by_role("group", name="sensitive").get_by_label("Yes", exact=True)).to_be_checked()
    expect(page.get_by_label("Coaching note")).to_have_value("Say who writes in the first text. Please.")
    page.get_by_role("button", name="Send the review").click()
    expect(page.get_by_text("Review sent.")).to_be_visible()

    amelia = page = someone().let_in(office.agent).page
    page.goto("/reviews/")
    page.get_by_role("link", name="Grace Whitfield").click()
    expect(page.get_by_text("Say who writes in the first text.")).to_be_visible()
    page.get_by_text("I do not agree").click()
    page.get_by_label("What do you not agree with?").fill("I never texted her, she wrote first.")
    page.get_by_role("button", name="Dispute the review").click()
    expect(page.get_by_text("Waits for somebody else than the reviewer.")).to_be_visible()

    page = olga
    page.goto("/reviews/disputes/")
    page.get_by_role("link", name="Grace Whitfield").click()
    expect(page.get_by_text("I never texted her, she wrote first.")).to_be_visible()
    page.get_by_label("The review was changed").check()
    page.get_by_role("group", name="who we are").get_by_label("Does not apply", exact=True).check()
    page.get_by_label("Why", exact=False).fill("Right, that was not asked of you.")
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_text("No dispute waits")).to_be_visible()

    page = amelia
    page.goto("/reviews/yours/")
    page.get_by_role("link", name="Grace Whitfield").click()
    expect(page.get_by_text("Right, that was not asked of you.")).to_be_visible()
    expect(page.get_by_text("was: No")).to_be_visible()
