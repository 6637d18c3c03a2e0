"""What customers tell a member: opt-outs and permissions that no text says."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.permissions import MissingPermission
from compliance.ledger import consent
from compliance.models import ConsentEvent, Suppression
from compliance.opt_out.told_to_members import LONGEST_WORDS, CannotRecord, Told, record_opt_out, record_permission
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.cast import signed_in
from tests.texting.conftest import now
from tests.texting.desk import FIRST, SECOND, desk
from texting.models import Contact, Message, OutboxEntry
from texting.purposes import Purpose
from texting.statuses import MessageStatus

__all__ = ["desk", "now"]

PHONE = ConsentEvent.Channel.PHONE
HTMX = {"HX-Request": "true"}
STOP = {"channel": "phone", "words": "No more, please", "confirm": "on"}


def stop(desk, contact, *, member=None, confirm=False, words="Take me off", at=None):
    told = Told(PHONE, words, at)
    return record_opt_out(member=member or desk.cast.agent, contact=contact, told=told, confirm=confirm)


def agree(desk, contact, *, member=None, at=None):
    record_permission(member=member or desk.cast.agent, contact=contact, told=Told(PHONE, "Yes, text me", at))


# --- Opt-outs ---


def test_what_they_said_by_phone_stops_every_text_at_once(desk):
    conversation = desk.hear()
    waiting = desk.answer(conversation, "See you at nine")
    with activate(desk.organization):
        assert stop(desk, conversation.contact) is None
        state = consent.state_of(conversation.contact)
        assert (state.permitted, state.suppressed_since is not None) == (False, True)
        assert state.event.words == "Take me off"
        assert (state.event.channel, state.event.actor) == ("phone", desk.cast.agent)
        assert Message.objects.get(pk=waiting.pk).status == MessageStatus.CANCELED
        assert not OutboxEntry.objects.exists()
    with activate(desk.organization):
        assert AuditEvent.objects.filter(event="consent:withdrawn", actor_id=desk.cast.agent.pk).exists()


def test_one_confirmation_goes_out_if_it_is_wanted_and_no_second_one(desk):
    conversation = desk.hear()
    with activate(desk.organization):
        confirmation = stop(desk, conversation.contact, confirm=True)
        assert (confirmation.purpose, confirmation.author) == (Purpose.OPT_OUT_ANSWER, None)
        assert "unsubscribed" in confirmation.body
    with activate(desk.organization):
        assert stop(desk, conversation.contact, confirm=True) is None
        assert ConsentEvent.objects.filter(action="withdrawn").count() == 2, "each time is an entry"
        assert Suppression.objects.count() == 1


def test_what_was_said_hours_ago_is_not_confirmed_by_a_text_any_more(desk, now):
    conversation = desk.hear()
    with activate(desk.organization):
        assert stop(desk, conversation.contact, confirm=True, at=now - timedelta(hours=3)) is None
        assert consent.state_of(conversation.contact).suppressed_since == now - timedelta(hours=3)


def test_somebody_who_agreed_since_then_stays_agreed(desk, now):
    conversation = desk.hear("START")
    with activate(desk.organization):
        with pytest.raises(CannotRecord, match="agreed to texts again"):
            stop(desk, conversation.contact, at=now - timedelta(hours=1))
        assert consent.state_of(conversation.contact).permitted


# --- Permissions ---


def test_a_permission_that_was_told_counts_and_says_how(desk):
    conversation = desk.hear()
    with activate(desk.organization):
        stop(desk, conversation.contact)
        agree(desk, conversation.contact)
        state = consent.state_of(conversation.contact)
        assert (state.permitted, state.event.kind, state.event.source) == (True, "express", "agent")


def test_an_opt_out_that_they_texted_is_undone_by_nobody_else(desk):
    conversation = desk.hear("STOP")
    with activate(desk.organization):
        with pytest.raises(CannotRecord, match="only they can undo it"):
            agree(desk, conversation.contact)
        assert not consent.state_of(conversation.contact).permitted


def test_nor_one_that_they_texted_after_a_member_had_recorded_another(desk):
    conversation = desk.hear()
    with activate(desk.organization):
        stop(desk, conversation.contact)
    desk.hear("STOP")
    with activate(desk.organization), pytest.raises(CannotRecord, match="only they can undo it"):
        agree(desk, conversation.contact)


def test_what_they_agreed_to_before_they_opted_out_no_longer_counts(desk, now):
    conversation = desk.hear()
    with activate(desk.organization):
        stop(desk, conversation.contact)
        with pytest.raises(CannotRecord, match="opted out after that"):
            agree(desk, conversation.contact, at=now - timedelta(days=1))
        assert not consent.state_of(conversation.contact).permitted


# --- What cannot be written down ---


@pytest.mark.parametrize("words", ["", "  \n", "x" * (LONGEST_WORDS + 1)])
def test_words_are_needed_and_not_too_many(desk, words):
    conversation = desk.hear()
    with activate(desk.organization):
        with pytest.raises(CannotRecord):
            stop(desk, conversation.contact, words=words)
        assert consent.state_of(conversation.contact).permitted


@pytest.mark.parametrize("away", [timedelta(minutes=5), -timedelta(days=4000)])
def test_no_moment_to_come_and_none_of_another_age(desk, now, away):
    conversation = desk.hear()
    with activate(desk.organization):
        for record in (stop, agree):
            with pytest.raises(CannotRecord, match="Check date and time"):
                record(desk, conversation.contact, at=now + away)


def test_whoever_may_not_record_does_not(desk):
    conversation = desk.hear()
    with activate(desk.organization):
        for record in (stop, agree):
            with pytest.raises(MissingPermission):
                record(desk, conversation.contact, member=desk.cast.auditor)
        assert ConsentEvent.objects.count() == 1


# --- The pages ---


def test_the_page_tells_everything_about_a_number(desk):
    conversation = desk.hear("START", name="Grace Whitfield")
    desk.hear("HELP")
    with activate(desk.organization):
        stop(desk, conversation.contact, words="Never again")
    page = signed_in(Client(), desk.cast.agent).get(reverse("consent", args=[conversation.contact_id])).content.decode()
    for words in ("Agreed by texting START", "Asked for help", "told to us: by phone", "Never again", "Amelia Okafor"):
        assert words in page
    assert page.index("Never again") < page.index("Agreed by texting START"), "the newest first"
    assert "May not be texted" in page


def test_somebody_without_names_and_numbers_reads_neither(desk):
    conversation = desk.hear("START", name="Grace Whitfield")
    with activate(desk.organization):
        stop(desk, conversation.contact, words=f"Call me at {FIRST} instead")
    page = (
        signed_in(Client(), desk.cast.auditor).get(reverse("consent", args=[conversation.contact_id])).content.decode()
    )
    assert "Grace" not in page
    assert FIRST not in page
    assert "asked us to stop" not in page


def test_the_dialogs_write_it_down(desk):
    conversation = desk.hear()
    client = signed_in(Client(), desk.cast.agent)
    address = reverse("record_opt_out", args=[conversation.contact_id])
    assert "What they said" in client.get(address, headers=HTMX).content.decode()
    response = client.post(address, STOP, headers=HTMX)
    assert response.status_code == 204
    assert "One text confirms it" in response["HX-Trigger"]
    address = reverse("record_permission", args=[conversation.contact_id])
    response = client.post(address, {"channel": "email", "words": "Fine again"}, headers=HTMX)
    assert response.status_code == 204
    with activate(desk.organization):
        assert consent.state_of(conversation.contact).permitted


@pytest.mark.parametrize(
    "wrong",
    [
        {"words": ""},
        {"words": "a\0b"},
        {"words": "x" * 5000},
        {"channel": "pigeon"},
        {"channel": ""},
        {"happened_at": "yesterday"},
        {"happened_at": "2999-01-01T00:00"},
        {"happened_at": "0001-01-01T00:00"},
    ],
)
def test_a_wrong_form_says_so_and_loses_nothing(desk, wrong):
    conversation = desk.hear()
    address = reverse("record_opt_out", args=[conversation.contact_id])
    response = signed_in(Client(), desk.cast.agent).post(address, STOP | wrong, headers=HTMX)
    assert response.status_code == 422
    assert "error-summary" in response.content.decode()
    with activate(desk.organization):
        assert consent.state_of(conversation.contact).permitted


def test_a_contact_of_another_organization_is_not_there(desk):
    with activate(desk.cast.other_organization):
        foreign = desk.hear(number=SECOND, line=desk.other_line).contact_id
    client = signed_in(Client(), desk.cast.owner)
    for name in ("consent", "record_opt_out", "record_permission"):
        assert client.get(reverse(name, args=[foreign])).status_code == 404
    assert client.post(reverse("record_opt_out", args=[foreign]), STOP).status_code == 404
    with activate(desk.cast.other_organization):
        assert consent.state_of(Contact.objects.get(pk=foreign)).permitted
