"""What an admin does with a line; tokens and addresses change without losing a text in between."""

import pytest
from django.utils import timezone

from accounts.models import Team
from accounts.permissions import MissingPermission
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.texting.conftest import FAR_END, far_end, make_scene, scene
from tests.texting.twilio_line import NEW_TOKEN, TOKEN, cast, twilio
from texting import delivery, lines, sending
from texting.lines import Settings
from texting.models import Line, LineKey, Message
from texting.providers.base import Credentials
from texting.statuses import MessageStatus

__all__ = ["cast", "far_end", "scene", "twilio"]


def changed(twilio) -> list[str]:
    with activate(twilio.cast.organization):
        return [event.details for event in AuditEvent.objects.filter(event="line:changed").order_by("sequence")]


def act(twilio, use_case, member=None, **arguments) -> Line:
    with activate(twilio.cast.organization):
        return use_case(actor=member or twilio.cast.admin, line_id=twilio.line.pk, **arguments)


def settings_for(team: Team, **more) -> Settings:
    return Settings(**{"name": "New", "team": team, "texts_per_second": 7, "carrier_answers_keywords": True, **more})


def test_name_team_and_pace_change_and_the_log_says_which(twilio):
    act(twilio, lines.change, settings=settings_for(twilio.cast.billing))
    with activate(twilio.cast.organization):
        line = Line.objects.select_related("team").get(pk=twilio.line.pk)
        assert (line.name, line.team, line.texts_per_second) == ("New", twilio.cast.billing, 7)
        assert line.carrier_answers_keywords
        assert LineKey.objects.get(line_id=line.pk).texts_per_second == 7
        assert Credentials.from_json(line.credentials).secret == TOKEN
    act(twilio, lines.change, settings=settings_for(twilio.cast.billing))
    assert changed(twilio) == ['{"changed": ["keywords", "name", "pace", "team"]}'], "the second one changed nothing"


def test_a_line_that_is_off_ends_what_waits_and_still_hears(scene, far_end):
    scene.agent.is_owner = True
    scene.agent.save()
    with activate(scene.organization):
        scene.hear("Hello")
        waiting = sending.send_text(conversation=scene.conversation(), body="Hi", author=scene.agent)
        lines.switch(actor=scene.agent, line_id=scene.line.pk, on=False)
        with pytest.raises(sending.Refused):
            sending.send_text(conversation=scene.conversation(), body="Again", author=scene.agent)
    delivery.deliver_line(scene.line.pk)
    with activate(scene.organization):
        assert Message.objects.get(pk=waiting.pk).status == MessageStatus.CANCELED
        assert scene.hear("Are you there?") is not None
        lines.switch(actor=scene.agent, line_id=scene.line.pk, on=True)
        scene.line.refresh_from_db()
        sending.send_text(conversation=scene.conversation(), body="Yes", author=scene.agent)
    delivery.deliver_line(scene.line.pk)
    assert [sent.body.endswith("Hi") for sent in FAR_END.ledger] == [False]


def test_both_tokens_count_until_the_change_is_finished(twilio):
    act(twilio, lines.change_token, secret=NEW_TOKEN)
    assert twilio.post(secret=TOKEN, MessageSid="SM1").status_code == 200
    assert twilio.post(secret=NEW_TOKEN, MessageSid="SM2").status_code == 200
    act(twilio, lines.finish_token)
    assert twilio.post(secret=TOKEN, MessageSid="SM3").status_code == 403
    assert twilio.post(secret=NEW_TOKEN, MessageSid="SM4").status_code == 200
    act(twilio, lines.finish_token)
    assert changed(twilio) == ['{"changed": ["token"]}', '{"changed": ["previous token removed"]}']
    assert TOKEN not in "".join(changed(twilio))


def test_the_same_token_again_changes_nothing(twilio):
    act(twilio, lines.change_token, secret=TOKEN)
    assert changed(twilio) == []
    with activate(twilio.cast.organization):
        assert Credentials.from_json(Line.objects.get().credentials).previous_secret == ""


def test_both_addresses_answer_until_the_change_is_finished(twilio):
    old = twilio.path
    act(twilio, lines.change_address)
    new = twilio.path
    assert new != old
    assert twilio.post(path=old, MessageSid="SM1").status_code == 200
    assert LineKey.objects.get().heard_at is None, "the new address was not called yet"
    assert twilio.post(path=new, MessageSid="SM2").status_code == 200
    assert LineKey.objects.get().heard_at is not None
    act(twilio, lines.finish_address)
    assert twilio.post(path=old, MessageSid="SM3").status_code == 404
    assert twilio.post(path=new, MessageSid="SM4").status_code == 200
    assert changed(twilio) == ['{"changed": ["webhook address"]}', '{"changed": ["previous address removed"]}']


def test_only_a_signed_text_shows_that_the_webhook_works(twilio):
    twilio.post(secret="guessed")
    twilio.post(To="+12125550111")
    assert LineKey.objects.get().heard_at is None
    twilio.post()
    assert LineKey.objects.get().heard_at is not None


def test_without_the_right_nothing_changes(twilio):
    for use_case, arguments in (
        (lines.change, {"settings": settings_for(twilio.cast.billing)}),
        (lines.switch, {"on": False}),
        (lines.change_token, {"secret": "x"}),
        (lines.finish_token, {}),
        (lines.change_address, {}),
        (lines.finish_address, {}),
    ):
        with pytest.raises(MissingPermission):
            act(twilio, use_case, twilio.cast.agent, **arguments)
    with activate(twilio.cast.organization), pytest.raises(MissingPermission):
        lines.connect(
            actor=twilio.cast.agent,
            provider="twilio",
            credentials=Credentials(),
            number="+12125550177",
            settings=settings_for(twilio.cast.billing),
        )
    with activate(twilio.cast.organization):
        assert [line.name for line in Line.objects.all()] == ["Main line"]
    assert changed(twilio) == []


def test_a_line_of_another_organization_is_not_there(twilio):
    other = make_scene("Northside", "northside-2")
    with activate(twilio.cast.organization), pytest.raises(Line.DoesNotExist):
        lines.switch(actor=twilio.cast.admin, line_id=other.line.pk, on=False)


def test_a_line_that_the_provider_refused_goes_on_with_its_new_token(twilio):
    for use_case, arguments in ((lines.change_token, {"secret": NEW_TOKEN}), (lines.try_again, {})):
        LineKey.objects.update(refusals=3, stopped_at=timezone.now(), stopped_for="auth", probe_at=timezone.now())
        act(twilio, use_case, **arguments)
        assert LineKey.objects.get().stopped_at is None
    assert changed(twilio) == ['{"changed": ["token"]}', '{"changed": ["tried again"]}']
