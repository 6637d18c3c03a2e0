"""Who may be texted, and what the first text must say."""

from datetime import timedelta

import pytest
from django.utils import translation

from compliance.ledger import consent
from compliance.ledger.consent import Evidence
from compliance.models import ConsentEvent, Suppression
from compliance.send_policies import permission_words
from tenancy.isolation import activate
from tests.permitting import agree_to_everything
from tests.texting.conftest import far_end, now, scene
from texting import gate, sending
from texting.gate import Draft, Verdict
from texting.models import Decision, Message
from texting.purposes import Purpose
from texting.sending import Refused

__all__ = ["far_end", "now", "scene"]


def ask(scene, purpose=Purpose.REPLY, body="Hello"):
    return gate.ask(Draft(conversation=scene.conversation(), body=body, purpose=purpose, author=scene.agent))


def test_the_reason_says_since_when_and_how(scene):
    with activate(scene.organization):
        scene.hear("Hello")
        [reason] = ask(scene).reasons
        assert reason.verdict is Verdict.ALLOW
        assert "when they wrote to us" in reason.text
        scene.hear("STOP")
        [reason] = ask(scene).objections
        assert "by texting STOP" in reason.text
        assert "(212) 555-0110" in reason.what_to_do


def test_each_reads_the_reason_in_their_own_language_and_none_is_kept(scene):
    with activate(scene.organization):
        scene.hear("Hello")
        scene.hear("STOP")
        with translation.override("es"):
            [reason] = ask(scene).objections
            assert reason.text.startswith("Se dio de baja el ")
            assert reason.text.endswith(", al enviar STOP.")
            assert reason.what_to_do.startswith("Solo el cliente puede deshacerlo, enviando START al (212) 555-0110.")
            with pytest.raises(Refused):
                sending.send_text(conversation=scene.conversation(), body="Hello", author=scene.agent)
        assert ask(scene).objections[0].text.startswith("They opted out on ")
        kept = Decision.objects.latest("decided_at").reasons
        assert [sorted(one) for one in kept] == [["evidence", "rule", "verdict", "version"]] * len(kept)


@pytest.mark.parametrize("source", ConsentEvent.Source.values)
def test_every_way_of_agreeing_and_of_opting_out_is_said(scene, source):
    with activate(scene.organization):
        event = ConsentEvent(source=source, matched="start")
    for said in (permission_words.given(event, "1 Nov"), permission_words.opted_out(event, "1 Nov")):
        assert "1 Nov" in said
        assert "%(" not in said
    assert permission_words.opted_out(None, "1 Nov") == "They opted out on 1 Nov."


def test_the_confirmation_is_allowed_once_and_for_five_minutes(scene, now):
    with activate(scene.organization):
        scene.hear("STOP")
        assert ask(scene, Purpose.OPT_OUT_ANSWER).verdict is Verdict.REFUSE  # it has just been sent
        Message.objects.filter(purpose=Purpose.OPT_OUT_ANSWER).delete()
        assert ask(scene, Purpose.OPT_OUT_ANSWER).verdict is Verdict.ALLOW
        Suppression.objects.update(since=now - timedelta(minutes=6))
        assert ask(scene, Purpose.OPT_OUT_ANSWER).verdict is Verdict.REFUSE


def test_a_confirmation_without_an_opt_out_is_refused(scene):
    with activate(scene.organization):
        scene.hear("Hello")
        assert ask(scene, Purpose.OPT_OUT_ANSWER).verdict is Verdict.REFUSE


def test_help_goes_out_only_when_it_was_just_asked_for(scene, now):
    with activate(scene.organization):
        scene.hear("Hello")
        conversation = scene.conversation()
        conversation.last_inbound_at = now - timedelta(hours=1)
        conversation.save()
        assert ask(scene, Purpose.HELP_ANSWER).verdict is Verdict.REFUSE


def test_writing_to_us_permits_an_answer_but_no_announcement(scene):
    with activate(scene.organization):
        scene.hear("Hello")
        assert ask(scene, Purpose.REPLY).verdict is Verdict.ALLOW
        assert ask(scene, Purpose.BULK).objections[0].rule == "consent.reply_only"
        assert ask(scene, Purpose.APPOINTMENT).objections[0].rule == "consent.reply_only"


def test_start_permits_what_informs_and_marketing_needs_more(scene):
    with activate(scene.organization):
        scene.hear("START")
        assert ask(scene, Purpose.APPOINTMENT).verdict is Verdict.ALLOW
        [reason] = ask(scene, Purpose.BULK).objections
        assert reason.rule == "consent.scope"
        assert "in writing" in reason.text
        agree_to_everything(scene.conversation().contact)
        assert ask(scene, Purpose.BULK).verdict is Verdict.ALLOW


def test_a_first_text_without_its_clauses_does_not_pass_the_hand_over(scene):
    with activate(scene.organization):
        scene.hear("Hello")
        message = sending.send_text(conversation=scene.conversation(), body="Hi", author=scene.agent)
        fields = {"conversation": scene.conversation(), "purpose": Purpose.REPLY, "author": scene.agent}
        late = {"stage": "hand_over", "message_id": message.pk}
        assert gate.ask(Draft(body=message.body, **fields, **late)).verdict is Verdict.ALLOW
        assert gate.ask(Draft(body="Hi", **fields, **late)).objections[0].rule == "first_text"


@pytest.mark.parametrize("body", ["Stop by at 10", "The bus stop is near"])
def test_a_chance_stop_is_not_taken_for_the_opt_out_words(scene, body):
    with activate(scene.organization):
        scene.hear("Hello")
        assert ask(scene, body=body).suffix != ""


def test_someone_who_never_wrote_and_never_agreed_is_refused(scene):
    from texting import threads
    from texting.phone_numbers import parse

    with activate(scene.organization):
        scene.hear("Hello")
        stranger = threads.contact_for(parse("+12125550199"))
        conversation = threads.open_conversation(stranger, scene.line, at=scene.conversation().opened_at)
        with pytest.raises(Refused) as refused:
            sending.send_text(conversation=conversation, body="Hello", author=scene.agent)
        assert refused.value.outcome.objections[0].rule == "consent.none"


def test_an_old_permission_found_later_does_not_undo_a_newer_opt_out(scene, now):
    with activate(scene.organization):
        scene.hear("STOP")
        form = Evidence(source=ConsentEvent.Source.AGENT, actor=scene.agent, at=now - timedelta(days=30))
        consent.give(scene.conversation().contact, kind=ConsentEvent.Kind.EXPRESS, evidence=form)
        [reason] = ask(scene).objections
        assert reason.rule == "consent.opted_out"


def test_a_text_after_a_first_one_that_never_left_carries_the_clauses(scene):
    with activate(scene.organization):
        scene.hear("Hello")
        first = sending.send_text(conversation=scene.conversation(), body="One", author=scene.agent)
        Message.objects.filter(pk=first.pk).update(status="failed")
        second = sending.send_text(conversation=scene.conversation(), body="Two", author=scene.agent)
        assert second.body == "Harbor Dental: Two\nReply STOP to opt out."
