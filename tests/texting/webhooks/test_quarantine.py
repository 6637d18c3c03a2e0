"""Refused requests are kept within bounds, taken in once their cause is put right, and never by themselves."""

import json
import threading

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, connections
from django.test import Client

from accounts.permissions import MissingPermission
from tenancy.audit import verify_chain
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.cast import signed_in
from tests.texting.conftest import make_scene
from tests.texting.twilio_line import (
    ACCOUNT,
    BASE,
    CUSTOMER,
    NEW_TOKEN,
    OLD_TOKEN,
    OTHER_ACCOUNT,
    TOKEN,
    cast,
    make_twilio_line,
    twilio,
)
from texting import delivery, receiving, sending
from texting.causes import Cause
from texting.models import Conversation, Line, Message, QuarantinedRequest, QuarantineHour
from texting.providers.twilio import TwilioProvider
from texting.webhooks import diagnosing, quarantine
from texting.webhooks.quarantine import Outcome, Round

__all__ = ["cast", "twilio"]


def replay(twilio, row, member=None) -> Outcome:
    with activate(twilio.cast.organization):
        return quarantine.replay(actor=member or twilio.cast.admin, request_id=row.pk)


def replay_all(twilio) -> Round:
    with activate(twilio.cast.organization):
        return quarantine.replay_all(actor=twilio.cast.admin)


def events(twilio, kind: str) -> list[dict]:
    with activate(twilio.cast.organization):
        return [json.loads(event.details or "{}") for event in AuditEvent.objects.filter(event=kind)]


# --- Keeping ---


def test_what_is_kept_is_sealed_and_says_nothing_in_the_open(twilio):
    twilio.post(secret="guessed", Body="my blood type is zebra-quartz-77", headers={"Cookie": "secret-cookie=1"})
    with activate(twilio.cast.organization), connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(q)::text, encode(request, 'escape') FROM texting_quarantinedrequest q")
        [(row, sealed)] = cursor.fetchall()
    for secret in ("zebra", "2125550181", "guessed", twilio.path.split("/")[3], "secret-cookie"):
        assert secret not in row + sealed
    [kept] = twilio.kept()
    with activate(twilio.cast.organization):
        text = QuarantinedRequest.objects.get(pk=kept.pk).request
    assert "secret-cookie" not in text
    assert json.loads(text)["path"] == twilio.path


def test_a_card_is_not_kept_even_sealed_and_the_request_is_noted(twilio):
    twilio.post(secret="guessed", Body="my visa is 4111 1111 1111 1111")
    [kept] = twilio.kept()
    assert (kept.state, kept.held_secret, kept.request) == ("discarded", True, None)
    assert replay(twilio, kept) == Outcome.ENDED
    page = signed_in(Client(), twilio.cast.admin).get("/settings/quarantine/?state=discarded").content.decode()
    assert "It held a card number or a secret" in page


def test_a_card_in_a_request_that_cannot_be_read_is_not_kept_either(twilio):
    twilio.post(secret="guessed", From="nobody", Body="my visa is 4111 1111 1111 1111")
    assert [(kept.state, kept.request) for kept in twilio.kept()] == [("discarded", None)]


def test_an_hour_keeps_so_many_and_counts_the_rest(twilio, monkeypatch):
    monkeypatch.setitem(quarantine.PER_HOUR, False, 3)
    for n in range(8):
        assert twilio.post(secret="guessed", MessageSid=f"SM{n}").status_code == 403
    assert len(twilio.kept()) == 3
    with activate(twilio.cast.organization):
        hour = QuarantineHour.objects.get()
    assert (hour.kept, hour.left_out, hour.proven) == (3, 5, False)


def test_a_flood_grows_neither_the_table_nor_the_audit_log(twilio, monkeypatch):
    monkeypatch.setitem(quarantine.PER_HOUR, False, 3)
    for n in range(12):
        twilio.post(secret=None, MessageSid=f"SM{n}")
    assert len(twilio.kept()) == 3
    assert len(events(twilio, "webhook:rejected")) == 4, "three that were kept, and that more came"


def test_a_flood_of_made_up_requests_does_not_push_out_what_the_provider_signed(twilio, monkeypatch):
    monkeypatch.setitem(quarantine.PER_HOUR, False, 2)
    for n in range(6):
        twilio.post(secret="guessed", MessageSid=f"SM{n}")
    twilio.post(base="http://text.harbor.example", MessageSid="SM99", Body="real")
    assert [row.cause for row in twilio.kept()] == [Cause.OTHER_TOKEN, Cause.OTHER_TOKEN, Cause.OTHER_ADDRESS]


def test_so_many_wait_and_no_more_however_long_it_takes(twilio, monkeypatch):
    monkeypatch.setitem(quarantine.WAITING, False, 2)
    for n in range(4):
        twilio.post(secret="guessed", MessageSid=f"SM{n}")
    assert len(twilio.kept()) == 2
    with activate(twilio.cast.organization):
        quarantine.discard_all(actor=twilio.cast.admin)
    twilio.post(secret="guessed", MessageSid="SM9")
    assert [row.state for row in twilio.kept()] == ["discarded", "discarded", "waiting"]


def test_when_both_rooms_are_full_no_cause_is_looked_for(twilio, monkeypatch):
    for kind in (True, False):
        monkeypatch.setitem(quarantine.PER_HOUR, kind, 1)
    twilio.post(secret="guessed")
    twilio.post(base="http://text.harbor.example", MessageSid="SM2")

    def never(*args):
        raise AssertionError

    monkeypatch.setattr(quarantine, "diagnose", never)
    assert twilio.post(secret="guessed", MessageSid="SM3").status_code == 403
    assert len(twilio.kept()) == 2


def test_a_flood_is_looked_at_less_thoroughly_and_what_is_real_is_still_seen(twilio, monkeypatch):
    monkeypatch.setitem(quarantine.PER_HOUR, False, 1)
    tried = []
    real = TwilioProvider.verify_signature
    monkeypatch.setattr(TwilioProvider, "verify_signature", lambda self, hook: tried.append(1) or real(self, hook))
    many = {"X-Forwarded-Host": "a.example,b.example", "X-Forwarded-Port": "8443"}
    counts = []
    for n in range(2):
        tried.clear()
        twilio.post(secret="guessed", headers=many, MessageSid=f"SM{n}")
        counts.append(len(tried))
    assert counts[0] > counts[1] == 1 + diagnosing.FEW_TRIED
    twilio.post(base="http://text.harbor.example", headers={"Host": "text.harbor.example"}, MessageSid="SM9")
    assert twilio.kept()[-1].cause == Cause.OTHER_ADDRESS


def test_a_signed_request_with_a_very_long_address_is_counted_and_not_kept(twilio):
    assert twilio.post(path=twilio.path + "?x=" + "y" * 3000, secret="guessed").status_code == 403
    assert twilio.kept() == []
    with activate(twilio.cast.organization):
        assert QuarantineHour.objects.get().left_out == 1


def test_when_it_cannot_be_kept_the_provider_is_asked_to_come_again(twilio, monkeypatch):
    def full(*args, **kwargs):
        raise DatabaseError("disk full")

    monkeypatch.setattr(QuarantinedRequest.objects.__class__, "create", full, raising=False)
    answer = twilio.post(secret="guessed")
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")


# --- Taking in ---


def test_after_the_token_was_put_right_the_text_is_taken_in(twilio):
    twilio.post(secret=NEW_TOKEN, Body="I am late")
    [row] = twilio.kept()
    assert replay(twilio, row) is Outcome.STILL_WRONG
    twilio.store(secret=NEW_TOKEN)
    assert replay(twilio, row) is Outcome.TAKEN
    assert twilio.texts() == ["I am late"]
    [row] = twilio.kept()
    assert (row.state, row.request, row.ended_by_id) == ("replayed", None, twilio.cast.admin.pk)
    assert replay(twilio, row) is Outcome.ENDED
    assert twilio.texts() == ["I am late"]
    assert [event["outcome"] for event in events(twilio, "webhook:replayed")] == ["still_wrong", "taken"]


def test_after_the_address_was_put_right_the_text_is_taken_in(twilio, settings):
    new = "https://new.harbor.example"
    settings.ALLOWED_HOSTS = ["*"]
    twilio.post(base=new, headers={"Host": "new.harbor.example"})
    [row] = twilio.kept()
    assert replay(twilio, row) is Outcome.STILL_WRONG
    settings.PUBLIC_BASE_URL = new
    assert replay(twilio, row) is Outcome.TAKEN
    assert twilio.texts() == ["See you at 5"]


def test_a_kept_stop_counts_as_soon_as_it_is_taken_in(twilio):
    from compliance.models import Suppression

    twilio.post(secret=NEW_TOKEN, Body="STOP")
    twilio.store(secret=NEW_TOKEN)
    replay(twilio, twilio.kept()[0])
    with activate(twilio.cast.organization):
        assert Suppression.objects.count() == 1


def test_what_came_by_itself_meanwhile_is_not_taken_twice(twilio):
    twilio.post(secret=NEW_TOKEN)
    twilio.store(secret=NEW_TOKEN)
    assert twilio.post(secret=NEW_TOKEN).status_code == 200, "the provider tried again"
    assert replay(twilio, twilio.kept()[0]) is Outcome.TAKEN
    assert twilio.texts() == ["See you at 5"]


def test_a_kept_report_moves_the_status_of_its_text(scene, settings):
    """The scripted line is moved to Twilio after one of its texts was sent."""
    with activate(scene.organization):
        scene.hear("Hello")
        message = sending.send_text(conversation=scene.conversation(), body="Hi", author=scene.agent)
    delivery.deliver_line(scene.line.pk)
    from tests.texting.conftest import FAR_END

    path = "/webhooks/" + FAR_END.ledger[-1].status_url.partition("/webhooks/")[2].replace("scripted", "twilio")
    settings.PUBLIC_BASE_URL = BASE
    with activate(scene.organization):
        scene.line.provider = "twilio"
        scene.line.save(update_fields=["provider"])
        sid = Message.objects.get(pk=message.pk).provider_message_id

    class Cast:
        organization = scene.organization

    from tests.texting.twilio_line import TwilioLine

    line = TwilioLine(Cast, scene.line)
    line.store(secret=TOKEN)
    report = {"MessageSid": sid.replace("-", ""), "MessageStatus": "delivered"}
    assert line.post(path=path, secret=NEW_TOKEN, **report).status_code == 403
    [row] = line.kept()
    assert (row.kind, row.sender_masked) == ("status", "")
    line.store(secret=NEW_TOKEN)
    scene.agent.is_owner = True
    scene.agent.save()
    with activate(scene.organization):
        assert quarantine.replay(actor=scene.agent, request_id=row.pk) is Outcome.TAKEN
        assert Message.objects.get(pk=message.pk).status == "delivered"


def test_all_that_verify_now_are_taken_in_the_order_in_which_they_came(twilio):
    for n, body in enumerate(("one", "two", "three")):
        twilio.post(secret=NEW_TOKEN, MessageSid=f"SM{n}", Body=body)
    twilio.post(secret="guessed", MessageSid="SM8", Body="forged")
    twilio.store(secret=NEW_TOKEN)
    assert replay_all(twilio) == Round(taken=3, still_wrong=1, not_stored=0, left=0)
    assert twilio.texts() == ["one", "two", "three"]
    assert [row.state for row in twilio.kept()] == ["replayed"] * 3 + ["waiting"]
    assert len(events(twilio, "webhook:replayed")) == 3


def test_what_stays_wrong_does_not_stand_in_the_way_of_the_rest(twilio, monkeypatch):
    monkeypatch.setattr(quarantine, "AT_ONCE", 2)
    for n in range(3):
        twilio.post(secret="guessed", MessageSid=f"SM{n}")
    twilio.post(secret=NEW_TOKEN, MessageSid="SM9", Body="real")
    twilio.store(secret=NEW_TOKEN)
    assert replay_all(twilio) == Round(taken=0, still_wrong=2, not_stored=0, left=2)
    assert replay_all(twilio) == Round(taken=1, still_wrong=1, not_stored=0, left=2)
    assert twilio.texts() == ["real"]


def test_a_database_error_in_the_middle_undoes_that_one_only(twilio, monkeypatch):
    for n, body in enumerate(("one", "two", "three")):
        twilio.post(secret=NEW_TOKEN, MessageSid=f"SM{n}", Body=body)
    twilio.store(secret=NEW_TOKEN)
    real = receiving.receive_all

    def breaks(line, texts):
        stored = real(line, texts)
        if [text.body for text in texts] == ["two"]:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 / 0")
        return stored

    monkeypatch.setattr(receiving, "receive_all", breaks)
    assert replay_all(twilio) == Round(taken=2, still_wrong=0, not_stored=1, left=0)
    assert twilio.texts() == ["one", "three"]
    assert replay(twilio, twilio.kept()[1]) is Outcome.NOT_STORED
    monkeypatch.undo()
    assert replay(twilio, twilio.kept()[1]) is Outcome.TAKEN
    assert sorted(twilio.texts()) == ["one", "three", "two"]


def test_a_line_that_is_switched_off_still_takes_what_it_missed(twilio):
    """As the webhook itself does: a STOP must be heard on any line."""
    twilio.post(secret=NEW_TOKEN)
    twilio.store(secret=NEW_TOKEN)
    with activate(twilio.cast.organization):
        Line.objects.update(is_active=False)
    assert replay(twilio, twilio.kept()[0]) is Outcome.TAKEN


def test_a_line_at_another_provider_by_now_cannot_vouch_for_it(twilio):
    twilio.post(secret=NEW_TOKEN)
    with activate(twilio.cast.organization):
        Line.objects.update(provider="simulator")
    assert replay(twilio, twilio.kept()[0]) is Outcome.STILL_WRONG
    assert [(row.state, row.cause) for row in twilio.kept()] == [("waiting", Cause.PROVIDER_CHANGED)]


def test_a_provider_that_is_unplugged_cannot_vouch_for_it(twilio, settings):
    twilio.post(secret=NEW_TOKEN)
    settings.TEXTING_PROVIDERS = {"simulator": settings.TEXTING_PROVIDERS["simulator"]}
    assert replay(twilio, twilio.kept()[0]) is Outcome.STILL_WRONG


def test_a_line_that_is_gone_leaves_only_the_choice_to_discard(twilio):
    twilio.post(secret=NEW_TOKEN)
    with activate(twilio.cast.organization):
        Line.objects.get(pk=twilio.line.pk).delete()
    [row] = twilio.kept()
    assert replay(twilio, row) is Outcome.STILL_WRONG
    assert [(row.line_id, row.cause) for row in twilio.kept()] == [(None, Cause.LINE_GONE)]
    with activate(twilio.cast.organization):
        assert quarantine.discard(actor=twilio.cast.admin, request_id=row.pk)


def test_a_key_that_is_gone_makes_it_unreadable(twilio):
    from tenancy.encryption import day_scope
    from tenancy.encryption.shredding import destroy_keys
    from texting.models.quarantine import DAY_KIND

    twilio.post(secret=NEW_TOKEN)
    twilio.store(secret=NEW_TOKEN)
    [row] = twilio.kept()
    with activate(twilio.cast.organization):
        destroy_keys(DAY_KIND, day_scope(row.received_at.date()), reason="test")
    assert replay(twilio, row) is Outcome.STILL_WRONG
    assert twilio.texts() == []


@pytest.mark.django_db(transaction=True)
def test_two_admins_at_once_take_it_in_once(transactional_db, settings):
    from tests.cast import make_cast

    settings.PUBLIC_BASE_URL = BASE
    line = make_twilio_line(make_cast())
    line.post(secret=NEW_TOKEN)
    line.store(secret=NEW_TOKEN)
    [row] = line.kept()
    outcomes, ready = [], threading.Barrier(4)

    def take():
        try:
            ready.wait(30)
            outcomes.append(replay(line, row))
        finally:
            connections.close_all()

    def take_all():
        try:
            ready.wait(30)
            outcomes.append(Outcome.TAKEN if replay_all(line).taken else Outcome.ENDED)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for work in (take, take, take_all, take_all)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(outcomes) == [Outcome.ENDED] * 3 + [Outcome.TAKEN]
    assert line.texts() == ["See you at 5"]
    with activate(line.cast.organization):
        assert Conversation.objects.count() == 1


# --- Forging ---


def forgeries(twilio, other):
    """Everything that somebody without the token might try. Each is one POST; none may ever become a text."""
    theirs = other.post  # signed rightly, by another organization's line and token
    yield lambda: twilio.post(secret=None, MessageSid="SM01")
    yield lambda: twilio.post(secret="", MessageSid="SM02")
    yield lambda: twilio.post(secret="guessed", MessageSid="SM03")
    yield lambda: twilio.post(secret="guessed", base="https://evil.example", MessageSid="SM04")
    yield lambda: twilio.post(secret="guessed", headers={"X-Forwarded-Host": "evil.example"}, MessageSid="SM05")
    yield lambda: twilio.post(secret=ACCOUNT, MessageSid="SM06")
    yield lambda: twilio.post(secret="other-token", AccountSid=OTHER_ACCOUNT, MessageSid="SM07")
    yield lambda: twilio.post(secret=None, headers={"X-Twilio-Signature": "A" * 28}, MessageSid="SM08")
    yield lambda: twilio.post(secret=None, headers={"X-Simulator-Signature": "0" * 64}, MessageSid="SM09")
    yield lambda: twilio.post(secret="their-token", path=twilio.path, MessageSid="SM10")
    yield lambda: twilio.post(secret=OLD_TOKEN, MessageSid="SM11")
    yield lambda: theirs(secret="their-token", path=twilio.path, MessageSid="SM12")


def test_no_forged_text_reaches_the_inbox_through_the_quarantine(twilio, settings):
    """Neither one by one, nor all at once, nor after a new token, a new address, or another admin's try."""
    settings.ALLOWED_HOSTS = ["*"]
    scene = make_scene("Northside", "northside-2")

    class Theirs:
        organization = scene.organization

    from tests.texting.twilio_line import TwilioLine

    other = TwilioLine(Theirs, scene.line)
    count = 0
    for forge in forgeries(twilio, other):
        assert forge().status_code == 403
        count += 1
    assert len(twilio.kept()) == count
    changes = (
        lambda: None,
        lambda: twilio.store(secret=NEW_TOKEN, previous_secret=TOKEN),
        lambda: twilio.store(secret=""),
        lambda: setattr(settings, "PUBLIC_BASE_URL", "https://evil.example"),
        lambda: setattr(settings, "PUBLIC_BASE_URL", BASE),
    )
    for change in changes:
        change()
        for row in twilio.kept():
            assert replay(twilio, row, twilio.cast.owner) is Outcome.STILL_WRONG
        assert replay_all(twilio).taken == 0
    with activate(twilio.cast.organization):
        assert not Message.objects.exists()
        assert not Conversation.objects.exists()
    assert {row.state for row in twilio.kept()} == {"waiting"}


def test_a_kept_request_cannot_be_altered_into_another(twilio):
    """What is sealed belongs to its row: a record copied from elsewhere does not open."""
    twilio.post(secret="guessed", MessageSid="SM1", Body="forged")
    twilio.post(secret=NEW_TOKEN, MessageSid="SM2", Body="real")
    forged, real = twilio.kept()
    with activate(twilio.cast.organization), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE texting_quarantinedrequest q SET request ="
            " (SELECT o.request FROM texting_quarantinedrequest o WHERE o.id = %s)"
            " WHERE id = %s",
            [real.pk, forged.pk],
        )
    twilio.store(secret=NEW_TOKEN)
    assert replay(twilio, forged) is Outcome.STILL_WRONG
    assert twilio.texts() == []


# --- Discarding, rights, proof ---


def test_what_is_discarded_is_gone_and_stays_gone(twilio):
    twilio.post(secret=NEW_TOKEN)
    [row] = twilio.kept()
    with activate(twilio.cast.organization):
        assert quarantine.discard(actor=twilio.cast.admin, request_id=row.pk)
        assert not quarantine.discard(actor=twilio.cast.admin, request_id=row.pk)
    twilio.store(secret=NEW_TOKEN)
    assert replay(twilio, row) is Outcome.ENDED
    [row] = twilio.kept()
    assert (row.state, row.request) == ("discarded", None)
    assert (len(events(twilio, "webhook:discarded")), twilio.texts()) == (1, [])


def test_discarding_all_says_how_many_and_leaves_what_was_taken_in(twilio):
    twilio.post(secret=NEW_TOKEN, MessageSid="SM0")
    twilio.store(secret=NEW_TOKEN)
    replay(twilio, twilio.kept()[0])
    for n in range(1, 4):
        twilio.post(secret="guessed", MessageSid=f"SM{n}")
    with activate(twilio.cast.organization):
        assert quarantine.discard_all(actor=twilio.cast.admin).ended == 3
        assert quarantine.discard_all(actor=twilio.cast.admin).ended == 0
    assert sorted(row.state for row in twilio.kept()) == ["discarded"] * 3 + ["replayed"]
    assert events(twilio, "webhook:discarded") == [{"count": 3}]


@pytest.mark.parametrize("who", ["agent", "supervisor", "auditor"])
def test_without_the_right_nothing_happens(twilio, who):
    twilio.post(secret=NEW_TOKEN)
    twilio.store(secret=NEW_TOKEN)
    [row], member = twilio.kept(), getattr(twilio.cast, who)
    with activate(twilio.cast.organization):
        for act in (
            lambda: quarantine.replay(actor=member, request_id=row.pk),
            lambda: quarantine.replay_all(actor=member),
            lambda: quarantine.discard(actor=member, request_id=row.pk),
            lambda: quarantine.discard_all(actor=member),
        ):
            with pytest.raises(MissingPermission):
                act()
    assert ([row.state for row in twilio.kept()], twilio.texts()) == (["waiting"], [])


def test_another_organizations_request_is_not_there(twilio):
    twilio.post(secret=NEW_TOKEN)
    [row] = twilio.kept()
    with activate(twilio.cast.other_organization):
        for act in (quarantine.replay, quarantine.discard):
            with pytest.raises(QuarantinedRequest.DoesNotExist):
                act(actor=twilio.cast.outsider, request_id=row.pk)
        assert quarantine.replay_all(actor=twilio.cast.outsider) == Round(0, 0, 0, 0)
        assert quarantine.discard_all(actor=twilio.cast.outsider).ended == 0
    assert [row.state for row in twilio.kept()] == ["waiting"]


def test_the_audit_log_holds_and_names_no_customer(twilio):
    twilio.post(secret=NEW_TOKEN, Body="zebra-quartz")
    twilio.store(secret=NEW_TOKEN)
    replay_all(twilio)
    with activate(twilio.cast.organization):
        assert verify_chain(twilio.cast.organization.pk).findings == []
        told = " ".join(event.details or "" for event in AuditEvent.objects.all())
    assert CUSTOMER[2:] not in told
    assert "zebra" not in told


def test_add_line_still_works_beside_it(twilio, tmp_path):
    token = tmp_path / "token"
    token.write_text(NEW_TOKEN)
    twilio.post(secret=NEW_TOKEN)
    call_command(
        "add_line",
        organization="harbor",
        team="Front desk",
        name="Main line",
        number="+12125550110",
        provider="twilio",
        account=ACCOUNT,
        secret_file=token,
    )
    assert replay(twilio, twilio.kept()[0]) is Outcome.TAKEN
