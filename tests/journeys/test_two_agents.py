"""Two colleagues in one inbox: each sees what the other does, and nobody answers twice."""

import pytest
from playwright.sync_api import Page, Route, expect

from .browser import MakePerson, needs_browser, stays
from .simulated_office import Office

pytestmark = needs_browser


def test_two_agents_see_each_other_viewing_and_typing(office: Office, someone: MakePerson) -> None:
    conversation = office.hear("Is somebody there?")
    amelia = someone().let_in(office.agent).opens(office.address(conversation))
    ben = someone().let_in(office.colleague).opens(office.address(conversation))
    expect(amelia.locator("#presence")).to_contain_text("Ben Carter is viewing")
    expect(ben.locator("#presence")).to_contain_text("Amelia Okafor is viewing")

    ben.get_by_label("Message", exact=True).press_sequentially("One moment")
    expect(amelia.locator("#presence")).to_contain_text("Ben Carter is typing")
    expect(amelia.locator("#presence")).to_contain_text("Ben Carter is viewing")

    ben.goto("/contacts/")
    expect(amelia.locator("#presence")).to_be_empty()


def test_what_one_agent_takes_the_other_sees_taken(office: Office, someone: MakePerson) -> None:
    conversation = office.hear("Who looks after me?", name="Grace Whitfield")
    amelia = someone().let_in(office.agent).opens(office.address(conversation))
    ben = someone().let_in(office.colleague).opens(office.address(conversation))
    bens_list = someone().let_in(office.colleague).opens("/inbox/unassigned/")
    expect(bens_list.get_by_role("link", name="Grace Whitfield")).to_be_visible()
    bens_page_stays, bens_list_stays = stays(ben), stays(bens_list)

    amelia.get_by_role("button", name="Take").click()
    expect(amelia.locator("#thread-who")).to_contain_text("You have it")
    expect(ben.locator("#thread-who")).to_contain_text("Amelia Okafor has it")
    expect(ben.get_by_role("button", name="Take")).to_have_count(0)
    expect(bens_list.get_by_role("link", name="Grace Whitfield")).to_have_count(0)
    assert bens_page_stays()
    assert bens_list_stays()


@pytest.mark.parametrize("late", [False, True])
def test_when_two_take_it_at_once_one_has_it_and_the_other_is_told(
    office: Office, someone: MakePerson, late: bool
) -> None:
    conversation = office.hear("First come, first served")
    people = {
        "Amelia Okafor": someone().let_in(office.agent).opens(office.address(conversation)),
        "Ben Carter": someone().let_in(office.colleague).opens(office.address(conversation)),
    }
    held: list[Route] = []

    def hold(route: Route) -> None:  # both have pressed before the server hears of either
        held.append(route)

    for page in people.values():
        page.route("**/take/", hold)
        with page.expect_request("**/take/"):
            page.get_by_role("button", name="Take").click()
    assert len(held) == 2
    held[0].continue_()
    if late:  # live updates take the button away while its request is on the way
        expect(people["Ben Carter"].get_by_role("button", name="Take")).to_have_count(0)
    held[1].continue_()

    winner, loser = _outcome(people)
    expect(people[loser].locator("#toasts")).to_contain_text(f"{winner} has this conversation already.")
    expect(people[loser].locator("#thread-who")).to_contain_text(f"{winner} has it")
    expect(people[loser].get_by_role("button", name="Take")).to_have_count(0)
    expect(people[winner].locator("#toasts")).not_to_contain_text("already")


def _outcome(people: dict[str, Page]) -> tuple[str, str]:
    """Who has it, and who does not."""
    who = {name: page.locator("#thread-who") for name, page in people.items()}
    for header in who.values():
        expect(header).not_to_contain_text("Nobody has it")
    [winner] = [name for name, header in who.items() if "You have it" in header.inner_text()]
    [loser] = people.keys() - {winner}
    return winner, loser
