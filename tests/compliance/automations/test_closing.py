"""Routine that answers itself: what a rule has dealt with is resolved, and nothing else that somebody has to read."""

import pytest

from compliance.content_types.kinds import ContentType
from compliance.content_types.rules import Action
from tenancy.isolation import activate
from tests.compliance.automations.making import acts, rule, sent, tag, template, work
from tests.compliance.automations.test_judged import CLOSED, decide
from tests.permitting import agree_to_everything
from tests.texting.announcements.many import hand_over
from tests.texting.desk import SECOND, desk
from texting import conversations
from texting.models import Conversation, Message

__all__ = ["desk"]

HOURS = {"facts": {"words": ["hours"]}}


def place_of(desk, number=SECOND):
    """The newest conversation of a customer."""
    with activate(desk.organization):
        return (
            Conversation.objects.select_related("contact", "line__team")
            .filter(contact=desk.contact(number))
            .latest("opened_at")
        )


def test_a_rule_resolves_what_it_has_answered(desk):
    rule(desk, "keyword", name="Hours", **HOURS, reply=template(desk), close=True)
    rule(
        desk,
        "text",
        conditions={"words": ["parking"]},
        reply=template(desk, "Behind the house.", "Parking"),
        close=True,
    )
    place = desk.hear("Hours?")
    assert (place.status, place.unread) == ("open", 1)
    work(desk)
    place = desk.fresh(place)
    assert (place.status, place.unread) == ("resolved", 0)
    assert len(sent(desk)) == 1
    page = desk.as_(desk.cast.owner).get(f"/inbox/c/{place.pk}/").content.decode()
    assert "Automation “Hours” resolved it" in page
    desk.hear("Is there parking", number=SECOND)
    work(desk)
    assert place_of(desk).status == "resolved"
    assert desk.hear("Thanks, one more thing", number=SECOND).status == "open", "and what comes then is read"


def test_a_keyword_of_its_own_is_dealt_with_without_an_answer(desk):
    rule(desk, "keyword", **HOURS, tags=[tag(desk)], close=True)
    place = desk.hear("hours")
    work(desk)
    assert desk.fresh(place).status == "resolved"


def test_any_text_that_nobody_answered_is_left_to_be_read(desk):
    rule(desk, tags=[tag(desk)], close=True)
    place = desk.hear("My tooth hurts")
    work(desk)
    assert (desk.fresh(place).status, desk.fresh(place).unread) == ("open", 1)
    assert acts(desk)[-1] == ("close", "refused", "close.not_possible")


@pytest.mark.parametrize("case", ["another text", "held", "stopped", "escalated", "marked unread"])
def test_what_somebody_has_to_see_stays_open(desk, case):
    rule(desk, "keyword", **HOURS, reply=template(desk, CLOSED), close=True)
    if case in ("held", "stopped"):
        decide(desk, **{ContentType.ANNOUNCEMENT.value: Action.REVIEW if case == "held" else Action.STOP})
    if case == "another text":
        desk.hear("I cut my hand")
    if case == "escalated":
        desk.hear("I read you my card number over text")
        with activate(desk.organization):
            conversations.mark_read(member=desk.cast.agent, conversation=place_of(desk, "+12125550181"))
    if case == "marked unread":
        place = desk.hear("Hello")
        with activate(desk.organization):
            conversations.mark_read(member=desk.cast.agent, conversation=place)
            conversations.mark_unread(member=desk.cast.agent, conversation=place)
    place = desk.hear("hours")
    work(desk)
    assert desk.fresh(place).status == "open"
    assert desk.fresh(place).unread > 0
    kind, result, _why = acts(desk)[-1]
    assert (kind, result) == ("close", "refused")


def test_the_text_that_came_while_the_rule_worked_is_read_by_somebody(desk):
    rule(desk, "keyword", **HOURS, reply=template(desk), close=True)
    desk.hear("hours")
    place = desk.hear("And I have lost my card")
    work(desk)
    assert (desk.fresh(place).status, desk.fresh(place).unread) == ("open", 2)


def test_a_last_word_after_the_end_opens_no_conversation(desk):
    rule(desk, "resolved", reply=template(desk, "Your ticket 12 is closed now, thank you."))
    place = desk.take(desk.hear("Are you open?"))
    with activate(desk.organization):
        agree_to_everything(place.contact)
    desk.answer(place, "Yes")
    desk.resolve(place)
    work(desk)
    assert acts(desk) == [("reply", "done", "")]
    with activate(desk.organization):
        assert Conversation.objects.filter(contact=place.contact).count() == 1
        said = Message.objects.get(direction="out", author=None)
    assert "Your ticket 12" in said.body
    assert desk.fresh(place).status == "resolved"
    hand_over(desk)
    assert desk.hear("Bye").pk != place.pk


def test_where_it_was_reopened_the_last_word_stands_in_what_goes_on(desk):
    rule(desk, "resolved", reply=template(desk, "Your ticket 12 is closed now, thank you."))
    place = desk.take(desk.hear("Are you open?"))
    with activate(desk.organization):
        agree_to_everything(place.contact)
    desk.resolve(place)
    with activate(desk.organization):
        conversations.reopen(member=desk.cast.agent, conversation=place)
    work(desk)
    with activate(desk.organization):
        assert Message.objects.get(direction="out").conversation_id == place.pk
        assert Conversation.objects.filter(contact=place.contact).count() == 1
