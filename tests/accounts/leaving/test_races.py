"""Two transactions at once: whoever is half-way in when a deactivation commits is out all the same."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import connections
from django.test import Client

from accounts import deactivation, invitations
from accounts.deactivation import LastOwner
from accounts.leaving.tasks import try_doors_of
from accounts.leaving.trying import try_doors
from accounts.models import Membership, OffboardingReceipt, Session
from accounts.permissions import MissingPermission
from accounts.sessions import key_hash
from tenancy.isolation import activate
from tests.cast import PASSPHRASE, make_cast
from tests.texting.live.test_stream import Browser, run, token_of
from texting.live import watch

pytestmark = pytest.mark.django_db(transaction=True)


def apart(work: Callable[[], None]) -> threading.Thread:
    """The work on connections of its own, begun."""

    def do() -> None:
        try:
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=do)
    thread.start()
    return thread


@contextmanager
def almost_gone(cast) -> Iterator[threading.Event]:
    """The agent's deactivation is done and not committed until the event is set or the block ends."""
    ready, commit = threading.Event(), threading.Event()

    def leave() -> None:
        with activate(cast.organization):
            deactivation.deactivate(actor=cast.owner, member=cast.agent)
            ready.set()
            commit.wait(20)

    thread = apart(leave)
    try:
        assert ready.wait(20)
        yield commit
    finally:
        commit.set()
        thread.join()


def test_whoever_signs_in_meanwhile_is_out_at_the_next_click():
    cast, newcomer, codes = make_cast(), Client(), []

    def sign_in() -> None:
        answer = newcomer.post("/sign-in/", {"email": "agent@harbor.example", "password": PASSPHRASE})
        codes.append(answer.status_code)

    with almost_gone(cast) as commit:
        thread = apart(sign_in)
        while not connection_waits():
            assert thread.is_alive()
            time.sleep(0.01)
        commit.set()
        thread.join()
    assert codes == [302]
    assert Session.objects.filter(membership=cast.agent).exists(), "it was written, and counts for nothing"
    assert newcomer.get("/settings/account/")["Location"].startswith("/sign-in/")
    with activate(cast.organization):
        trial = try_doors(OffboardingReceipt.objects.get())
    found = {one["step"]: (one["tried"], one["open"]) for one in trial.found}
    assert found["sessions"][1] == 0


def connection_waits() -> bool:
    """Whether one of our connections stands in front of a lock."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


def test_a_stream_that_is_opened_meanwhile_ends_within_two_seconds(monkeypatch):
    """It is told: nobody looks by themselves in this test."""
    monkeypatch.setattr(watch, "WATCH_SECONDS", 60)
    cast = make_cast()
    token = token_of(cast.agent)

    async def story() -> None:
        with almost_gone(cast) as commit:
            leaver = await Browser(token).opened()
            commit.set()
            begun = time.monotonic()
            while await leaver.events():
                pass
            assert time.monotonic() - begun < 2.5
        assert await Browser(token).status() == 403

    run(story)
    assert not Membership.objects.get(pk=cast.agent.pk).is_active


def test_a_link_that_is_used_meanwhile_lets_nobody_in():
    cast = make_cast()
    with activate(cast.organization):
        token = invitations.reset_sign_in(actor=cast.owner, member=cast.agent)
    invitation, done = invitations.open_invitation(key_hash(token)), []
    with almost_gone(cast):
        thread = apart(lambda: done.append(invitations.accept(invitation=invitation, new_password=PASSPHRASE)))
        while not connection_waits():
            assert thread.is_alive()
            time.sleep(0.01)
    thread.join()
    assert done == [None]
    assert not Membership.objects.get(pk=cast.agent.pk).is_active


def test_the_bell_for_the_trial_rings_when_the_end_has_committed(caplog, monkeypatch):
    cast, rung = make_cast(), []
    monkeypatch.setattr(try_doors_of.app.amqp, "send_task_message", lambda *args, **more: rung.append(args[1]))
    with activate(cast.organization):
        deactivation.deactivate(actor=cast.owner, member=cast.agent)
        assert rung == []
    assert rung == ["accounts.leaving.tasks.try_doors_of"]
    assert "Error calling" not in caplog.text


def test_two_owners_who_deactivate_each_other_do_not_both_go():
    cast = make_cast()
    Membership.objects.filter(pk=cast.admin.pk).update(is_owner=True)
    start, refusals = threading.Barrier(2), []

    def end(actor_id, member_id) -> Callable[[], None]:
        def do() -> None:
            with activate(cast.organization):
                rows = Membership.objects.select_related("user", "organization")
                actor, member = rows.get(pk=actor_id), rows.get(pk=member_id)
                assert actor.permissions
                start.wait(20)
                try:
                    deactivation.deactivate(actor=actor, member=member)
                except (LastOwner, MissingPermission) as refused:
                    refusals.append(refused)

        return do

    threads = [apart(end(cast.owner.pk, cast.admin.pk)), apart(end(cast.admin.pk, cast.owner.pk))]
    for thread in threads:
        thread.join()
    assert len(refusals) == 1
    assert Membership.objects.filter(organization=cast.organization, is_owner=True, is_active=True).count() == 1
