"""Opt-ins on their page, in the thread and in the file; confirming again; asking for permission from a thread."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from compliance.models import OptIn
from compliance.opt_in import asking, opting_in
from compliance.opt_in.opt_in_confirmations import confirmations, keep_outcomes
from compliance.opt_in.opting_in import CannotOptIn
from compliance.opt_in.reading_opt_ins import unconfirmed_count
from compliance.reports import counting
from compliance.reports.periods import newest
from tenancy.isolation import activate
from tests.compliance.opt_ins import asked, by_form, leave, make_program, stranger, texts_to
from tests.texting.desk import FIRST, SECOND, desk
from texting import delivery, threads
from texting.models import Brand, Message, OutboxEntry, SendAttempt
from texting.statuses import ErrorKind, MessageStatus

__all__ = ["desk"]

HTMX = {"HX-Request": "true"}


@pytest.fixture
def unconfirmed(desk) -> OptIn:
    """Somebody whose confirmation could not be delivered."""
    with activate(desk.organization):
        program = make_program(desk.cast.admin)
        opted = opting_in.opt_in(
            contact=stranger(FIRST), line=desk.line, program=program, evidence=by_form(program)
        ).opt_in
        fail(opted)
        return opted


def fail(opted):
    leave(opted.confirmation_id)
    Message.objects.filter(pk=opted.confirmation_id).update(
        status=MessageStatus.UNDELIVERED, error_kind=ErrorKind.UNREACHABLE
    )


def page(desk, member, **query):
    return desk.as_(member).get(reverse("opt_ins"), query).content.decode()


def test_it_shows_how_far_each_is_and_counts_what_is_unconfirmed(desk, unconfirmed):
    with activate(desk.organization):
        tips = make_program(desk.cast.admin, "Tips", scope="informational")
        asked(desk.line, tips, number=SECOND)
        assert unconfirmed_count(desk.cast.admin) == 1
    shown = page(desk, desk.cast.admin)
    assert "Unconfirmed" in shown
    assert "Confirm again" in shown
    assert "Waits for YES" in shown
    assert "Tips" not in page(desk, desk.cast.admin, state="unconfirmed")
    assert "Offers" not in page(desk, desk.cast.admin, state="waiting")
    assert "Tips" in page(desk, desk.cast.admin, state="nonsense")
    with activate(desk.cast.other_organization):
        assert unconfirmed_count(desk.cast.outsider) == 0
    assert "Offers" not in page(desk, desk.cast.outsider)


def test_confirming_again_sends_one_text_and_only_where_it_lacks(desk, unconfirmed):
    admin, address = desk.as_(desk.cast.admin), reverse("confirm_opt_in", args=[unconfirmed.pk])
    for _ in range(2):
        assert admin.post(address).status_code == 302
    with activate(desk.organization):
        assert texts_to(unconfirmed.contact) == ["opt_in_answer"] * 2
        assert unconfirmed_count(desk.cast.admin) == 0
    assert desk.as_(desk.cast.agent).post(address).status_code in {403, 404}
    assert desk.as_(desk.cast.outsider).post(address).status_code == 404


def test_a_confirmation_that_could_not_leave_within_five_minutes_never_leaves_and_shows(desk):
    with activate(desk.organization):
        program = make_program(desk.cast.admin)
        opting_in.opt_in(contact=stranger(FIRST), line=desk.line, program=program, evidence=by_form(program))
        message = Message.objects.get()
        [entry] = OutboxEntry.objects.filter(message_id=message.pk)
        assert entry.expires_at - message.created_at < timedelta(minutes=5, seconds=5)
    OutboxEntry.objects.update(expires_at=timezone.now() - timedelta(minutes=5))
    assert delivery.end_overdue() == 1
    assert "Unconfirmed" in page(desk, desk.cast.admin, state="unconfirmed")


def test_an_opt_in_stays_confirmed_when_its_text_is_purged_and_a_late_failure_takes_it_back(desk, unconfirmed):
    with activate(desk.organization):
        program = make_program(desk.cast.admin, "Tips")
        told = opting_in.opt_in(contact=stranger(SECOND), line=desk.line, program=program, evidence=by_form(program))
        leave(told.opt_in.confirmation_id)
        assert (keep_outcomes(), keep_outcomes()) == (1, 0), "and nothing of the one that did not arrive"
        Message.objects.filter(pk=told.opt_in.confirmation_id).update(status=MessageStatus.UNDELIVERED)
        assert keep_outcomes() == 1
        leave(told.opt_in.confirmation_id)
        assert keep_outcomes() == 1
        OutboxEntry.objects.all().delete()
        purge(unconfirmed.confirmation_id, told.opt_in.confirmation_id)
        assert keep_outcomes() == 0
        found = {each.pk: each for each in OptIn.objects.all()}
        assert list(confirmations(found.values()).values()).count("confirmed") == 1
        assert unconfirmed_count(desk.cast.admin) == 1
        days = newest(2, today=timezone.now().date() + timedelta(days=1), zone="UTC")
        assert counting.count(days).confirmed_in_all.confirmed == 1
    assert "Tips" in page(desk, desk.cast.admin, state="confirmed")
    assert "Tips" not in page(desk, desk.cast.admin, state="unconfirmed")


def purge(*texts):
    SendAttempt.objects.filter(message_id__in=texts).delete()
    Message.objects.filter(pk__in=texts).delete()


def test_a_number_is_found_and_never_by_whoever_sees_only_its_end(desk, unconfirmed):
    found = desk.as_(desk.cast.admin).post(reverse("find_opt_ins"), {"number": FIRST})
    assert "Offers" in found.content.decode()
    assert desk.as_(desk.cast.admin).post(reverse("find_opt_ins"), {"number": "x" * 5000}).status_code == 422
    other = desk.as_(desk.cast.admin).post(reverse("find_opt_ins"), {"number": SECOND})
    assert "This number has not opted in" in other.content.decode()


def test_the_file_holds_every_opt_in_and_no_formula(desk, unconfirmed):
    with activate(desk.organization):
        unconfirmed.contact.name = "=HYPERLINK(1)"
        unconfirmed.contact.save()
    answer = desk.as_(desk.cast.admin).get(reverse("export_opt_ins"))
    text = b"".join(answer.streaming_content).decode()
    assert "Offers" in text
    assert "Unconfirmed" in text
    assert "\n=HYPERLINK" not in text.replace("\r", "")


def test_the_thread_says_that_an_opt_in_is_unconfirmed(desk, unconfirmed):
    conversation = desk.hear("Hello")
    shown = desk.as_(desk.cast.agent).get(reverse("conversation", args=[conversation.pk])).content.decode()
    assert "Their opt-in to Offers is unconfirmed" in shown


@pytest.fixture
def silent(desk):
    """A conversation with somebody who never wrote and permitted nothing."""
    with activate(desk.organization):
        return threads.open_conversation(stranger(SECOND), desk.line, at=timezone.now())


def test_a_member_asks_for_permission_once(desk, silent):
    with activate(desk.organization):
        program = make_program(desk.cast.admin)
    agent = desk.as_(desk.cast.agent)
    assert "Ask for permission" in agent.get(reverse("conversation", args=[silent.pk])).content.decode()
    address = reverse("ask_permission", args=[silent.pk])
    for _ in range(2):
        assert agent.post(address, {"program": program.pk}, headers=HTMX).status_code == 204
    with activate(desk.organization):
        [opted] = OptIn.objects.all()
        assert texts_to(silent.contact) == ["opt_in_question"]
        leave(opted.question_id)
    shown = agent.get(reverse("conversation", args=[silent.pk])).content.decode()
    assert "They are asked to agree to Offers" in shown
    assert address not in shown
    desk.hear("YES", number=SECOND)
    with activate(desk.organization):
        opted.refresh_from_db()
        assert (opted.state, opted.given.disclosure_id) == ("given", opted.asked.disclosure_id)


def test_whoever_permits_less_can_be_asked_for_the_rest_and_for_nothing_twice(desk):
    with activate(desk.organization):
        tips = make_program(desk.cast.admin, "Tips", scope="informational", category="announcement")
        make_program(desk.cast.admin, "Bills", team=desk.cast.billing)
    conversation = desk.hear("Hello")
    page_of = reverse("conversation", args=[conversation.pk])
    agent, address = desk.as_(desk.cast.agent), reverse("ask_permission", args=[conversation.pk])
    shown = agent.get(page_of).content.decode()
    assert "Not permitted yet: Tips" in shown, "who wrote to us permits an answer, no announcement"
    with activate(desk.organization):
        opting_in.opt_in(contact=conversation.contact, line=desk.line, program=tips, evidence=by_form(tips))
        leave(OptIn.objects.get().confirmation_id)
    assert address not in agent.get(page_of).content.decode(), "nothing is left to ask for"
    with activate(desk.organization):
        offers = make_program(desk.cast.admin)
    shown = agent.get(page_of).content.decode()
    assert "Not permitted yet: Offers" in shown
    assert f'value="{tips.pk}"' not in shown
    agent.post(address, {"program": offers.pk}, headers=HTMX)
    desk.hear("NO")
    assert address not in agent.get(page_of).content.decode(), "once is all that is allowed"
    assert address not in desk.as_(desk.cast.auditor).get(page_of).content.decode()


def test_a_program_of_another_brand_than_the_line_is_not_asked_for(desk, silent):
    with activate(desk.organization):
        program = make_program(desk.cast.admin, brand=Brand.objects.create(name="Harbor Billing", tier="low"))
    address = reverse("ask_permission", args=[silent.pk])
    agent = desk.as_(desk.cast.agent)
    assert address not in agent.get(reverse("conversation", args=[silent.pk])).content.decode()
    agent.post(address, {"program": program.pk}, headers=HTMX)
    with activate(desk.organization):
        assert not OptIn.objects.exists()


@pytest.mark.parametrize("how", ["opted_out", "declined", "lapsed", "agreed"])
def test_who_said_no_or_was_asked_before_is_not_asked(desk, how):
    with activate(desk.organization):
        program = make_program(desk.cast.admin)
        if how == "declined":
            asked(desk.line, program, number=SECOND)
        if how == "lapsed":
            with time_machine.travel(timezone.now() - timedelta(hours=80), tick=False):
                asked(desk.line, program, number=SECOND)
            opting_in.lapse()
        if how == "agreed":
            opting_in.opt_in(contact=stranger(SECOND), line=desk.line, program=program, evidence=by_form(program))
    if how in {"opted_out", "declined"}:
        desk.hear("STOP" if how == "opted_out" else "NO", number=SECOND)
    with activate(desk.organization):
        conversation = threads.open_conversation(stranger(SECOND), desk.line, at=timezone.now())
        before = Message.objects.count()
        with pytest.raises(CannotOptIn):
            asking.ask(member=desk.cast.agent, conversation=conversation, program_id=program.pk)
        assert Message.objects.count() == before


def test_outsiders_other_teams_and_nonsense_ask_nothing(desk, silent):
    with activate(desk.organization):
        program = make_program(desk.cast.admin)
        elsewhere = make_program(desk.cast.admin, "Bills", team=desk.cast.billing)
    address = reverse("ask_permission", args=[silent.pk])
    assert desk.as_(desk.cast.outsider).post(address, {"program": program.pk}).status_code == 404
    for wrong in (elsewhere.pk, "", "x", silent.pk):
        desk.as_(desk.cast.agent).post(address, {"program": wrong}, headers=HTMX)
    with activate(desk.organization):
        assert not OptIn.objects.exists()
        assert not Message.objects.exists()
