"""A masked customer is shown to who asks, for a reason, in one session, for minutes; and it is written down."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts import integrations
from accounts.models import TeamMember
from accounts.permissions import MissingPermission, Permission
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.kept import kept_upon
from tests.mailed import mails_to
from tests.revealers import ASKS, with_rights
from tests.texting.attachments import samples
from tests.texting.attachments.keeping import keep_file
from tests.texting.desk import FIRST, SECOND, desk
from texting.models import Conversation, Message, Reveal, RevealSettings

__all__ = ["desk"]

WHY = {"reason": "call", "words": "They asked me to ring back"}
THIRD = "+12125550183"


@pytest.fixture
def asker(desk):
    return with_rights(desk.cast)


@kept_upon("desk")
def customer(desk):
    return desk.hear("It is me, Ada, call (212) 555-0181", name="Ada Lovelace")


def reveal(client, contact_id, **why):
    return client.post(f"/contacts/{contact_id}/reveal/", {**WHY, **why}, headers={"HX-Request": "true"})


def thread(client, conversation) -> str:
    return client.get(
        f"/inbox/c/{conversation.pk}/", headers={"HX-Target": "open", "HX-Request": "true"}
    ).content.decode()


def recorded(desk, kind: str) -> int:
    with activate(desk.organization):
        return AuditEvent.objects.filter(event=kind).count()


def test_a_customer_is_shown_after_a_reason_in_this_session_and_nowhere_else(desk, asker, customer):
    browser, other_browser = desk.as_(asker), desk.as_(asker)
    assert "Lovelace" not in thread(browser, customer)
    answer = reveal(browser, customer.contact_id)
    assert answer.status_code == 204
    assert "reveal-changed" in answer["HX-Trigger"]
    shown = thread(browser, customer)
    assert "Ada Lovelace" in shown
    assert "It is me, Ada, call (212) 555-0181" in shown
    assert "data-reveal-left" in shown
    assert "Lovelace" in browser.get(f"/contacts/{customer.contact_id}/").content.decode()
    assert "Lovelace" not in thread(other_browser, customer)
    for path in ("/inbox/", "/contacts/", "/attention/"):
        assert "Lovelace" not in browser.get(path).content.decode(), "lists stay masked"
    with activate(desk.organization):
        row = Reveal.objects.get()
        assert (row.member_id, row.contact_id, row.reason) == (asker.pk, customer.contact_id, "call")
        assert row.words == WHY["words"]
        event = AuditEvent.objects.get(event="contact:revealed")
        assert (event.actor_id, event.object_id) == (asker.pk, str(customer.contact_id))
        assert "ring back" not in (event.details or ""), "what people write stays out of the log"


def test_it_is_hidden_when_the_time_is_over_or_sooner(desk, asker, customer):
    browser = desk.as_(asker)
    reveal(browser, customer.contact_id)
    with time_machine.travel(timezone.now() + timedelta(minutes=9, seconds=50)):
        assert "Lovelace" in thread(browser, customer)
    with time_machine.travel(timezone.now() + timedelta(minutes=10, seconds=1)):
        assert "Lovelace" not in thread(browser, customer)
    assert "Lovelace" in thread(browser, customer)
    for _ in range(2):
        assert browser.post(f"/contacts/{customer.contact_id}/hide/").status_code == 204
        assert "Lovelace" not in thread(browser, customer)
    assert recorded(desk, "contact:hidden") == 1


@pytest.mark.parametrize(
    "why",
    [
        {"reason": ""},
        {"reason": "curious"},
        {"words": ""},
        {"words": "    "},
        {"words": "x"},
        {"words": "\x00\x00\x00\x00\x00"},
        {"words": "a b  \t "},
        {"words": "x" * 201},
        {"words": "x" * 100_000},
    ],
)
def test_without_a_reason_nothing_is_shown_and_nothing_is_written(desk, asker, customer, why):
    browser = desk.as_(asker)
    answer = reveal(browser, customer.contact_id, **why)
    assert answer.status_code == 422
    assert "Lovelace" not in answer.content.decode()
    assert "Lovelace" not in thread(browser, customer)
    with activate(desk.organization):
        assert not Reveal.objects.exists()
    assert recorded(desk, "contact:revealed") == 0


def test_who_may_not_who_need_not_and_who_is_elsewhere(desk, asker, customer):
    contact = customer.contact_id
    assert reveal(desk.as_(desk.cast.auditor), contact).status_code == 403
    assert reveal(desk.as_(desk.cast.agent), contact).status_code == 404, "sees everybody in any case"
    assert reveal(desk.as_(desk.cast.outsider), contact).status_code == 404
    assert desk.as_(asker).get(f"/contacts/{desk.organization.pk}/reveal/").status_code == 404
    with activate(desk.organization):
        assert not Reveal.objects.exists()


def test_a_contact_of_a_conversation_that_one_may_not_read_is_not_there(desk):
    asker = with_rights(desk.cast, ASKS - {Permission.CONTACTS_READ, Permission.CONVERSATIONS_READ_ALL})
    with activate(desk.organization):
        TeamMember.objects.filter(team=desk.cast.billing, membership=asker).delete()
    theirs = desk.hear(number=SECOND, line=desk.billing_line)
    ours = desk.hear(number=FIRST)
    browser = desk.as_(asker)
    assert reveal(browser, theirs.contact_id).status_code == 404
    assert reveal(browser, ours.contact_id).status_code == 204


def test_the_right_that_is_taken_away_ends_what_is_shown(desk, asker, customer):
    browser = desk.as_(asker)
    reveal(browser, customer.contact_id)
    with_rights_again = ASKS - {Permission.CONTACTS_REVEAL}
    with activate(desk.organization):
        role = asker.roles.get().role
        role.permissions = sorted(one.value for one in with_rights_again)
        role.save()
    assert "Lovelace" not in thread(browser, customer)


def test_files_and_the_name_open_with_it(desk, asker, customer):
    with activate(desk.organization):
        file = keep_file(Message.objects.get(conversation=customer), samples.PDF)
    browser = desk.as_(asker)
    for path in (f"/inbox/attachments/{file.pk}/", f"/contacts/{customer.contact_id}/name/"):
        assert browser.get(path).status_code == 404
    assert browser.post(f"/contacts/{customer.contact_id}/name/", {"name": "X"}).status_code == 404
    assert desk.contact().name == "Ada Lovelace"
    reveal(browser, customer.contact_id)
    assert browser.get(f"/inbox/attachments/{file.pk}/").status_code == 200
    assert browser.post(f"/contacts/{customer.contact_id}/name/", {"name": "Ada King"}).status_code == 204
    assert desk.contact().name == "Ada King"


def test_unusually_many_are_told_once_an_hour(desk, asker):
    with activate(desk.organization):
        RevealSettings.objects.create(contacts_an_hour=2)
    owner, admin = desk.cast.owner.user.email, desk.cast.admin.user.email
    browser = desk.as_(asker)
    contacts = [desk.hear(number=number).contact_id for number in (FIRST, SECOND, THIRD, "+12125550184")]
    for contact in (*contacts[:2], contacts[0]):
        assert reveal(browser, contact).status_code == 204
    assert mails_to(owner) == []
    for contact in contacts[2:]:
        reveal(browser, contact)
    assert "Bo Castellanos has revealed 3 customers within an hour" in mails_to(owner)[0]
    assert len(mails_to(owner)) == len(mails_to(admin)) == 1
    assert mails_to(desk.cast.supervisor.user.email) == []
    assert recorded(desk, "contact:reveals_unusual") == 1
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        browser = desk.as_(asker)
        for contact in contacts[:3]:
            assert reveal(browser, contact).status_code == 204
        assert recorded(desk, "contact:reveals_unusual") == 2


def test_whoever_sees_no_numbers_starts_no_conversation_by_one_known_or_not(desk, asker, customer):
    browser = desk.as_(asker)
    reveal(browser, customer.contact_id)
    for number in (FIRST, THIRD):
        answer = browser.post("/inbox/new/", {"number": number, "line": str(desk.line.pk), "name": ""})
        assert answer.status_code == 422
        assert "You do not see phone numbers" in answer.content.decode()
    with activate(desk.organization):
        assert Conversation.objects.count() == 1


def test_who_reveals_one_by_one_gives_no_key_that_sees_everybody(desk, asker):
    with activate(desk.organization):
        wish = integrations.Wish("Peeper", frozenset({Permission.CONTACTS_REVEAL}), None)
        with pytest.raises(MissingPermission) as refused:
            integrations.create(actor=asker, wish=wish)
    assert refused.value.missing == (Permission.CONTACTS_UNMASKED,)
    assert Permission.CONTACTS_REVEAL.value not in desk.as_(asker).get("/settings/api/new/").content.decode()
