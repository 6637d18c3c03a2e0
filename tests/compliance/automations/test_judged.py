"""What a rule sends is judged like what its owner sends by hand: by type, by its links, by who must see it first."""

import pytest

from compliance.content_types import changing_rules, deciding
from compliance.content_types.kinds import ContentType
from compliance.content_types.rules import USUAL, Action, Decided
from compliance.models import HeldText
from tenancy.isolation import activate
from tests.compliance.automations.making import acts, rule, sent, template, work
from tests.texting.desk import Desk, desk
from texting.models import Message

__all__ = ["desk"]

CLOSED = "Hello, our office will be closed on Monday for the holiday."


def decide(desk: Desk, *, domains: tuple[str, ...] = (), **actions: Action) -> None:
    with activate(desk.organization):
        changing_rules.change(member=desk.cast.owner, wanted=Decided(actions=USUAL | actions, domains=domains))


def reply(desk: Desk, body: str) -> list[tuple[str, str, str]]:
    """What became of a rule's reply to a text."""
    rule(desk, reply=template(desk, body))
    desk.hear("Are you open?")
    work(desk)
    return acts(desk)


def test_a_type_that_is_stopped_is_not_sent_by_a_rule(desk):
    decide(desk, **{ContentType.ANNOUNCEMENT.value: Action.STOP})
    assert reply(desk, CLOSED) == [("reply", "refused", "type.announcement")]
    assert sent(desk) == []


@pytest.mark.parametrize(
    ("body", "name", "against"),
    [
        ("Please look, {first_name}", "bit.ly/abc Ruiz", "link.shortener"),
        ("Please look: https://elsewhere.org/x", "", "link.not_ours"),
        ("Please look: https://harbor.example/x", "", None),
    ],
)
def test_links_of_a_rule_keep_to_the_same_rules(desk, body, name, against):
    rule(desk, reply=template(desk, body))
    decide(desk, domains=("harbor.example",))
    desk.hear("Are you open?", name=name)
    work(desk)
    assert acts(desk) == [("reply", "refused" if against else "done", against or "")]
    assert len(sent(desk)) == (0 if against else 1)


def test_what_a_colleague_must_see_first_waits_as_the_owners_and_leaves_when_it_is_approved(desk):
    decide(desk, **{ContentType.ANNOUNCEMENT.value: Action.REVIEW})
    assert reply(desk, CLOSED) == [("reply", "waits", "reply.held")]
    assert sent(desk) == []
    with activate(desk.organization):
        held = HeldText.objects.get()
        assert (held.author, held.body, held.rule) == (desk.cast.owner, CLOSED, "type.announcement")
        with pytest.raises(deciding.CannotDecide, match="somebody else"):
            deciding.approve(member=desk.cast.owner, held=held)
        deciding.approve(member=desk.cast.supervisor, held=held)
        text = Message.objects.get(direction="out")
    assert (text.pk, text.author) == (held.message_id, desk.cast.owner)
    assert CLOSED in text.body


def test_a_rule_asks_for_no_word_that_means_something_else(desk):
    rule(desk, reply=template(desk, "Reply {first_name} to change your visit."))
    desk.hear("Are you open?", name="CANCEL")
    work(desk)
    assert acts(desk) == [("reply", "refused", "wording.reserved")]
    assert sent(desk) == []
