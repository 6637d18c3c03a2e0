"""Texts that need attention: who sees them, what may be done with each, and that each ends once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.db.models.functions import Now
from django.urls import reverse

from accounts.permissions import MissingPermission
from tenancy.audit import AuditKind
from tenancy.ids import new_id
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.texting.desk import FIRST, SECOND, busy_desk, desk
from texting import attention, delivery, progress, reconciling, sending
from texting.attention import Settlement
from texting.conversations import NotPossible
from texting.models import LineKey, Message, OutboxEntry
from texting.providers.base import NotAccepted, OutcomeUnknown
from texting.queries import attention as queries
from texting.queries import thread
from texting.statuses import ErrorKind, MessageStatus

__all__ = ["busy_desk", "desk"]

pytestmark = pytest.mark.django_db

S = MessageStatus


def failed(desk, *, number=FIRST, body="We open at nine", line=None, status=S.FAILED, kind=ErrorKind.INVALID_RECIPIENT):
    """A text of the agent's that needs attention."""
    conversation = desk.hear("Hello", number=number, line=line)
    member = desk.cast.outsider if line == desk.other_line else desk.cast.agent
    message = desk.answer(conversation, body, member)
    with activate(message.organization_id):
        OutboxEntry.objects.filter(message_id=message.pk).delete()
        progress.show(message, status, kind)
    return message


def fresh(message):
    with activate(message.organization_id):
        return Message.objects.select_related("settled_by__user").get(pk=message.pk)


def shown(desk, member):
    with activate(member.organization_id):
        return queries.attention_page(member)


def page(desk, member, **query):
    return desk.as_(member).get(reverse("attention"), query)


class TestTheList:
    def test_it_says_what_happened_and_what_to_do(self, desk):
        message = failed(desk)
        [row] = shown(desk, desk.cast.agent).rows
        assert (row.id, row.status.label) == (message.pk, "Not sent")
        assert "landline" in row.status.reason
        answer = page(desk, desk.cast.agent).content.decode()
        for words in ("Needs attention", "We open at nine", "landline", "Check the number", "Send again", "It arrived"):
            assert words in answer

    @pytest.mark.parametrize(
        ("status", "kind"),
        [
            (S.FAILED, ErrorKind.UNKNOWN),
            (S.UNDELIVERED, ErrorKind.UNREACHABLE),
            (S.UNCONFIRMED, ErrorKind.UNKNOWN_OUTCOME),
            (S.HELD, None),
            (S.CANCELED, None),
        ],
    )
    def test_each_kind_of_trouble_is_on_it(self, desk, status, kind):
        failed(desk, status=status, kind=kind)
        assert len(shown(desk, desk.cast.agent).rows) == 1
        assert page(desk, desk.cast.agent).status_code == 200

    @pytest.mark.parametrize(
        ("status", "kind"), [(S.SENT, None), (S.DELIVERED, None), (S.CANCELED, ErrorKind.OPTED_OUT)]
    )
    def test_what_arrived_or_ended_by_an_opt_out_is_not(self, desk, status, kind):
        failed(desk, status=status, kind=kind)
        assert shown(desk, desk.cast.agent).rows == ()

    def test_a_text_that_arrives_after_all_leaves_it(self, desk):
        message = failed(desk, status=S.UNCONFIRMED, kind=ErrorKind.UNKNOWN_OUTCOME)
        with activate(message.organization_id):
            progress.show(message, S.DELIVERED)
        assert shown(desk, desk.cast.agent).rows == ()

    def test_members_see_the_lines_of_their_teams_only(self, desk):
        ours = failed(desk)
        billing = failed(desk, number=SECOND, line=desk.billing_line)
        assert [row.id for row in shown(desk, desk.cast.agent).rows] == [ours.pk]
        assert {row.id for row in shown(desk, desk.cast.second_agent).rows} == {ours.pk, billing.pk}
        assert {row.id for row in shown(desk, desk.cast.owner).rows} == {ours.pk, billing.pk}
        with activate(desk.organization):
            assert queries.attention_count(desk.cast.agent) == 1
            assert queries.attention_count(desk.cast.owner) == 2

    def test_an_outsider_sees_nothing_of_it(self, desk):
        failed(desk)
        assert shown(desk, desk.cast.outsider).rows == ()
        answer = page(desk, desk.cast.outsider).content.decode()
        assert "We open at nine" not in answer
        assert "Nothing needs you" in answer

    def test_an_auditor_reads_without_names_numbers_and_acts(self, desk):
        failed(desk, body="Call (212) 555-0199 before nine")
        answer = page(desk, desk.cast.auditor).content.decode()
        assert "before nine" in answer
        for hidden in ("555-0199", FIRST, "Send again", "It arrived"):
            assert hidden not in answer

    def test_older_ones_are_on_the_next_page(self, desk):
        for which in range(3):
            failed(desk, number=f"+1212555018{which}")
        with activate(desk.organization):
            first = queries.attention_page(desk.cast.agent, size=2)
            second = queries.attention_page(desk.cast.agent, queries.Cursor.read(first.next), size=2)
        assert (len(first.rows), len(second.rows), second.next) == (2, 1, "")
        assert {row.id for row in first.rows}.isdisjoint({row.id for row in second.rows})

    @pytest.mark.parametrize("after", ["", "nonsense", "x" * 48, "0" * 48])
    def test_a_damaged_place_in_the_list_does_no_harm(self, desk, after):
        assert page(desk, desk.cast.agent, after=after).status_code == 200

    def test_it_costs_the_same_however_many_there_are(self, desk, django_assert_max_num_queries):
        for which in range(6):
            failed(desk, number=f"+1212555018{which}")
        with activate(desk.organization), django_assert_max_num_queries(8):
            assert len(queries.attention_page(desk.cast.owner).rows) == 6

    def test_the_rail_counts_them(self, desk):
        failed(desk)
        client = desk.as_(desk.cast.agent)
        assert 'id="count-attention"></span>' in client.get(reverse("contacts")).content.decode()
        answer = client.get(reverse("counts")).content.decode()
        assert "1 waiting" in answer.split('id="count-attention"')[1].split("id=")[0]

    def test_a_line_that_has_stopped_is_told_to_everybody_who_texts_from_it(self, desk):
        LineKey.objects.filter(line_id=desk.line.pk).update(stopped_at=Now(), stopped_for="auth", probe_at=Now())
        for name in ("attention", "inbox"):
            agents = desk.as_(desk.cast.agent).get(reverse(name)).content.decode()
            admins = desk.as_(desk.cast.admin).get(reverse(name)).content.decode()
            assert "Nothing leaves Main line" in agents
            assert "Tell your administrator" in agents
            assert f"/settings/lines/{desk.line.pk}/" in admins
        assert "Nothing leaves" in desk.as_(desk.cast.admin).get(reverse("lines")).content.decode()
        assert "Nothing leaves" not in page(desk, desk.cast.outsider).content.decode()


class TestSendingAgain:
    def send(self, desk, message, member=None, new=None):
        with activate(message.organization_id):
            return attention.send_again(member=member or desk.cast.agent, message=message, new_id=new or new_id())

    def test_the_words_go_out_again_linked_to_the_first(self, desk):
        message = failed(desk)
        again = fresh(self.send(desk, message))
        first = fresh(message)
        assert (again.body, again.again_of_id, again.author_id) == (first.body, first.pk, desk.cast.agent.pk)
        assert (first.attention, first.settlement, first.settled_by_id) == ("", "sent_again", desk.cast.agent.pk)
        assert OutboxEntry.objects.filter(message_id=again.pk).exists()
        with activate(desk.organization):
            assert AuditEvent.objects.filter(event=AuditKind.MESSAGE_SETTLED).count() == 1
            texts = thread(desk.cast.agent, first.conversation).items
            [old] = [item for item in texts if item.id == first.pk]
            assert old.settled == "Sent again (You)"

    def test_pressing_twice_sends_once(self, desk):
        message, new = failed(desk), new_id()
        assert self.send(desk, message, new=new).pk == self.send(desk, message, new=new).pk
        with pytest.raises(NotPossible):
            self.send(desk, message)
        with activate(desk.organization):
            assert Message.objects.filter(again_of=message).count() == 1

    def test_it_goes_through_the_gate(self, desk):
        message = failed(desk)
        desk.hear("STOP")
        with pytest.raises(sending.Refused):
            self.send(desk, message)
        assert fresh(message).attention == "failed", "it stays on the list"
        with activate(desk.organization):
            assert not Message.objects.filter(again_of=message).exists()

    def test_a_text_that_is_still_being_looked_up_is_not_sent_again(self, desk, far_end):
        message = failed(desk, status=S.UNCONFIRMED, kind=ErrorKind.UNKNOWN_OUTCOME)
        OutboxEntry.objects.create(
            message_id=message.pk,
            organization_id=desk.organization.pk,
            line_id=message.line_id,
            contact_id=message.contact_id,
            priority=1,
            state="unconfirmed",
            due_at=Now(),
            unconfirmed_since=Now(),
            expires_at=Now() + timedelta(hours=4),
        )
        [row] = shown(desk, desk.cast.agent).rows
        assert (row.is_looked_up, row.may_send_again) == (True, False)
        with pytest.raises(NotPossible, match="still being asked"):
            self.send(desk, message)

    def test_one_that_may_have_arrived_asks_first(self, desk):
        failed(desk, kind=ErrorKind.ABSENT)
        assert "could get it twice" in page(desk, desk.cast.agent).content.decode()

    def test_one_that_certainly_did_not_does_not_ask(self, desk):
        failed(desk)
        assert "could get it twice" not in page(desk, desk.cast.agent).content.decode()

    def test_whoever_only_reads_may_not(self, desk):
        message = failed(desk)
        with pytest.raises(MissingPermission):
            self.send(desk, message, member=desk.cast.auditor)
        assert fresh(message).attention == "failed"

    def test_the_page_does_it_and_says_so(self, desk):
        message = failed(desk)
        client = desk.as_(desk.cast.agent)
        answer = client.post(reverse("attention_send_again", args=[message.pk]), {"new_id": str(new_id())}, follow=True)
        assert answer.redirect_chain[0][0] == reverse("conversation", args=[message.conversation_id])
        assert "Sent again." in answer.content.decode()

    @pytest.mark.parametrize("given", ["", "nonsense", "x" * 5000])
    def test_an_id_that_is_none_is_made_anew(self, desk, given):
        message = failed(desk)
        client = desk.as_(desk.cast.agent)
        assert client.post(reverse("attention_send_again", args=[message.pk]), {"new_id": given}).status_code == 302
        assert fresh(message).settlement == "sent_again"

    def test_a_refusal_is_explained_on_the_page(self, desk):
        message = failed(desk)
        desk.hear("STOP")
        client = desk.as_(desk.cast.agent)
        answer = client.post(reverse("attention_send_again", args=[message.pk]), follow=True).content.decode()
        assert "They opted out" in answer


class TestSettling:
    def settle(self, desk, message, how=Settlement.NOT_NEEDED, member=None):
        with activate(message.organization_id):
            attention.settle(member=member or desk.cast.agent, message=message, how=how)

    @pytest.mark.parametrize("how", attention.CHOICES)
    def test_it_leaves_the_list_and_the_thread_says_why(self, desk, how):
        message = failed(desk)
        self.settle(desk, message, how)
        ended = fresh(message)
        assert (ended.attention, ended.settlement) == ("", how)
        assert ended.settled_at is not None
        assert shown(desk, desk.cast.agent).rows == ()
        with activate(desk.organization):
            assert AuditEvent.objects.filter(event=AuditKind.MESSAGE_SETTLED).count() == 1

    def test_only_once(self, desk):
        message = failed(desk)
        self.settle(desk, message)
        with pytest.raises(NotPossible):
            self.settle(desk, message, Settlement.ARRIVED)
        assert fresh(message).settlement == Settlement.NOT_NEEDED

    def test_a_text_that_was_not_on_the_list_cannot_be_settled(self, desk):
        message = failed(desk, status=S.DELIVERED, kind=None)
        with pytest.raises(NotPossible):
            self.settle(desk, message)

    @pytest.mark.parametrize("how", ["", "sent_again", "nonsense", "x" * 5000])
    def test_an_answer_that_is_none_of_the_choices_changes_nothing(self, desk, how):
        message = failed(desk)
        client = desk.as_(desk.cast.agent)
        answer = client.post(reverse("attention_settle", args=[message.pk]), {"how": how}, follow=True)
        assert "Choose what became of the text." in answer.content.decode()
        assert fresh(message).attention == "failed"

    @pytest.mark.parametrize("name", ["attention_send_again", "attention_settle"])
    def test_a_customers_text_cannot_be_settled(self, desk, name):
        conversation = desk.hear("Hi")
        with activate(desk.organization):
            inbound = Message.objects.get(conversation=conversation)
        desk.as_(desk.cast.agent).post(reverse(name, args=[inbound.pk]), {"how": "arrived"})
        assert fresh(inbound).settled_at is None
        with activate(desk.organization):
            assert Message.objects.count() == 1

    @pytest.mark.parametrize("name", ["attention_send_again", "attention_settle"])
    def test_what_is_not_theirs_is_not_there(self, desk, name):
        billing = failed(desk, line=desk.billing_line)
        ours = failed(desk, number=SECOND)
        for member, message in ((desk.cast.agent, billing), (desk.cast.outsider, ours)):
            answer = desk.as_(member).post(reverse(name, args=[message.pk]), {"how": "arrived"})
            assert answer.status_code == 404
        refused = desk.as_(desk.cast.auditor).post(reverse(name, args=[ours.pk]), {"how": "arrived"})
        assert refused.status_code == 403
        assert desk.as_(desk.cast.agent).get(reverse(name, args=[ours.pk])).status_code == 405
        for message in (billing, ours):
            assert fresh(message).attention == "failed"


@pytest.mark.django_db(transaction=True)
class TestWithTheOutbox:
    def unknown(self, desk, far_end):
        far_end.script.append(OutcomeUnknown())
        message = desk.answer(desk.hear("Hello"), "We open at nine")
        delivery.deliver_line(desk.line.pk)
        assert fresh(message).attention == "unconfirmed"
        return message

    def test_it_arrived_keeps_an_unconfirmed_text_from_being_sent_again(self, busy_desk, far_end):
        message = self.unknown(busy_desk, far_end)
        with activate(busy_desk.organization):
            attention.settle(member=busy_desk.cast.agent, message=message, how=Settlement.ARRIVED)
        OutboxEntry.objects.update(due_at=Now(), unconfirmed_since=Now() - timedelta(minutes=11))
        assert not any(reconciling.reconcile().values())
        assert fresh(message).status == S.SENT
        assert len(far_end.asked) == 1

    def test_a_text_that_is_being_sent_again_cannot_be_settled_now(self, busy_desk, far_end):
        message = self.unknown(busy_desk, far_end)
        OutboxEntry.objects.update(state="sending", lease_until=Now() + timedelta(minutes=1))
        with activate(busy_desk.organization), pytest.raises(NotPossible, match="at this moment"):
            attention.settle(member=busy_desk.cast.agent, message=message, how=Settlement.NOT_NEEDED)

    def test_of_two_colleagues_at_the_same_instant_one_wins(self, busy_desk, far_end):
        far_end.script.append(NotAccepted(ErrorKind.INVALID_RECIPIENT, retry=False))
        message = busy_desk.answer(busy_desk.hear("Hello"), "We open at nine")
        delivery.deliver_line(busy_desk.line.pk)

        def press(member):
            try:
                with activate(busy_desk.organization):
                    attention.send_again(member=member, message=message, new_id=new_id())
            except NotPossible:
                return "late"
            finally:
                connections.close_all()
            return "sent"

        with ThreadPoolExecutor(2) as pool:
            results = sorted(pool.map(press, (busy_desk.cast.agent, busy_desk.cast.second_agent)))
        assert results == ["late", "sent"]
        with activate(busy_desk.organization):
            assert Message.objects.filter(again_of=message).count() == 1

    def test_the_list_is_read_from_its_index(self, busy_desk, far_end):
        self.unknown(busy_desk, far_end)
        with activate(busy_desk.organization), connection.cursor() as cursor:
            for setting in ("enable_seqscan", "enable_bitmapscan", "enable_sort"):
                cursor.execute(f"SET LOCAL {setting} = off")
            rows = queries._visible(busy_desk.cast.owner).filter(line=busy_desk.line).order_by("-created_at", "-id")
            assert "texting_message_attention" in rows[:51].explain()
