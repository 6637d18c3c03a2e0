"""The provider forgets what a text said that must not be kept: asked until it has, and listed where it will not."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta

import pytest
from django.utils import timezone

from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.retention.placed import place_hold
from tests.texting.desk import FIRST, SECOND, Desk, busy_desk
from texting import carrier_copies
from texting.models import CarrierCopy, Message
from texting.providers.base import NotAccepted
from texting.statuses import ErrorKind

from .conftest import FAR_END, FarEnd

__all__ = ["busy_desk"]

State = CarrierCopy.State
BUSY = NotAccepted(ErrorKind.TRANSIENT, retry=True, provider_code="20009")
NEVER = NotAccepted(ErrorKind.AUTH, retry=False, provider_code="20003")


def copy_of(desk: Desk) -> CarrierCopy:
    with activate(desk.organization):
        return CarrierCopy.objects.get()


def make_due(desk: Desk) -> None:
    with activate(desk.organization):
        CarrierCopy.objects.update(due_at=timezone.now())


@pytest.fixture
def heard(busy_desk: Desk, far_end: FarEnd) -> Desk:
    busy_desk.hear("card 4111 1111 1111 1111")
    make_due(busy_desk)
    return busy_desk


def test_it_is_asked_once_and_then_the_copy_is_gone(heard: Desk) -> None:
    assert carrier_copies.ask_providers() == {"asked": 1, "failed": 0}
    assert carrier_copies.ask_providers() == {"asked": 0, "failed": 0}

    copy = copy_of(heard)
    assert FAR_END.redacted == ["in-1"]
    assert (copy.state, copy.due_at) == (State.GONE, None)
    assert copy.gone_at is not None


def test_a_provider_that_cannot_yet_is_asked_again_later_and_later(heard: Desk) -> None:
    FAR_END.keeps += [BUSY, BUSY]
    pauses = []
    for _ in range(2):
        carrier_copies.ask_providers()
        copy = copy_of(heard)
        assert (copy.state, copy.code) == (State.WAITING, "20009")
        pauses.append(copy.due_at - timezone.now())
        make_due(heard)
    assert timedelta(0) < pauses[0] < pauses[1]

    carrier_copies.ask_providers()
    assert copy_of(heard).state == State.GONE


def test_it_is_given_up_when_the_pauses_are_over(heard: Desk) -> None:
    with activate(heard.organization):
        CarrierCopy.objects.update(tries=len(carrier_copies.PAUSES))
    FAR_END.keeps += [BUSY]
    carrier_copies.ask_providers()

    copy = copy_of(heard)
    assert (copy.state, copy.due_at) == (State.REFUSED, None)


def test_a_refusal_for_good_stays_listed_with_its_code(heard: Desk) -> None:
    FAR_END.keeps += [NEVER]
    carrier_copies.ask_providers()

    copy = copy_of(heard)
    assert (copy.state, copy.code, copy.due_at) == (State.REFUSED, "20003", None)


def test_a_round_asks_for_all_that_is_due_and_stops_where_a_provider_says_that_it_is_too_much(
    busy_desk: Desk, far_end: FarEnd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carrier_copies, "_BATCH", 2)
    for number in range(5):
        busy_desk.hear(f"card 4111 1111 1111 1111, text {number}")
    make_due(busy_desk)
    FAR_END.keeps += [NotAccepted(ErrorKind.RATE_LIMITED, retry=True, provider_code="20429")]
    assert carrier_copies.ask_providers() == {"asked": 2, "failed": 0}
    assert carrier_copies.ask_providers(seconds=0) == {"asked": 2, "failed": 0}, "one turn each, whatever the time"
    make_due(busy_desk)
    assert carrier_copies.ask_providers()["asked"] >= 2
    with activate(busy_desk.organization):
        assert set(CarrierCopy.objects.values_list("state", flat=True)) == {State.GONE}


def test_what_a_hold_keeps_does_not_stand_before_what_is_due(
    busy_desk: Desk, far_end: FarEnd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carrier_copies, "_BATCH", 1)
    busy_desk.hear("card 4111 1111 1111 1111", number=FIRST)
    make_due(busy_desk)
    kept = busy_desk.hear("Hello", number=SECOND)
    with activate(busy_desk.organization):
        place_hold(busy_desk.cast.admin, about=SECOND)
        text = Message.objects.get(conversation=kept)
        carrier_copies.forget(busy_desk.line, text.pk, at=timezone.now() - timedelta(days=1))
    assert carrier_copies.ask_providers() == {"asked": 1, "failed": 0}


@pytest.fixture
def plain(busy_desk: Desk, far_end: FarEnd) -> Desk:
    """A text without anything that nobody may keep, whose copy is to go."""
    conversation = busy_desk.hear("Hello", number=SECOND)
    with activate(busy_desk.organization):
        carrier_copies.forget(busy_desk.line, Message.objects.get(conversation=conversation).pk, at=timezone.now())
    return busy_desk


def test_a_hold_that_comes_after_it_was_taken_and_before_the_provider_is_asked_keeps_it(plain: Desk) -> None:
    with activate(plain.organization):
        due, seen = carrier_copies._take()
    assert (len(due), seen) == (1, 1)
    with activate(plain.organization):
        place_hold(plain.cast.admin, about=SECOND)
    assert not carrier_copies._ask_all(plain.organization.pk, due)
    copy = copy_of(plain)
    assert (FAR_END.redacted, copy.state, copy.tries) == ([], State.WAITING, 0)
    assert copy.due_at > timezone.now() + timedelta(hours=1), "a day later it is looked at again"


def test_one_that_goes_just_as_it_is_put_on_hold_is_told_of(plain: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The provider was being asked when the hold was placed: nothing can call that back, and the log says it."""
    run = asyncio.run

    def slowly(asked: Coroutine[object, object, object]) -> object:
        answers = run(asked)
        with activate(plain.organization):
            place_hold(plain.cast.admin, about=SECOND)
        return answers

    monkeypatch.setattr(carrier_copies.asyncio, "run", slowly)
    assert carrier_copies.ask_providers() == {"asked": 1, "failed": 0}
    copy = copy_of(plain)
    assert (len(FAR_END.redacted), copy.state) == (1, State.GONE)
    with activate(plain.organization):
        [told] = AuditEvent.objects.filter(event="carrier_copy:went_held")
    assert str(copy.message_id) in told.details


@pytest.mark.parametrize("answer", [NEVER, BUSY, None])
def test_a_wish_to_delete_that_comes_while_it_is_being_redacted_is_not_lost(
    heard: Desk, monkeypatch: pytest.MonkeyPatch, answer: NotAccepted | None
) -> None:
    run = asyncio.run

    def slowly(asked: Coroutine[object, object, object]) -> object:
        answers = run(asked)
        with activate(heard.organization):
            text = CarrierCopy.objects.get().message_id
            carrier_copies.forget_all([text], at=timezone.now(), deletes=True)
        return answers

    FAR_END.keeps += [answer] if answer else []
    with monkeypatch.context() as patched:
        patched.setattr(carrier_copies.asyncio, "run", slowly)
        carrier_copies.ask_providers(seconds=0)
    copy = copy_of(heard)
    assert (copy.state, copy.deletes, copy.code) == (State.WAITING, True, "")
    soon = timedelta() if answer else carrier_copies.PAUSES[0]
    assert copy.due_at is not None
    assert copy.due_at <= timezone.now() + soon
    make_due(heard)
    carrier_copies.ask_providers()
    assert copy_of(heard).state == State.DELETED


def test_a_worker_that_dies_while_it_asks_leaves_it_to_the_next(heard: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(*_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patched, pytest.raises(SystemExit):
        patched.setattr(carrier_copies, "_record", dies)
        carrier_copies.ask_providers()
    assert copy_of(heard).state == State.WAITING
    assert carrier_copies.ask_providers()["asked"] == 0  # leased

    make_due(heard)
    carrier_copies.ask_providers()
    assert copy_of(heard).state == State.GONE


def test_one_organizations_trouble_is_not_the_others(heard: Desk) -> None:
    heard.hear("card 4111 1111 1111 1111", line=heard.other_line)
    with activate(heard.cast.other_organization):
        heard.other_line.provider = "unknown"
        heard.other_line.save(update_fields=["provider"])
        CarrierCopy.objects.update(due_at=timezone.now())

    assert carrier_copies.ask_providers() == {"asked": 1, "failed": 1}
    assert copy_of(heard).state == State.GONE


@pytest.mark.parametrize("deletes", [False, True])
@pytest.mark.parametrize("claims", [False, True])
@pytest.mark.parametrize("was_deleting", [False, True])
@pytest.mark.parametrize("state", State.values)
def test_what_is_wanted_again_is_asked_again_where_it_was_refused_or_only_its_words_were_to_go(
    heard: Desk, state: str, was_deleting: bool, claims: bool, deletes: bool
) -> None:
    before, at = timezone.now() - timedelta(days=1), timezone.now()
    with activate(heard.organization):
        message = CarrierCopy.objects.get().message_id
        CarrierCopy.objects.update(state=state, deletes=was_deleting, wanted_at=before, due_at=None, tries=3)
        assert carrier_copies.forget_all([message, message], at=at, deletes=deletes, claims=claims) == 1
    copy = copy_of(heard)

    if state == State.REFUSED or (deletes and not was_deleting):
        assert (copy.state, copy.due_at, copy.tries) == (State.WAITING, at, 0)
        assert copy.deletes == (was_deleting or deletes)
    else:
        assert (copy.state, copy.due_at, copy.tries, copy.deletes) == (state, None, 3, was_deleting)
    assert copy.wanted_at == (at if claims else before)
