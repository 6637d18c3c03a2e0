"""Taking, passing on, resolving, noting: who may, what is kept, and who wins when two act at once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection

from accounts.permissions import MissingPermission
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.texting.desk import FIRST, SECOND, busy_desk, desk
from texting import contacts, conversations, queries
from texting.conversations import AlreadyTaken, NotPossible
from texting.models import Conversation, Draft, Message, Note, Turn
from texting.phone_numbers import parse
from texting.sending import Refused

__all__ = ["busy_desk", "desk"]


def audited(desk):
    with activate(desk.organization):
        return [kind for kind in AuditEvent.objects.order_by("id").values_list("event", flat=True) if "conv" in kind]


def turns():
    return list(Turn.objects.order_by("created_at").values_list("kind", flat=True))


class TestTaking:
    def test_a_free_conversation_becomes_mine_and_is_written_down(self, desk):
        conversation = desk.take(desk.hear())
        assert conversation.assignee == desk.cast.agent
        assert audited(desk)[-1] == "conversation:claimed"
        with activate(desk.organization):
            assert turns() == ["taken"]

    def test_taking_my_own_again_changes_nothing(self, desk):
        desk.take(desk.take(desk.hear()))
        with activate(desk.organization):
            assert turns() == ["taken"]

    def test_who_comes_second_is_told_who_has_it(self, desk):
        conversation = desk.take(desk.hear())
        with pytest.raises(AlreadyTaken, match="Amelia Okafor has this conversation already"):
            desk.take(conversation, desk.cast.second_agent)
        assert desk.fresh(conversation).assignee == desk.cast.agent

    def test_a_resolved_one_must_be_reopened_first(self, desk):
        with pytest.raises(NotPossible, match="Reopen"):
            desk.take(desk.resolve(desk.hear()))

    def test_a_reader_may_not(self, desk):
        conversation = desk.hear()
        with pytest.raises(MissingPermission):
            desk.take(conversation, desk.cast.auditor)
        assert desk.fresh(conversation).assignee is None

    @pytest.mark.parametrize("attempt", range(3))
    def test_when_two_take_it_at_once_exactly_one_wins(self, busy_desk, attempt):
        conversation = busy_desk.hear()
        together = Barrier(2)

        def take(member):
            try:
                with activate(busy_desk.organization):
                    member.permissions  # noqa: B018 - looked up before the race
                    together.wait(10)
                    conversations.claim(member=member, conversation=conversation)
            except AlreadyTaken as taken:
                return taken.by.name
            finally:
                connection.close()
            return "won"

        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(take, [busy_desk.cast.agent, busy_desk.cast.second_agent]))
        assert answers.count("won") == 1
        winner = busy_desk.fresh(conversation).assignee.user.name
        assert [answer for answer in answers if answer != "won"] == [winner]
        with activate(busy_desk.organization):
            assert turns() == ["taken"]


class TestPassingOn:
    def hand(self, desk, conversation, to, *, was=None, note="", member=None):
        with activate(desk.organization):
            conversations.transfer(
                member=member or desk.cast.agent, conversation=conversation, to=to, was=was, note=note
            )

    def test_to_a_colleague_with_a_note(self, desk):
        conversation = desk.hear()
        self.hand(desk, conversation, desk.cast.second_agent.pk, note="She prefers mornings.")
        assert desk.fresh(conversation).assignee == desk.cast.second_agent
        with activate(desk.organization):
            assert Note.objects.get().body == "She prefers mornings."
            assert turns() == ["assigned"]

    def test_back_to_the_team(self, desk):
        conversation = desk.take(desk.hear())
        self.hand(desk, conversation, None, was=desk.cast.agent.pk)
        assert desk.fresh(conversation).assignee is None

    def test_not_to_somebody_who_may_not_read_the_line(self, desk):
        conversation = desk.hear(line=desk.billing_line)
        with pytest.raises(NotPossible, match="may not read"):
            self.hand(desk, conversation, desk.cast.agent.pk, member=desk.cast.supervisor)
        for stranger in (desk.cast.leaver.pk, desk.cast.outsider.pk, uuid4()):
            with pytest.raises(NotPossible):
                self.hand(desk, conversation, stranger, member=desk.cast.supervisor)
        assert desk.fresh(conversation).assignee is None

    def test_not_when_somebody_else_has_it_by_now(self, desk):
        conversation = desk.take(desk.hear(), desk.cast.second_agent)
        with pytest.raises(AlreadyTaken, match="Bo Castellanos"):
            self.hand(desk, conversation, desk.cast.agent.pk, was=None)
        assert desk.fresh(conversation).assignee == desk.cast.second_agent

    def test_a_refused_transfer_leaves_no_note(self, desk):
        conversation = desk.take(desk.hear(), desk.cast.second_agent)
        with pytest.raises(AlreadyTaken):
            self.hand(desk, conversation, desk.cast.agent.pk, was=None, note="Mine now")
        with activate(desk.organization):
            assert not Note.objects.exists()


class TestEnding:
    def test_resolving_and_reopening(self, desk):
        conversation = desk.resolve(desk.take(desk.hear()))
        assert (conversation.status, conversation.resolved_at is None) == ("resolved", False)
        with activate(desk.organization):
            conversations.reopen(member=desk.cast.agent, conversation=conversation)
            assert turns() == ["taken", "resolved", "reopened"]
        again = desk.fresh(conversation)
        assert (again.status, again.resolved_at, again.assignee) == ("open", None, desk.cast.agent)
        assert audited(desk)[-2:] == ["conversation:resolved", "conversation:reopened"]

    def test_not_while_a_text_is_unread(self, desk):
        conversation = desk.hear()
        with activate(desk.organization), pytest.raises(NotPossible, match="just written"):
            conversations.resolve(member=desk.cast.agent, conversation=conversation)
        assert desk.fresh(conversation).status == "open"

    def test_not_twice(self, desk):
        conversation = desk.resolve(desk.hear())
        with activate(desk.organization), pytest.raises(NotPossible, match="already"):
            conversations.resolve(member=desk.cast.agent, conversation=conversation)

    def test_the_next_text_opens_a_new_conversation_and_the_old_one_stays_resolved(self, desk):
        old = desk.resolve(desk.hear())
        new = desk.hear("Me again")
        assert new.pk != old.pk
        with activate(desk.organization):
            with pytest.raises(NotPossible, match="newer"):
                conversations.reopen(member=desk.cast.agent, conversation=old)
            assert Conversation.objects.get(pk=old.pk).status == "resolved"
            assert queries.newest_conversation(desk.cast.agent, old) == new.pk

    def test_a_reader_may_neither(self, desk):
        conversation = desk.hear()
        with activate(desk.organization):
            for deed in (conversations.resolve, conversations.reopen):
                with pytest.raises(MissingPermission):
                    deed(member=desk.cast.auditor, conversation=conversation)


class TestReading:
    def test_opening_is_written_down_and_counts_as_reading(self, desk):
        conversation = desk.hear()
        with activate(desk.organization):
            conversations.record_reading(member=desk.cast.agent, conversation=conversation)
        assert desk.fresh(conversation).unread == 0
        assert audited(desk)[-1] == "conversation:read"

    def test_an_auditor_who_looks_on_leaves_it_unread(self, desk):
        conversation = desk.hear()
        with activate(desk.organization):
            conversations.record_reading(member=desk.cast.auditor, conversation=conversation)
        assert desk.fresh(conversation).unread == 1
        assert audited(desk)[-1] == "conversation:read"

    def test_it_can_be_made_to_stand_out_again(self, desk):
        conversation = desk.hear()
        with activate(desk.organization):
            conversations.mark_read(member=desk.cast.agent, conversation=conversation)
            conversations.mark_unread(member=desk.cast.agent, conversation=conversation)
        assert desk.fresh(conversation).unread == 1


class TestWriting:
    def reply(self, desk, conversation, body="On its way", member=None, message_id=None):
        with activate(desk.organization):
            return conversations.reply(
                member=member or desk.cast.agent,
                conversation=conversation,
                body=body,
                message_id=message_id or uuid4(),
            )

    def test_answering_in_a_free_conversation_takes_it(self, desk):
        conversation = desk.hear()
        assert self.reply(desk, conversation).took
        assert desk.fresh(conversation).assignee == desk.cast.agent

    def test_answering_in_a_colleagues_conversation_leaves_it_theirs(self, desk):
        conversation = desk.take(desk.hear(), desk.cast.second_agent)
        assert not self.reply(desk, conversation).took
        assert desk.fresh(conversation).assignee == desk.cast.second_agent

    def test_the_same_text_sent_twice_goes_out_once(self, desk):
        conversation, message_id = desk.hear(), uuid4()
        first = self.reply(desk, conversation, message_id=message_id)
        again = self.reply(desk, conversation, message_id=message_id)
        assert again.message == first.message
        with activate(desk.organization):
            assert Message.objects.filter(direction="out").count() == 1

    def test_after_stop_nothing_is_sent_and_nobody_takes_it(self, desk):
        conversation = desk.hear()
        desk.hear("STOP")
        with activate(desk.organization):
            sent = Message.objects.filter(direction="out").count()
        with pytest.raises(Refused):
            self.reply(desk, conversation)
        assert desk.fresh(conversation).assignee is None
        with activate(desk.organization):
            assert Message.objects.filter(direction="out").count() == sent

    def test_a_reader_may_not_send(self, desk):
        with pytest.raises(MissingPermission):
            self.reply(desk, desk.hear(), member=desk.cast.auditor)

    @pytest.mark.parametrize(("body", "words"), [("  \n ", "something"), ("x" * 4001, "4,000")])
    def test_a_note_must_say_something_and_not_too_much(self, desk, body, words):
        conversation = desk.hear()
        with activate(desk.organization):
            with pytest.raises(NotPossible, match=words):
                conversations.add_note(member=desk.cast.agent, conversation=conversation, body=body)
            assert not Note.objects.exists()

    def test_a_card_in_a_note_is_masked_before_it_is_stored_and_its_author_is_told(self, desk):
        conversation, typed = desk.hear(), "She pays with 4111 1111 1111 1111,\r\nhas asthma"
        page = desk.as_(desk.cast.agent).post(f"/inbox/c/{conversation.pk}/note/", {"body": typed})
        with activate(desk.organization):
            assert Note.objects.get().body == "She pays with [card ••••1111],\nhas asthma"
        assert "taken out of your note" in page["HX-Trigger"]
        page = desk.as_(desk.cast.agent).post(f"/inbox/c/{conversation.pk}/note/", {"body": "Line\r\nline"})
        assert "taken out" not in page.get("HX-Trigger", "")

    def test_a_draft_keeps_no_card(self, desk):
        conversation = desk.hear()
        with activate(desk.organization):
            body = "Card 4111 1111 1111 1111"
            conversations.save_draft(member=desk.cast.agent, conversation=conversation, body=body)
            assert Draft.objects.get().body == "Card [card ••••1111]"

    def test_a_draft_is_kept_as_what_it_is_and_goes_when_it_was_sent(self, desk):
        conversation, agent = desk.hear(), desk.cast.agent
        with activate(desk.organization):
            conversations.save_draft(member=agent, conversation=conversation, body="Dear", is_note=False)
            conversations.save_draft(member=agent, conversation=conversation, body="Between us", is_note=True)
            draft = queries.draft_of(agent, conversation)
            assert (draft.body, draft.is_note) == ("Between us", True)
            assert queries.draft_of(desk.cast.second_agent, conversation) is None
            conversations.save_draft(member=agent, conversation=conversation, body="  ")
            assert not Draft.objects.exists()
            conversations.save_draft(member=agent, conversation=conversation, body="On its")
        self.reply(desk, conversation)
        with activate(desk.organization):
            assert not Draft.objects.exists()


class TestContacts:
    def test_starting_makes_contact_and_conversation_and_belongs_to_the_member(self, desk):
        with activate(desk.organization):
            made = contacts.start(member=desk.cast.agent, line=desk.line, number=parse(SECOND), name="Grace Hopper")
        made = desk.fresh(made)
        assert (made.contact.name, made.contact.number, made.assignee) == ("Grace Hopper", SECOND, desk.cast.agent)
        with activate(desk.organization):
            assert not Message.objects.exists()

    def test_starting_with_somebody_known_goes_on_where_they_are(self, desk):
        known = desk.take(desk.hear(name="Ada Lovelace"), desk.cast.second_agent)
        with activate(desk.organization):
            found = contacts.start(member=desk.cast.agent, line=desk.line, number=parse(FIRST), name="Impostor")
        found = desk.fresh(found)
        assert (found.pk, found.contact.name, found.assignee) == (known.pk, "Ada Lovelace", desk.cast.second_agent)

    def test_a_name_is_changed_by_those_who_may_see_it(self, desk):
        contact = desk.hear(name="Ada").contact
        with activate(desk.organization):
            contacts.rename_contact(member=desk.cast.agent, contact=contact, name=" Ada Lovelace ")
            with pytest.raises(MissingPermission):
                contacts.rename_contact(member=desk.cast.auditor, contact=contact, name="Nobody")
        assert desk.contact().name == "Ada Lovelace"
