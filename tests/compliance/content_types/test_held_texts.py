"""A text that reads like an offer waits for a second person, and leaves once at most."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.utils import timezone

from accounts.models import MembershipRole, OutgoingMail, Role, User
from accounts.permissions import MissingPermission
from compliance import tasks
from compliance.content_types import deciding
from compliance.content_types.deciding import CannotDecide
from compliance.ledger import consent
from compliance.ledger.consent import Evidence
from compliance.models import ConsentEvent, HeldText
from tenancy.encryption.shredding import destroy_keys
from tenancy.ids import new_id
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.permitting import agree_to_everything
from tests.texting.desk import Desk, desk
from texting import conversations
from texting.models import Conversation, Draft, Message, Notification
from texting.notifications import choosing
from texting.notifications.choosing import Choices, Way
from texting.sending import Held

__all__ = ["desk"]

OFFER = "By the way: 30% off all creams this week only. Shop now!"


def hold(desk: Desk, conversation: Conversation, body: str = OFFER, **more) -> HeldText:
    """An agent's text that is held."""
    with activate(desk.organization):
        with pytest.raises(Held):
            conversations.reply(
                member=desk.cast.agent, conversation=conversation, body=body, **({"message_id": new_id()} | more)
            )
        return HeldText.objects.latest("id")


def sent(desk: Desk) -> list[str]:
    with activate(desk.organization):
        return [message.body for message in Message.objects.filter(direction="out")]


def decide(desk: Desk, how: str, held: HeldText, member=None, **more) -> object:
    with activate(desk.organization):
        return getattr(deciding, how)(member=member or desk.cast.supervisor, held=held, **more)


def test_an_offer_without_agreement_waits_and_nothing_is_lost_or_sent(desk):
    conversation = desk.hear("Hello")
    with activate(desk.organization):
        conversations.save_draft(member=desk.cast.agent, conversation=conversation, body=OFFER)

    held = hold(desk, conversation)

    assert (held.state, held.rule, held.body) == ("waiting", "type.promotion", OFFER)
    assert held.expires_at - held.asked_at == timedelta(hours=4)
    assert sent(desk) == []
    with activate(desk.organization):
        assert not Draft.objects.exists()
        assert AuditEvent.objects.filter(event="message:held").count() == 1


def test_the_same_request_twice_is_held_once_and_approved_leaves_once(desk):
    conversation = desk.hear("Hello")
    same = new_id()
    held = hold(desk, conversation, message_id=same)
    assert hold(desk, conversation, message_id=same).pk == held.pk

    message = decide(desk, "approve", held)

    assert message.pk == same
    assert message.author_id == desk.cast.agent.pk
    with pytest.raises(CannotDecide, match="Sam Achebe has decided already"):
        decide(desk, "approve", held, desk.cast.owner)
    with activate(desk.organization):
        again = conversations.reply(member=desk.cast.agent, conversation=conversation, body=OFFER, message_id=same)
    assert again.message.pk == same
    assert len(sent(desk)) == 1


def test_its_author_never_decides(desk):
    conversation = desk.hear("Hello")
    with activate(desk.organization):
        with pytest.raises(Held):
            conversations.reply(member=desk.cast.supervisor, conversation=conversation, body=OFFER, message_id=new_id())
        held = HeldText.objects.get()
    with pytest.raises(CannotDecide, match="You wrote it"):
        decide(desk, "approve", held)
    with pytest.raises(MissingPermission):
        decide(desk, "approve", held, desk.cast.second_agent)
    assert sent(desk) == []


def test_a_refusal_needs_a_reason_and_gives_the_words_back(desk):
    held = hold(desk, desk.hear("Hello"))
    with pytest.raises(CannotDecide):
        decide(desk, "refuse", held, reason="  ")

    decide(desk, "refuse", held, reason="They never agreed.")
    with pytest.raises(CannotDecide, match="Only its author"):
        decide(desk, "take_back", held, desk.cast.second_agent)
    decide(desk, "take_back", held, desk.cast.agent)

    with activate(desk.organization):
        held.refresh_from_db()
        assert (held.state, held.reason) == ("refused", "They never agreed.")
        assert held.seen_at is not None
        assert Draft.objects.get().body == OFFER
    assert sent(desk) == []


def test_what_its_author_took_back_nobody_approves(desk):
    held = hold(desk, desk.hear("Hello"))
    decide(desk, "take_back", held, desk.cast.agent)
    with pytest.raises(CannotDecide):
        decide(desk, "approve", held)
    assert sent(desk) == []


def test_words_that_stand_in_the_composer_are_not_lost_to_it(desk):
    conversation = desk.hear("Hello")
    held = hold(desk, conversation)
    with activate(desk.organization):
        conversations.save_draft(member=desk.cast.agent, conversation=conversation, body="Something else")
    with pytest.raises(CannotDecide, match="begun to write"):
        decide(desk, "take_back", held, desk.cast.agent)
    with activate(desk.organization):
        assert Draft.objects.get().body == "Something else"
        assert HeldText.objects.get().state == "waiting"


def test_one_that_waits_too_long_expires_and_cannot_be_approved_even_before_the_clock(desk):
    held = hold(desk, desk.hear("Hello"))
    with activate(desk.organization):
        assert deciding.expire() == 0
        HeldText.objects.update(expires_at=timezone.now())
    with pytest.raises(CannotDecide, match="too long"):
        decide(desk, "approve", held)
    with activate(desk.organization):
        assert deciding.expire() == 1
        assert deciding.expire() == 0
        assert HeldText.objects.get().state == "expired"
    assert sent(desk) == []


def test_who_opts_out_while_it_waits_gets_nothing(desk):
    conversation = desk.hear("Hello")
    held = hold(desk, conversation)
    desk.hear("STOP")
    before = sent(desk)

    with pytest.raises(CannotDecide, match="opted out"):
        decide(desk, "approve", held)

    assert sent(desk) == before
    with activate(desk.organization):
        assert HeldText.objects.get().state == "waiting"


def test_whoever_agreed_to_marketing_gets_offers_at_once(desk):
    conversation = desk.hear("Hello")
    with activate(desk.organization):
        agree_to_everything(conversation.contact)
    assert desk.answer(conversation, OFFER).status == "queued"


def test_agreement_to_informational_texts_is_not_enough(desk):
    conversation = desk.hear("Hello")
    with activate(desk.organization):
        consent.give(
            conversation.contact,
            kind=ConsentEvent.Kind.EXPRESS,
            evidence=Evidence(source=ConsentEvent.Source.API, quality=ConsentEvent.Quality.COMPLETE),
        )
    hold(desk, conversation)


def test_what_was_erased_cannot_leave(desk):
    conversation = desk.hear("Hello")
    held = hold(desk, conversation)
    with activate(desk.organization):
        destroy_keys("contact", str(conversation.contact_id), reason="erased")
    with pytest.raises(CannotDecide):
        decide(desk, "approve", held)
    assert "Erased" in desk.as_(desk.cast.supervisor).get("/second-look/").content.decode()


def test_a_leaver_s_text_does_not_leave(desk):
    held = hold(desk, desk.hear("Hello"))
    with activate(desk.organization):
        type(desk.cast.agent).objects.filter(pk=desk.cast.agent.pk).update(is_active=False)
    with pytest.raises(CannotDecide, match="may not send texts any more"):
        decide(desk, "approve", held)


def test_pages_lead_from_writing_to_a_decision(desk):
    conversation = desk.hear("Hello")
    agent, supervisor = desk.as_(desk.cast.agent), desk.as_(desk.cast.supervisor)
    thread = f"/inbox/c/{conversation.pk}/"
    asked = agent.post(f"{thread}preview/", {"body": OFFER}).content.decode()
    assert 'data-state="ask"' in asked
    assert "have not agreed to marketing" in asked

    written = agent.post(f"{thread}send/", {"body": OFFER, "message_id": str(new_id())})
    assert written.status_code == 200
    assert "Your text waits for a colleague" in written.content.decode()
    with activate(desk.organization):
        held_id = HeldText.objects.get().pk
    assert "30% off all creams" in supervisor.get("/second-look/").content.decode()
    assert supervisor.post(f"/second-look/{held_id}/refuse/", {"reason": ""}).status_code == 422
    assert supervisor.post(f"/second-look/{held_id}/refuse/", {"reason": "No agreement"}).status_code == 302
    assert "No agreement" in agent.get(thread).content.decode()
    assert agent.post(f"/second-look/{held_id}/put-away/").status_code == 302
    assert "No agreement" not in agent.get(thread).content.decode()
    assert "No agreement" in supervisor.get("/second-look/?state=decided").content.decode()
    assert desk.as_(desk.cast.outsider).post(f"/second-look/{held_id}/approve/").status_code == 404
    assert sent(desk) == []


def test_whoever_may_not_see_names_decides_about_masked_words(desk):
    conversation = desk.hear("Hello", name="Marisol Fuentes")
    hold(desk, conversation, body=f"Marisol, call +1 212 555 0181. {OFFER}")
    with activate(desk.organization):
        role = Role.objects.create(name="Second reader", permissions=["messages:approve"])
        MembershipRole.objects.create(membership=desk.cast.auditor, role=role)
    shown = desk.as_(desk.cast.auditor).get("/second-look/").content.decode()
    assert "30% off" in shown
    assert "Marisol" not in shown
    assert "555 0181" not in shown


def test_those_who_decide_are_mailed_once_in_a_quarter_of_an_hour(desk):
    conversation = desk.hear("Hello")
    mails = OutgoingMail.objects.filter(kind="text_waits")
    hold(desk, conversation)
    told = mails.count()
    assert told == 3, "owner, admin, supervisor"
    assert not any(OFFER[:20] in str(one.__dict__) for one in mails.all())
    hold(desk, conversation)
    assert mails.count() == told
    assert tasks.mail_second_persons() == 0
    OutgoingMail.objects.update(queued_at=timezone.now() - timedelta(minutes=16))
    assert tasks.mail_second_persons() == told, "of what came meanwhile, though nothing comes now"
    assert tasks.mail_second_persons() == 0
    with activate(desk.organization):
        HeldText.objects.update(asked_at=timezone.now() - timedelta(hours=1))
    OutgoingMail.objects.update(queued_at=timezone.now() - timedelta(minutes=16))
    assert tasks.mail_second_persons() == 0, "of the same texts nobody is mailed again"


def test_who_decides_is_mailed_again_however_steadily_texts_come(desk, time_machine):
    start = datetime(2037, 7, 2, 15, tzinfo=UTC)
    time_machine.move_to(start, tick=False)
    conversation = desk.hear("Hello")
    for at in range(4):
        time_machine.move_to(start + timedelta(minutes=10 * at), tick=False)
        hold(desk, conversation)
    assert OutgoingMail.objects.filter(kind="text_waits").count() == 2 * 3


def test_in_quiet_hours_nobody_is_mailed_and_afterwards_of_what_still_waits(desk, time_machine):
    mails = OutgoingMail.objects.filter(kind="text_waits")
    night = datetime(2037, 7, 2, 3, tzinfo=UTC)  # 23:00 in New York
    time_machine.move_to(night, tick=False)
    with activate(desk.organization):
        for member in (desk.cast.owner, desk.cast.admin):
            choosing.choose(member=member, ways={}, muted=(), quiet=(time(22), time(23, 30)))
    hold(desk, desk.hear("Hello"))
    assert mails.count() == 1, "the supervisor has none"
    time_machine.move_to(night + timedelta(minutes=31), tick=False)
    assert tasks.mail_second_persons() == 2
    assert mails.count() == 3


def test_whose_address_gets_no_mail_keeps_nobody_from_asking(desk):
    User.objects.filter(pk=desk.cast.owner.user_id).update(email="no address")
    hold(desk, desk.hear("Hello"))
    assert OutgoingMail.objects.filter(kind="text_waits").count() == 2


def test_of_a_muted_team_nobody_is_told_that_a_text_waits(desk):
    hold(desk, desk.hear("Hello"))
    with activate(desk.organization):
        waits = Notification.objects.filter(member=desk.cast.admin, kind="approval")
        for muted, told in ((set(), 1), ({new_id()}, 1), ({desk.line.team_id}, 0)):
            choices = Choices({Way.APP: frozenset({"approval"})}, frozenset(muted), None)
            assert waits.filter(choices.told(Way.APP)).count() == told
