"""The ledger's state: what is covered, for whose lines, until when."""

from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from compliance.ledger import consent
from compliance.ledger.consent import Evidence
from compliance.models import ConsentEvent, ConsentRules, Disclosure, Program, Suppression
from tenancy.isolation import activate
from tests.permitting import agree_to_everything
from tests.texting.desk import desk, make_line
from texting import gate, sending, threads
from texting.gate import Draft, Verdict
from texting.models import Brand, Campaign, Contact, OutboxEntry
from texting.phone_numbers import from_provider
from texting.purposes import Purpose

__all__ = ["desk"]
Source, Kind, Quality = ConsentEvent.Source, ConsentEvent.Kind, ConsentEvent.Quality


@pytest.fixture
def contact(desk):
    return desk.hear("Hello").contact


def give(contact, kind=Kind.EXPRESS, **evidence):
    return consent.give(contact, kind=kind, evidence=Evidence(**{"source": Source.FORM} | evidence))


def program(desk, **fields):
    values = {"name": "Reminders", "scope": "informational", "category": "appointment", "frequency": "4 msgs/month"}
    return Program.objects.create(**values | {"made_by": desk.cast.owner, "made_at": timezone.now()} | fields)


def rule(conversation, purpose):
    outcome = gate.ask(Draft(conversation=conversation, body="Hello", purpose=purpose, author=None))
    reasons = [reason for reason in outcome.reasons if reason.rule.startswith("consent")]
    return next((reason.rule for reason in reasons if reason.verdict is not Verdict.ALLOW), "")


def test_a_programs_permission_covers_the_program_and_nothing_else(desk, contact):
    with activate(desk.organization):
        event = give(contact, program=program(desk))
        assert event.scopes == ["informational:appointment"]
        state = consent.state_of(contact)
        assert state.permits("informational:appointment") == event
        assert state.permits("informational:delivery") is None
        assert state.permits("marketing") is None


@pytest.mark.parametrize(
    ("kind", "quality", "enough"),
    [
        (Kind.WRITTEN, Quality.COMPLETE, True),
        (Kind.WRITTEN, Quality.IMPORTED, True),
        (Kind.WRITTEN, Quality.VERBAL, False),
        (Kind.WRITTEN, Quality.WEAK, False),
        (Kind.EXPRESS, Quality.COMPLETE, False),
        (Kind.HEALTHCARE, Quality.COMPLETE, False),
    ],
)
def test_marketing_needs_an_agreement_in_writing_that_can_be_shown(desk, contact, kind, quality, enough):
    with activate(desk.organization):
        give(contact, kind, program=program(desk, scope="marketing", category=""), quality=quality)
        assert (consent.state_of(contact).permits("marketing") is not None) is enough


def test_what_was_permitted_before_an_opt_out_does_not_come_back_with_start(desk, contact):
    with activate(desk.organization):
        agree_to_everything(contact)
        assert consent.state_of(contact).permits("marketing")
        desk.hear("STOP")
        desk.hear("START")
        state = consent.state_of(contact)
        assert state.permits("informational")
        assert state.permits("marketing") is None


def test_a_permission_that_has_ended_says_so(desk, contact):
    number = from_provider("+14165550142")
    assert number.region == "CA"
    canadian = desk.hear("Hello", number=number.e164)
    with activate(desk.organization):
        event = ConsentEvent.objects.get(number_index=canadian.contact.number_index)
        assert event.expires_at is not None
        assert rule(canadian, Purpose.REPLY) == ""
        with time_machine.travel(event.expires_at + timedelta(minutes=1)):
            assert rule(canadian, Purpose.REPLY) == "consent.expired"
            desk.hear("Hello again", number=number.e164)
            assert rule(canadian, Purpose.REPLY) == ""


def test_one_that_ends_is_written_down_anew_once_a_month_at_most(desk):
    contact = desk.hear("Hello", number="+14165550142").contact
    with activate(desk.organization):
        entries = ConsentEvent.objects.filter(number_index=contact.number_index)
        for days, written in ((1, 1), (29, 1), (31, 2), (40, 2)):
            with time_machine.travel(timezone.now() + timedelta(days=days), tick=True):
                desk.hear("Hello", number="+14165550142")
            assert entries.count() == written, days


class TestTeams:
    @pytest.fixture(autouse=True)
    def _by_team(self, desk):
        with activate(desk.organization):
            ConsentRules.objects.create(revoke_all=False)

    def test_a_stop_ends_the_texts_of_that_team_only(self, desk):
        front, billing = desk.hear("START"), desk.hear("START", line=desk.billing_line)
        with activate(desk.organization):
            for conversation in (front, billing):
                sending.send_text(conversation=conversation, body="One", author=None)
            desk.hear("STOP")
            assert rule(front, Purpose.REPLY) == "consent.opted_out"
            assert rule(billing, Purpose.REPLY) == ""
            waiting = OutboxEntry.objects.exclude(priority=0).values_list("line_id", flat=True)
            assert set(waiting) == {desk.billing_line.pk}

    def test_with_revoke_all_it_ends_those_of_every_team(self, desk):
        front, billing = desk.hear("START"), desk.hear("START", line=desk.billing_line)
        with activate(desk.organization):
            ConsentRules.objects.update(revoke_all=True)
            desk.hear("STOP")
            assert rule(front, Purpose.REPLY) == rule(billing, Purpose.REPLY) == "consent.opted_out"
            assert Suppression.objects.get().team is None

    def test_a_programs_team_is_the_only_one_that_may(self, desk):
        front, billing = desk.hear("Hello"), desk.hear("Hello", line=desk.billing_line)
        with activate(desk.organization):
            give(front.contact, program=program(desk, team=desk.cast.front_desk))
            assert rule(front, Purpose.APPOINTMENT) == ""
            assert rule(billing, Purpose.APPOINTMENT) == "consent.reply_only"

    def test_stop_to_both_and_start_to_one(self, desk):
        front, billing = desk.hear("START"), desk.hear("START", line=desk.billing_line)
        desk.hear("STOP")
        desk.hear("STOP", line=desk.billing_line)
        with activate(desk.organization):
            assert Suppression.objects.count() == 2
        desk.hear("START")
        with activate(desk.organization):
            assert rule(front, Purpose.REPLY) == ""
            assert rule(billing, Purpose.REPLY) == "consent.opted_out"


class TestBrands:
    """The main line texts for one brand, billing's for another; both are of one organization."""

    @pytest.fixture(autouse=True)
    def _brands(self, desk):
        with activate(desk.organization):
            for line, name in ((desk.line, "Harbor Dental"), (desk.billing_line, "Harbor Billing")):
                brand = Brand.objects.create(name=name, tier="low")
                campaign = {"message_class": "x", "segments_a_minute": 60, "pictures_a_minute": 60}
                line.campaign = Campaign.objects.create(brand=brand, name=name, **campaign)
                line.save()
        self.brand = desk.line.campaign.brand

    def test_a_programs_brand_is_the_only_one_that_may(self, desk):
        front, billing = desk.hear("Hello"), desk.hear("Hello", line=desk.billing_line)
        with activate(desk.organization):
            give(front.contact, program=program(desk, brand=self.brand))
            assert rule(front, Purpose.APPOINTMENT) == ""
            assert rule(billing, Purpose.APPOINTMENT) == "consent.reply_only"
            give(front.contact, program=program(desk, name="For all"))
            assert rule(billing, Purpose.APPOINTMENT) == "", "without a brand it is for all of them"

    def test_a_stop_ends_all_of_them_unless_that_is_switched_off(self, desk):
        front, billing = desk.hear("START"), desk.hear("START", line=desk.billing_line)
        desk.hear("STOP")
        with activate(desk.organization):
            assert rule(front, Purpose.REPLY) == rule(billing, Purpose.REPLY) == "consent.opted_out"
            stop = Suppression.objects.get()
            assert (stop.team_id, stop.brand_id) == (None, None)

    def test_switched_off_it_ends_the_brands_texts_also_on_another_teams_line(self, desk):
        with activate(desk.organization):
            ConsentRules.objects.create(revoke_all=False)
            third = make_line(desk.organization, "Third", "+12125550113", "Front office")
            third.campaign = desk.line.campaign
            third.save()
        front, billing, other = (desk.hear("START", line=line) for line in (desk.line, desk.billing_line, third))
        with activate(desk.organization):
            for conversation in (front, billing, other):
                sending.send_text(conversation=conversation, body="One", author=None)
        desk.hear("STOP")
        with activate(desk.organization):
            assert rule(front, Purpose.REPLY) == rule(other, Purpose.REPLY) == "consent.opted_out"
            assert rule(billing, Purpose.REPLY) == ""
            waiting = OutboxEntry.objects.exclude(priority=0).values_list("line_id", flat=True)
            assert set(waiting) == {desk.billing_line.pk}, "what waited for the brand's other line has ended too"
        desk.hear("START")
        with activate(desk.organization):
            assert rule(front, Purpose.REPLY) == ""
            assert not Suppression.objects.exists()
            assert rule(other, Purpose.REPLY) == "consent.none", "what that team was permitted has ended"


@pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}"])
@pytest.mark.parametrize("model", [ConsentEvent, Disclosure])
def test_the_database_lets_nobody_change_or_delete_an_entry_or_a_wording(desk, change, model):
    desk.hear("STOP")
    with activate(desk.organization):
        refused = pytest.raises(DatabaseError, match="never changed or deleted")
        with refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change.format(model._meta.db_table))
        assert ConsentEvent.objects.exists()


def test_a_suppression_outlives_the_contact(desk):
    desk.hear("STOP")
    with activate(desk.organization):
        contact = Contact.objects.get()
        with connection.cursor() as cursor:  # as an erasure would: nothing of the person is left
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        index = bytes(contact.number_index)
        again = threads.known_or_new([from_provider("+12125550181")])["+12125550181"]
        assert bytes(again.number_index) == index
        assert consent.states_of_numbers([index])[index].suppressed_since is not None


def test_the_state_of_many_numbers_takes_two_statements(desk, django_assert_num_queries):
    contacts = [desk.hear("START", number=f"+121255501{which}").contact for which in range(81, 89)]
    with activate(desk.organization), django_assert_num_queries(2):
        states = consent.states_of(contacts)
    assert all(state.permitted for state in states.values())


def test_saying_start_daily_does_not_make_the_state_slower_to_read(desk, contact):
    with activate(desk.organization):
        for _ in range(30):
            give(contact, act=ConsentEvent.Act.TICKED)
        assert len(consent.state_of(contact).entries) <= 3
