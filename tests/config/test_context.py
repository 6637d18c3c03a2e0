"""The frame shows only where a member may go."""

from django.test import Client

from accounts.founding import add_member
from tests.cast import cast, signed_in

__all__ = ["cast"]


def rail(member):
    page = signed_in(Client(), member).get("/settings/account/")
    return [str(label) for label, *_ in page.context["rail"]()]


def sections(member):
    page = signed_in(Client(), member).get("/settings/account/")
    return {str(caption): [str(label) for label, *_ in shown] for caption, shown in page.context["settings_groups"]()}


def test_the_rail_leaves_out_what_a_member_may_not_open(cast):
    assert rail(cast.agent) == [
        "Inbox",
        "Search",
        "Attention",
        "For you",
        "Scheduled",
        "Stop?",
        "Escalations",
        "Reviews",
        "Contacts",
        "Reports",
        "Phones",
        "Mailbox",
        "Settings",
    ]
    assert rail(cast.auditor) == [
        "Inbox",
        "Search",
        "Attention",
        "For you",
        "Scheduled",
        "Stop?",
        "Escalations",
        "Reviews",
        "Contacts",
        "Reports",
        "Mailbox",
        "Settings",
    ]


def test_settings_show_what_a_member_may_open(cast):
    own = {"You": ["Your account", "Sessions", "Notifications"]}
    assert sections(cast.agent) == {"Texting": ["Templates"]} | own
    assert (
        sections(cast.supervisor)
        == {
            "Settings": ["Measures"],
            "People": ["People", "Roles", "Leavers"],
            "Texting": ["Templates", "Automations", "Tags"],
            "Records": ["Audit log", "Reveals", "Legal holds"],
        }
        | own
    )
    assert list(sections(cast.admin))[:3] == ["Settings", "People", "Signing in"]


def test_the_start_page_is_the_first_entry_of_the_rail(cast):
    assert signed_in(Client(), cast.agent).get("/")["Location"] == "/inbox/"


def test_the_switcher_appears_for_people_with_several_organizations(cast):
    assert signed_in(Client(), cast.agent).get("/settings/account/").context["organizations"]() == []
    add_member(organization=cast.other_organization, user=cast.agent.user, role="agent")
    shown = signed_in(Client(), cast.agent).get("/settings/account/").context["organizations"]()
    assert [(name, active) for name, _url, active in shown] == [("Harbor Dental", True), ("Northside Plumbing", False)]


def test_nobody_who_is_signed_out_gets_a_frame(client, db):
    assert "rail" not in client.get("/sign-in/").context
