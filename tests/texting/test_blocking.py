"""A blocked contact: what they write is kept and rings nowhere, a STOP counts, and nothing is sent to them."""

import pytest
from django.urls import reverse

from accounts.permissions import MissingPermission
from compliance.models import ConsentEvent, Suppression
from tenancy.audit import AuditKind
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.permitting import agree_to_everything
from tests.texting.desk import desk
from texting import blocking, gate, queries
from texting.gate import Draft, Verdict
from texting.models import Contact, Message
from texting.notifications.reading import unread_count
from texting.purposes import Purpose
from texting.sending import Refused

__all__ = ["desk"]

pytestmark = pytest.mark.django_db

SPAM = Contact.Block.SPAM


def block(desk, member=None):
    with activate(desk.organization):
        return blocking.block(member=member or desk.cast.supervisor, contact=Contact.objects.get(), why=SPAM)


def unread(desk):
    with activate(desk.organization):
        return queries.counts(desk.cast.owner).unread


def test_what_they_write_is_kept_and_counts_nowhere_until_they_are_unblocked(desk):
    desk.hear("Hello")
    assert unread(desk) == 1
    assert (block(desk), block(desk)) == (True, False)
    assert unread(desk) == 0, "what was unread is off the list"
    conversation = desk.hear("Answer me!")
    assert (unread(desk), desk.fresh(conversation).preview) == (0, "Answer me!")
    with activate(desk.organization):
        assert blocking.unblock(member=desk.cast.supervisor, contact=conversation.contact)
        assert not blocking.unblock(member=desk.cast.supervisor, contact=conversation.contact)
    desk.hear("Hello?")
    assert unread(desk) == 1
    with activate(desk.organization):
        kinds = {AuditKind.CONTACT_BLOCKED, AuditKind.CONTACT_UNBLOCKED}
        assert AuditEvent.objects.filter(event__in=kinds).count() == 2


def test_who_has_the_conversation_is_told_nothing_of_it(desk):
    conversation = desk.take(desk.hear("Hello"))

    def told():
        desk.hear("Answer me!")
        with activate(desk.organization):
            return unread_count(conversation.assignee)

    assert told() == 1
    block(desk)
    with activate(desk.organization):
        assert unread_count(conversation.assignee) == 0, "nor of what came before"
    assert told() == 0
    with activate(desk.organization):
        blocking.unblock(member=desk.cast.supervisor, contact=Contact.objects.get())
    assert told() == 1


def test_a_stop_counts_and_is_answered_and_no_other_answer_leaves(desk):
    desk.hear("Hello")
    block(desk)
    desk.hear("START")
    desk.hear("wrong number")
    with activate(desk.organization):
        given = ConsentEvent.objects.filter(action=ConsentEvent.Action.GIVEN).count()
        assert not Message.objects.filter(direction=Message.Direction.OUT).exists()
    desk.hear("STOP")
    with activate(desk.organization):
        assert given
        assert Suppression.objects.exists()
        out = Message.objects.filter(direction=Message.Direction.OUT).order_by("-created_at")
        assert [text.purpose for text in out] == [Purpose.OPT_OUT_ANSWER]


@pytest.mark.parametrize("purpose", [Purpose.REPLY, Purpose.BULK, Purpose.APPOINTMENT, Purpose.RECEIPT])
def test_the_gate_refuses_in_words_whoever_writes(desk, purpose):
    conversation = desk.hear("START")
    block(desk)
    with activate(desk.organization):
        agree_to_everything(conversation.contact)
        outcome = gate.ask(Draft(desk.fresh(conversation), "News", purpose, desk.cast.owner))
        reason = next(one for one in outcome.objections if one.rule == "contact.blocked")
        assert (outcome.verdict, reason.text) == (Verdict.REFUSE, "This contact is blocked.")
        code = gate.ask(Draft(desk.fresh(conversation), "1234", Purpose.CODE, None))
        assert "contact.blocked" not in {one.rule for one in code.objections}, "a colleague can still sign in"
    with pytest.raises(Refused):
        desk.answer(desk.fresh(conversation), "No")


def test_it_is_shown_where_one_writes_and_undone_on_the_contacts_page(desk):
    conversation = desk.hear("Hello")
    page = reverse("contact", args=[conversation.contact_id])
    browser = desk.as_(desk.cast.supervisor)
    browser.post(reverse("block_contact", args=[conversation.contact_id]), {"why": "nothing"})
    assert "This contact is blocked" not in browser.get(page).content.decode()
    browser.post(reverse("block_contact", args=[conversation.contact_id]), {"why": "abuse"})
    shown = browser.get(page).content.decode()
    assert ("This contact is blocked" in shown, "Abusive" in shown) == (True, True)
    open_one = browser.get(reverse("conversation", args=[conversation.pk])).content.decode()
    assert "This contact is blocked" in open_one
    masked = desk.as_(desk.cast.auditor).get(page).content.decode()
    assert ("This contact is blocked" in masked, "Unblock" in masked) == (True, False)
    browser.post(reverse("unblock_contact", args=[conversation.contact_id]))
    assert "This contact is blocked" not in browser.get(page).content.decode()


def test_only_who_has_the_right_blocks(desk):
    desk.hear("Hello")
    with pytest.raises(MissingPermission):
        block(desk, desk.cast.agent)
