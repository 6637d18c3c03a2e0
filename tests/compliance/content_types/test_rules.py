"""What an organization decides about types of texts, and what the gate makes of it."""

import pytest

from accounts.permissions import MissingPermission
from compliance.content_types import changing_rules, rules
from compliance.content_types.changing_rules import CannotChange
from compliance.content_types.rules import USUAL, Action, Decided
from tenancy.isolation import activate
from tests.permitting import agree_to_everything
from tests.texting.desk import Desk, desk
from texting import sending
from texting.models import Decision
from texting.purposes import Purpose

__all__ = ["desk"]

OFFER = "30% off all creams this week only. Shop now!"


def decide(desk: Desk, member=None, **more) -> bool:
    with activate(desk.organization):
        return changing_rules.change(member=member or desk.cast.owner, wanted=Decided(**more))


def objections(desk: Desk, conversation, body: str, purpose=Purpose.REPLY) -> list[tuple[str, str]]:
    """The gate's objections by rule, as a colleague's text now."""
    with activate(desk.organization):
        try:
            sending.send_text(conversation=conversation, body=body, author=desk.cast.agent, purpose=purpose)
        except sending.Refused as refused:
            return [(one.rule, one.verdict.value) for one in refused.outcome.objections]
    return []


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("Sure, I will ask the doctor.", []),
        ("Your appointment is Tuesday at 9:40. Reply C to confirm.", []),
        ("The 10% discount you asked about was applied to your bill.", []),
        (OFFER, [("type.promotion", "hold")]),
        ("Payday loans, no credit check. Apply now!", [("type.forbidden.lending", "refuse")]),
        ("Here it is: bit.ly/abc", [("link.shortener", "refuse")]),
        ("Here it is: https://harbor.example/forms", []),
    ],
)
def test_without_any_decision_the_usual_holds(desk, body, found):
    assert objections(desk, desk.hear("Hello"), body) == found


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("Your order is confirmed, thank you!", "an order number"),
        ("Your order #4411 is confirmed, thank you!", ""),
        ("Reminder: your appointment with Dr. Lee. Reply C to confirm", "a date or a time"),
        ("Reminder: your appointment with Dr. Lee on Tuesday at 9. Reply C to confirm", ""),
        ("Sure, I will ask the doctor.", ""),
    ],
)
def test_what_a_text_of_its_type_lacks_is_said_while_it_is_written_and_it_leaves_all_the_same(desk, body, said):
    conversation = desk.hear("Hello")
    page = desk.as_(desk.cast.agent).post(f"/inbox/c/{conversation.pk}/preview/", {"body": body}).content.decode()
    assert (said in page) if said else ("usually names" not in page)
    assert objections(desk, conversation, body) == []
    with activate(desk.organization):
        rules = [one["rule"] for one in Decision.objects.latest("id").reasons]
    assert any(rule.endswith(".missing") for rule in rules) is bool(said)


def test_offers_can_be_stopped_also_for_those_who_agreed(desk):
    conversation = desk.hear("Hello")
    with activate(desk.organization):
        agree_to_everything(conversation.contact)
    assert objections(desk, conversation, OFFER) == []
    assert decide(desk, actions=USUAL | {"promotion": Action.STOP})
    assert objections(desk, conversation, OFFER) == [("type.promotion", "refuse")]


def test_a_type_can_be_stopped_and_a_reply_never(desk):
    conversation = desk.hear("Hello")
    decide(desk, actions=USUAL | {"poll": Action.STOP, "announcement": Action.REVIEW})
    assert objections(desk, conversation, "How was your visit? Please rate us from 1 to 5.") == [
        ("type.poll", "refuse")
    ]
    assert objections(desk, conversation, "Our office will be closed on Monday due to snow.") == [
        ("type.announcement", "hold")
    ]
    assert objections(desk, conversation, "Was everything good?") == []
    with pytest.raises(CannotChange):
        decide(desk, actions=USUAL | {"reply": Action.STOP})
    with pytest.raises(CannotChange):
        decide(desk, actions=USUAL | {"promotion": Action.ALLOW})


def test_links_can_be_limited_to_own_domains_over_https(desk):
    conversation = desk.hear("Hello")
    decide(desk, domains=("harbor.example",), only_https=True)
    assert objections(desk, conversation, "https://pay.harbor.example/1") == []
    assert objections(desk, conversation, "https://elsewhere.org/1") == [("link.not_ours", "refuse")]
    assert objections(desk, conversation, "http://harbor.example/1") == [("link.not_secure", "refuse")]


def test_what_percent_signs_hide_in_a_link_is_found(desk):
    found = objections(desk, desk.hear("Hello"), "https://harbor.example/?c=4111%201111%201111%201111")
    assert ("content.payment_card", "refuse") in found


def test_a_decision_keeps_groups_of_phrases_and_a_version_but_no_words(desk):
    objections(desk, desk.hear("Hello"), OFFER)
    with activate(desk.organization):
        [reason] = [one for one in Decision.objects.latest("id").reasons if one["rule"] == "type.promotion"]
    assert reason["version"].startswith("1-")
    assert "creams" not in str(reason)
    assert "price_off" in reason["evidence"]["groups"]


def test_each_change_is_a_version_that_history_shows(desk):
    assert decide(desk, wait_hours=8)
    assert not decide(desk, wait_hours=8)
    decide(desk, actions=USUAL | {"tip": Action.STOP}, domains=("harbor.example",))
    with activate(desk.organization):
        assert rules.decided().wait_hours == 4
        assert [one.title for one in changing_rules.history()] == [
            "Product tip: Allowed → Stopped · Hours: 8 → 4 · Domains: harbor.example",
            "Hours: 4 → 8",
        ]


@pytest.mark.parametrize(
    "wrong", [{"wait_hours": 0}, {"wait_hours": 73}, {"domains": ("http://a",)}, {"domains": ("a.com",) * 51}]
)
def test_nonsense_changes_nothing(desk, wrong):
    with pytest.raises(CannotChange):
        decide(desk, **wrong)
    with activate(desk.organization):
        assert rules.decided() == Decided()


def test_only_who_runs_the_organization_changes_it(desk):
    with pytest.raises(MissingPermission):
        decide(desk, desk.cast.supervisor, wait_hours=8)


def test_the_page_saves_and_says_what_is_wrong(desk):
    owner = desk.as_(desk.cast.owner)
    assert "Forbidden by carriers" in owner.get("/settings/types-of-texts/").content.decode()
    fields = {row: action.value for row, action in USUAL.items()}
    wrong = owner.post("/settings/types-of-texts/save/", {**fields, "wait_hours": "4", "domains": "not a domain"})
    assert wrong.status_code == 422
    right = {**fields, "poll": "stop", "wait_hours": "6", "domains": "https://Harbor.example/\nother.org"}
    assert owner.post("/settings/types-of-texts/save/", right).status_code == 302
    with activate(desk.organization):
        now = rules.decided()
    assert (now.actions["poll"], now.wait_hours, now.domains) == (Action.STOP, 6, ("harbor.example", "other.org"))
