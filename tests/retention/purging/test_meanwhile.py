"""What others do just now, in connections of their own, while a purge begins or a contact ends."""

import threading
import time

import pytest
from django.db import connections
from django.utils import timezone

from compliance.ledger import consent
from compliance.models import ConsentEvent, Suppression
from retention.erasing import asking
from retention.erasing import running as erasing
from retention.kinds import Kind
from retention.lock import deleting_lock
from retention.models import Purge, PurgeStep
from retention.purging import contacts, running
from tenancy.encryption import keyring
from tenancy.isolation import activate
from tests.retention.asked import ask_request
from tests.texting.desk import FIRST, SECOND
from texting import threads
from texting.contacts import rename_contact
from texting.models import Contact, Message
from texting.phone_numbers import from_provider

from .conftest import LONG_AGO, set_days


@pytest.fixture
def desk(busy_desk):
    """With real commits, for the other connection."""
    return busy_desk


class Other(threading.Thread):
    """Does something in a connection of its own. `result`: what came of it."""

    def __init__(self, act):
        super().__init__()
        self.act, self.result = act, None

    def run(self):
        try:
            self.result = self.act()
        except Exception as error:
            self.result = error
        finally:
            connections.close_all()

    def wait_until_it_waits(self):
        """For a lock that this connection holds, or until it is over."""
        end = time.monotonic() + 10
        while self.is_alive() and time.monotonic() < end:
            with connections["default"].cursor() as cursor:
                cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
                if cursor.fetchone()[0]:
                    return
            time.sleep(0.01)


def test_of_two_that_begin_a_night_at_once_one_does(desk):
    organization = desk.organization.pk

    def begin():
        with activate(organization):
            return running.begin_night(timezone.now())

    other = Other(begin)
    with activate(organization):
        deleting_lock()
        other.start()
        other.wait_until_it_waits()
        assert begin() is not None
    other.join(10)
    assert other.result is None
    with activate(organization):
        assert Purge.objects.count() == 1


def test_a_contact_who_is_just_writing_does_not_end(desk, told):
    """Their text is stored and not committed; nothing that was asked before it can know of it."""
    organization = desk.organization.pk
    with activate(organization):
        contact = threads.contact_for(from_provider(FIRST))
        Contact.objects.update(created_at=LONG_AGO)
        set_days(Kind.CONTACTS, 30)
        at = timezone.now()
        purge = Purge.objects.create(at=at, trigger="night")
        step = PurgeStep.objects.create(purge=purge, kind=Kind.CONTACTS)
    other = Other(lambda: contacts.end_contacts(organization, step, at))
    with activate(organization):
        text = desk_hears(desk)
        other.start()
        other.wait_until_it_waits()
    other.join(10)
    assert other.result is None
    keyring.forget_everything()
    with activate(organization):
        assert Message.objects.get(pk=text.pk).body == "Are you open?"
        assert Contact.objects.get(pk=contact.pk).number == FIRST


def desk_hears(desk) -> Message:
    """In the running transaction."""
    conversation = threads.open_conversation(threads.contact_for(from_provider(FIRST)), desk.line, at=timezone.now())
    return Message.objects.create(
        conversation=conversation,
        contact_id=conversation.contact_id,
        line=desk.line,
        direction="in",
        body="Are you open?",
        status="received",
        created_at=timezone.now(),
    )


def test_who_says_stop_while_they_are_being_erased_is_heard_and_erased(desk):
    """Their text holds their row from its first look-up on, and an erasure says of the number what a stop says."""
    organization = desk.organization.pk
    desk.resolve(desk.hear("Forget me", number=FIRST))
    with activate(desk.organization):
        asking.ask(member=desk.cast.admin, request=ask_request(desk.cast.admin, FIRST, kind="erase"))
    other = Other(lambda: erasing.go_on(organization))
    with activate(desk.organization):
        contact = threads.contact_for(from_provider(FIRST))
        other.start()
        other.wait_until_it_waits()
        consent.withdraw(contact, evidence=consent.Evidence(source=ConsentEvent.Source.KEYWORD, matched="stop"))
    other.join(10)
    assert other.result == 1
    with activate(desk.organization):
        assert Suppression.objects.get().number_index == contact.number_index
        assert Contact.objects.get().number_masked == ""


def test_a_colleague_who_renames_a_person_and_a_purge_of_one_of_their_numbers_do_not_wait_for_each_other(desk):
    """They lock a person's contacts in the order of their ids; the first of them ends, and the other is parted."""
    organization = desk.organization.pk
    desk.hear("Hello", number=FIRST)
    with activate(desk.organization):
        other_number = Contact.objects.get()
        old = threads.contact_for(from_provider(SECOND))
        assert other_number.pk < old.pk
        Contact.objects.filter(pk=old.pk).update(created_at=LONG_AGO)
        Contact.objects.filter(pk=other_number.pk).update(merged_into=old)
        set_days(Kind.CONTACTS, 30)
        at = timezone.now()
        step = PurgeStep.objects.create(purge=Purge.objects.create(at=at, trigger="night"), kind=Kind.CONTACTS)

    def rename():
        with activate(organization):
            other_number.refresh_from_db()
            rename_contact(member=desk.cast.owner, contact=other_number, name="Ada")

    other = Other(rename)
    with activate(desk.organization):
        deleting_lock()
        wanted = contacts._wanted(0, [old.pk], at)
        assert wanted == [old.pk]
        other.start()
        other.wait_until_it_waits()
        contacts._end(step, wanted, at)
    other.join(10)
    assert other.result is None
