"""A text with pictures waits with them: a second person sees both, and both leave or come back together."""

from datetime import timedelta

import pytest
from django.utils import timezone

from compliance.content_types import deciding
from compliance.content_types.deciding import CannotDecide
from compliance.models import HeldText
from tenancy.ids import new_id
from tenancy.isolation import activate
from tests.compliance.content_types.test_held_texts import OFFER, decide
from tests.texting.attachments import samples
from tests.texting.attachments.test_sending_files import attach, kept, send
from tests.texting.conftest import far_end
from tests.texting.desk import Desk, desk
from texting.attachments import forgetting
from texting.models import Attachment, Conversation, Message
from texting.queries import unsent_files

__all__ = ["desk", "far_end"]
pytestmark = pytest.mark.usefixtures("far_end")


def hold(desk: Desk, conversation: Conversation) -> tuple[HeldText, Attachment]:
    """An agent's offer with a picture, sent from the composer: it is held."""
    attach(desk, conversation, samples.jpeg_with_place())
    picture = kept(desk)
    answer = send(desk, conversation, picture, body=OFFER, message_id=str(new_id()))
    assert answer.status_code == 200, answer.content
    assert "waits for a colleague" in answer["HX-Trigger"]
    with activate(desk.organization):
        return HeldText.objects.get(), Attachment.objects.get()


def sent(desk: Desk) -> list[Message]:
    with activate(desk.organization):
        return list(Message.objects.filter(direction="out"))


def test_it_waits_with_its_picture_and_leaves_with_it(desk):
    conversation = desk.hear()
    held, picture = hold(desk, conversation)
    assert (picture.held_for, picture.message_id) == (held.message_id, None)
    assert sent(desk) == []
    page = desk.as_(desk.cast.agent).get(f"/inbox/c/{conversation.pk}/").content.decode()
    assert f'data-file="{picture.pk}"' not in page, "the composer does not have it any more"
    assert f"/inbox/attachments/{picture.pk}/" in page, "the notice shows it"

    message = decide(desk, "approve", held)

    with activate(desk.organization):
        picture.refresh_from_db()
        assert (picture.message_id, picture.held_for, message.media_count) == (message.pk, None, 1)


def test_no_other_text_takes_the_picture_along_meanwhile(desk):
    conversation = desk.hear()
    _, picture = hold(desk, conversation)
    answer = send(desk, conversation, picture, body="Here it is", message_id=str(new_id()))
    assert answer.status_code == 422
    assert "not there any more" in answer.content.decode()
    assert sent(desk) == []


def test_who_decides_sees_the_picture_and_nobody_else_who_did_not_write_it(desk):
    _, picture = hold(desk, desk.hear())
    paths = [f"/inbox/attachments/{picture.pk}/", f"/inbox/attachments/{picture.pk}/thumbnail/"]
    cast = desk.cast
    for path in paths:
        seen = [desk.as_(one).get(path).status_code for one in (cast.agent, cast.supervisor, cast.second_agent)]
        assert seen == [200, 200, 404]
        assert desk.as_(cast.outsider).get(path).status_code == 404
    assert paths[1] in desk.as_(cast.supervisor).get("/second-look/").content.decode()


def test_taken_back_both_stand_in_the_composer_unless_something_is_attached_there(desk):
    conversation = desk.hear()
    held, picture = hold(desk, conversation)
    attach(desk, conversation, samples.PDF, "plan.pdf")
    with pytest.raises(CannotDecide, match="take out first"):
        decide(desk, "take_back", held, desk.cast.agent)
    with activate(desk.organization):
        Attachment.objects.exclude(pk=picture.pk).get().chunks.all().delete()
        Attachment.objects.exclude(pk=picture.pk).delete()
    decide(desk, "take_back", held, desk.cast.agent)
    with activate(desk.organization):
        assert [one.id for one in unsent_files(desk.cast.agent, conversation)] == [picture.pk]


def test_what_was_not_approved_and_put_away_is_gone(desk):
    held, picture = hold(desk, desk.hear())
    decide(desk, "refuse", held, reason="They never agreed.")
    with activate(desk.organization):
        assert Attachment.objects.filter(pk=picture.pk).exists()
        deciding.put_away(member=desk.cast.agent, held=held)
        assert not Attachment.objects.exists()


def test_a_picture_that_waits_is_not_tidied_away_before_anybody_decided(desk):
    _, picture = hold(desk, desk.hear())
    for days, there in ((8, True), (12, False)):
        with activate(desk.organization):
            Attachment.objects.update(created_at=timezone.now() - timedelta(days=days))
        forgetting.forget()
        with activate(desk.organization):
            assert Attachment.objects.filter(pk=picture.pk).exists() is there
