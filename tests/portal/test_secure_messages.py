"""A secure message from sending to its end: who opens it, how often, and that nothing of it is left."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.permissions import MissingPermission
from portal import links
from portal.models import PortalSettings, SecureMessage, SecureVisit
from portal.secure import codes, ending, opening, sealing, sending, settings
from portal.secure.codes import Asked
from portal.secure.opening import VISIT, Told
from portal.secure.sending import BadContent, Check, Wish
from portal.secure.settings import Decided
from tenancy.encryption import Undecryptable, keyring
from tenancy.encryption.shredding import destroy_keys
from tenancy.ids import new_id
from tenancy.isolation import activate
from tenancy.models import AuditEvent, DataKey
from tests.portal.sent import SECRET, send_securely
from texting.conversations import NotPossible
from texting.models import Conversation, Message
from texting.private_texts import words_instead
from texting.purposes import Purpose
from texting.sending import Refused
from texting.statuses import MessageStatus

State = SecureMessage.State


def events(desk):
    with activate(desk.organization):
        kinds = AuditEvent.objects.order_by("sequence").values_list("event", flat=True)
        return [kind for kind in kinds if kind.startswith("secure_")]


def rewind(sent, **fields):
    """Set columns of the row, as time or others would have."""
    with activate(sent.desk.organization):
        SecureMessage.objects.filter(pk=sent.secure_id).update(**fields)


def test_the_text_holds_the_company_and_the_link_and_nothing_else(sent):
    [text] = sent.texted(Purpose.PRIVATE_LINK)
    address = f"http://127.0.0.1:8000/s/{sent.code}#{sent.fragment}"
    assert text in (f"Harbor Dental: {address}", f"Harbor Dental: {address}\nReply STOP to opt out.")


def test_the_customer_opens_it_with_the_code_and_the_agents_side_knows(sent):
    opened = sent.opened()
    assert opened.told is Told.OPENED
    with activate(sent.desk.organization):
        found = opening.read(sent.secure_id, opened.token, opened.half)
    assert found.content == SECRET
    assert sent.row.views == 1
    assert sent.row.first_opened_at is not None
    assert events(sent.desk) == ["secure_message:sent", "secure_message:code_sent", "secure_message:opened"]


def test_without_script_the_code_alone_opens_it(sent):
    sent.ask()
    opened = sent.answer(sent.texted_code())
    with activate(sent.desk.organization):
        assert opening.read(sent.secure_id, opened.token, opened.half).content == SECRET


def test_where_the_half_is_not_kept_the_code_alone_opens_nothing_and_stays_good(desk):
    with activate(desk.organization):
        settings.change(actor=desk.cast.admin, decided=Decided(days=7, most_views=5, works_without_script=False))
    sent = send_securely(desk)
    assert sent.row.kept_half is None
    sent.ask()
    code = sent.texted_code()
    assert sent.answer(code).told is Told.SCRIPT
    assert sent.answer(code, half=sealing.written(sealing.new_half())).told is Told.SCRIPT
    assert sent.row.views == 0
    assert sent.answer(code, half=sent.fragment).told is Told.OPENED


def test_neither_database_nor_all_our_keys_open_the_content_without_the_link(sent):
    """The column opens with our keys; what is inside does not."""
    inside, kept = bytes(sent.row.content), bytes(sent.row.kept_half)
    for half in (sealing.new_half(), sent.secure_id.bytes, bytes(16)):
        with pytest.raises(Undecryptable):
            sealing.open_content(inside, half=half, message_id=sent.secure_id)
    with pytest.raises(Undecryptable):
        sealing.open_half(kept, code="A" * 22, message_id=sent.secure_id)
    with pytest.raises(Undecryptable):
        sealing.open_content(inside, half=sealing.read_half(sent.fragment), message_id=new_id())


@pytest.mark.parametrize("text", ["", "a" * 21, "a" * 23, "é" * 22, "=" * 22, "a" * 21 + "b", "a" * 100_000])
def test_what_is_no_half_is_none(text):
    assert sealing.read_half(text) is None


def test_a_code_counts_once(sent):
    sent.ask()
    code = sent.texted_code()
    assert sent.answer(code).told is Told.OPENED
    assert sent.answer(code).told is Told.OLD
    assert sent.row.views == 1


def test_a_new_code_ends_the_one_before_and_each_ends_after_ten_minutes(sent, time_machine):
    sent.ask()
    first = sent.texted_code()
    sent.ask()
    second = sent.texted_code()
    if first != second:
        assert sent.answer(first).told is Told.WRONG
    time_machine.move_to(timezone.now() + timedelta(minutes=10, seconds=1))
    assert sent.answer(second).told is Told.OLD
    assert sent.row.views == 0


def test_before_a_code_was_asked_for_no_answer_is_right(sent):
    for answer in ("", "000000", "\x00", "9" * 100_000):
        assert sent.answer(answer).told is Told.OLD
    assert sent.row.wrong == 0


def test_five_wrong_answers_end_a_code_and_ten_lock_the_message_until_a_member_unlocks_it(sent):
    sent.ask()
    right = sent.texted_code()
    wrong = "000000" if right != "000000" else "000001"
    assert [sent.answer(wrong).told for _ in range(5)] == [Told.WRONG] * 4 + [Told.OLD]
    assert sent.answer(right).told is Told.OLD
    sent.ask()
    right = sent.texted_code()
    wrong = "000000" if right != "000000" else "000001"
    assert [sent.answer(wrong).told for _ in range(5)] == [Told.WRONG] * 4 + [Told.LOCKED]
    assert sent.answer(right).told is Told.LOCKED
    assert sent.ask() is Asked.GONE
    assert sent.row.state == State.LOCKED
    with activate(sent.desk.organization):
        ending.unlock(member=sent.desk.cast.agent, secure=sent.row)
    assert sent.opened().told is Told.OPENED
    with activate(sent.desk.organization), pytest.raises(NotPossible):
        ending.unlock(member=sent.desk.cast.agent, secure=sent.row)


def test_a_shared_fact_opens_it_and_five_wrong_ones_lock_it(desk):
    sent = send_securely(desk, check=Check.BIRTH_DATE, fact="1980-05-17")
    assert sent.ask() is Asked.GONE, "no code is texted for it"
    assert "1980" not in str(sent.row.fact)
    assert sent.answer("1980-05-18").told is Told.WRONG
    assert sent.answer("1980-05-17").told is Told.OPENED
    assert sent.row.wrong == 0
    assert [sent.answer("").told for _ in range(5)] == [Told.WRONG] * 4 + [Told.LOCKED]
    assert sent.answer("1980-05-17").told is Told.LOCKED


def test_the_last_view_is_the_last_and_then_the_key_is_destroyed(sent, time_machine):
    rewind(sent, most_views=1)
    opened = sent.opened()
    assert sent.ask() is Asked.GONE
    with activate(sent.desk.organization):
        assert ending.end_due() == 0, "its reader is still reading"
        assert opening.read(sent.secure_id, opened.token, opened.half) is not None
    time_machine.move_to(timezone.now() + VISIT + timedelta(seconds=1))
    with activate(sent.desk.organization):
        assert opening.read(sent.secure_id, opened.token, opened.half) is None
        assert ending.end_due() == 1
        assert ending.end_due() == 0
    assert sent.row.state == State.USED


def test_the_database_counts_no_view_too_many(sent):
    with pytest.raises(IntegrityError), transaction.atomic():
        rewind(sent, views=6)


def _key_of(sent):
    with keyring.keys_of(sent.desk.organization.pk):
        return list(DataKey.objects.filter(kind="secure_message", scope=str(sent.secure_id)))


@pytest.mark.parametrize("how", ["revoke", "expire"])
def test_the_end_destroys_the_key_so_that_not_even_an_old_copy_of_the_row_opens(sent, time_machine, how):
    opened = sent.opened()
    old = sent.row
    assert _key_of(sent)
    with activate(sent.desk.organization):
        if how == "revoke":
            ending.revoke(member=sent.desk.cast.agent, secure=sent.row)
        else:
            time_machine.move_to(timezone.now() + timedelta(days=7, seconds=1))
            assert opening.read(sent.secure_id, opened.token, opened.half) is None, "the page needs no clock task"
            assert ending.end_due() == 1
        assert opening.read(sent.secure_id, opened.token, opened.half) is None
        with pytest.raises(Exception, match="was destroyed"):
            _ = old.content
        assert not SecureVisit.objects.exists()
    row = sent.row
    assert (row.content, row.kept_half, row.fact, row.code) == (None, None, None, None)
    assert _key_of(sent) == []
    assert sent.answer("123456").told is Told.GONE
    assert sent.ask() is Asked.GONE
    with activate(sent.desk.organization):
        assert AuditEvent.objects.filter(event="key:destroyed").count() == 1
        if how == "revoke":
            with pytest.raises(NotPossible):
                ending.revoke(member=sent.desk.cast.agent, secure=row)


def test_an_erased_contact_opens_nothing(sent):
    sent.ask()
    code = sent.texted_code()
    with activate(sent.desk.organization):
        destroy_keys("contact", str(sent.row.contact_id), reason="erased")
    assert sent.answer(code, half=sent.fragment).told is Told.GONE
    assert sent.ask() is Asked.GONE
    assert (sent.row.views, sent.row.codes_sent) == (0, 1)


def test_the_author_may_leave_and_the_customer_still_reads(sent):
    agent = sent.desk.cast.agent
    agent.is_active = False
    agent.save(update_fields=["is_active"])
    assert sent.opened().told is Told.OPENED


def test_another_organization_sees_and_opens_nothing(sent):
    sent.ask()
    code = sent.texted_code()
    with activate(sent.desk.cast.other_organization):
        assert codes.request(sent.secure_id) is Asked.GONE
        assert opening.open_with(sent.secure_id, opening.Given(code, sent.code)).told is Told.GONE
        assert opening.read(sent.secure_id, "x", b"x" * 16) is None
    assert sent.row.views == 0


def test_codes_end_after_twelve_of_one_message(sent):
    assert [sent.ask() for _ in range(13)] == [Asked.SENT] * 12 + [Asked.TOO_MANY]
    assert len(sent.texted(Purpose.PRIVATE_CODE)) == 12


def test_who_opted_out_gets_no_code_and_keeps_the_old_answer(sent):
    sent.desk.hear("STOP")
    assert sent.ask() is Asked.CANNOT
    assert sent.row.codes_sent == 0


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        (Wish(""), "Write something"),
        (Wish(" \n "), "Write something"),
        (Wish("x" * 10_001), "at most 10,000"),
        (Wish("a\x00b"), "cannot be kept"),
        (Wish("a\ud800b"), "cannot be kept"),
        (Wish("fine", Check.POSTCODE), "has to know"),
        (Wish("fine", Check.CODE, "12345"), "has to know"),
    ],
)
def test_what_cannot_be_sent_leaves_nothing(desk, wish, says):
    conversation = desk.hear()
    with activate(desk.organization):
        with pytest.raises(BadContent, match=says):
            sending.send(member=desk.cast.agent, conversation=conversation, wish=wish, message_id=new_id())
        assert not SecureMessage.objects.exists()
        assert not Message.objects.filter(direction="out").exists()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("Your card on file is 4111 1111 1111 1111", "payment link"),
        ("The code on the back is cvv 737", "payment link"),
        ("Your password is hunter2hunter", "set a new one"),
    ],
)
def test_cards_their_codes_and_passwords_are_not_even_sent_privately(desk, content, says):
    conversation = desk.hear()
    with activate(desk.organization):
        with pytest.raises(BadContent, match=says) as refused:
            sending.send(member=desk.cast.agent, conversation=conversation, wish=Wish(content), message_id=new_id())
        assert "4111" not in str(refused.value)
        assert not SecureMessage.objects.exists()
        assert not Message.objects.filter(direction="out").exists()


@pytest.mark.parametrize(
    "content",
    ["Your biopsy came back positive for melanoma", "SSN on file: 536-22-8761", "You owe $4,310 on your loan"],
)
def test_health_money_and_identity_numbers_are_what_private_pages_are_for(desk, content):
    conversation = desk.hear()
    with activate(desk.organization):
        sending.send(member=desk.cast.agent, conversation=conversation, wish=Wish(content), message_id=new_id())
        assert SecureMessage.objects.count() == 1


def test_what_the_gate_refuses_leaves_nothing_but_its_decision(desk):
    conversation = desk.hear()
    desk.hear("STOP")
    with activate(desk.organization):
        before = Message.objects.filter(purpose=Purpose.PRIVATE_LINK).count()
        with pytest.raises(Refused):
            sending.send(member=desk.cast.agent, conversation=conversation, wish=Wish("x"), message_id=new_id())
        assert not SecureMessage.objects.exists()
        assert Message.objects.filter(purpose=Purpose.PRIVATE_LINK).count() == before
    assert not links.PortalLink.objects.exists()


def test_sent_twice_is_sent_once(desk):
    conversation, message_id = desk.hear(), new_id()
    with activate(desk.organization):
        wish = Wish(SECRET)
        first = sending.send(member=desk.cast.agent, conversation=conversation, wish=wish, message_id=message_id)
        again = sending.send(member=desk.cast.agent, conversation=conversation, wish=wish, message_id=message_id)
        assert first.pk == again.pk
        assert Message.objects.filter(purpose=Purpose.PRIVATE_LINK).count() == 1


def test_the_id_of_another_text_is_not_taken_over(desk):
    conversation = desk.hear()
    answer = desk.answer(conversation, "An ordinary text")
    with activate(desk.organization):
        secure = sending.send(
            member=desk.cast.agent, conversation=conversation, wish=Wish(SECRET), message_id=answer.pk
        )
        assert secure.message_id != answer.pk
        assert secure.message.purpose == Purpose.PRIVATE_LINK


def test_a_text_that_still_waits_does_not_leave_after_its_message_was_taken_back(sent):
    with activate(sent.desk.organization):
        ending.revoke(member=sent.desk.cast.agent, secure=sent.row)
        assert Message.objects.get(pk=sent.row.message_id).status == MessageStatus.CANCELED


def test_who_may_not_send_securely_sends_nothing(desk):
    conversation = desk.hear()
    with activate(desk.organization), pytest.raises(MissingPermission):
        sending.send(member=desk.cast.auditor, conversation=conversation, wish=Wish("x"), message_id=new_id())
    sent = send_securely(desk, conversation)
    with activate(desk.organization), pytest.raises(MissingPermission):
        ending.revoke(member=desk.cast.auditor, secure=sent.row)
    assert sent.row.state == State.OPEN


def test_an_own_portal_takes_the_place_of_ours(desk):
    conversation = desk.hear()
    own = "https://my.harbor.example/"
    with activate(desk.organization):
        settings.change(actor=desk.cast.admin, decided=Decided(7, 5, works_without_script=True, own_address=own))
        assert PortalSettings.objects.count() == 1
        with pytest.raises(NotPossible):
            sending.send(member=desk.cast.agent, conversation=conversation, wish=Wish("x"), message_id=new_id())
        sending.send_own_address(member=desk.cast.agent, conversation=conversation, message_id=new_id())
        [text] = [row.body for row in Message.objects.filter(direction="out")]
    assert f"Harbor Dental: {own}" in text


def test_links_and_codes_are_shown_to_nobody_but_the_customer(sent):
    """Not in the thread, the list, the API's answer, a webhook's body."""
    from texting.outgoing_webhooks import bodies
    from texting.queries import thread

    sent.ask()
    agent = sent.desk.cast.agent
    with activate(sent.desk.organization):
        conversation = Conversation.objects.get()
        shown = [getattr(item, "body", "") for item in thread(agent, conversation).items]
        texts = Message.objects.filter(direction="out")
        told = [bodies._content({"message_id": str(row.pk)}) for row in texts]
        everything = repr((shown, conversation.preview, told))
        for secret in (sent.code, sent.fragment, sent.texted_code()):
            assert secret not in everything
        assert conversation.preview == words_instead(Purpose.PRIVATE_CODE)


def test_our_copy_of_the_text_loses_the_link_once_it_has_left(sent):
    with activate(sent.desk.organization):
        assert ending.forget_links() == 0, "it has not left"
        Message.objects.filter(pk=sent.row.message_id).update(status=MessageStatus.DELIVERED)
        assert ending.forget_links() == 1
        assert ending.forget_links() == 0
        body = Message.objects.get(pk=sent.row.message_id).body
    assert sent.code not in body
    assert sent.opened().told is Told.OPENED, "the customer's own link opens it as before"


def test_a_private_link_that_failed_is_not_sent_again_as_it_is(sent):
    from texting import attention

    with activate(sent.desk.organization):
        Message.objects.filter(pk=sent.row.message_id).update(status="failed", attention="failed")
        message = Message.objects.get(pk=sent.row.message_id)
        with pytest.raises(Exception, match="private link"):
            attention.send_again(member=sent.desk.cast.agent, message=message, new_id=new_id())
