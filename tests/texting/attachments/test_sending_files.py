"""A member sends pictures and files: chosen, made to fit, described, taken out; queued with the text or not at all."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tenancy.isolation import activate
from tests.texting.attachments import samples
from tests.texting.desk import Desk, busy_desk, desk
from texting import delivery
from texting.attachments import allowance, storing
from texting.models import Attachment, AttachmentChunk, Conversation, Decision, Line, MediaLink, Message
from texting.models.message import MediaKind
from texting.views import attaching

__all__ = ["busy_desk", "desk"]
pytestmark = pytest.mark.usefixtures("far_end")


def attach(desk: Desk, conversation: Conversation, content: bytes, name: str = "beach.jpg", member=None):
    """What the composer does with a chosen file. Needs real commits, as the view asks outside."""
    client = desk.as_(member or desk.cast.agent)
    file = SimpleUploadedFile(name, content, content_type="text/html")
    return client.post(f"/inbox/c/{conversation.pk}/files/", {"file": file})


def kept(desk: Desk) -> Attachment:
    with activate(desk.organization):
        return Attachment.objects.latest("created_at")


def send(desk: Desk, conversation: Conversation, *files: Attachment, body: str = "", member=None, **more):
    client = desk.as_(member or desk.cast.agent)
    fields = {"body": body, "file": [str(one.pk) for one in files], **more}
    return client.post(f"/inbox/c/{conversation.pk}/send/", fields)


def test_a_chosen_picture_waits_in_the_composer_also_after_a_reload(desk):
    conversation = desk.hear("Show me")
    answer = attach(desk, conversation, samples.jpeg_with_place())
    assert answer.status_code == 200
    assert "beach.jpg" in answer.content.decode()
    page = desk.as_(desk.cast.agent).get(f"/inbox/c/{conversation.pk}/").content.decode()
    assert f'data-file="{kept(desk).pk}"' in page
    assert (
        f'data-file="{kept(desk).pk}"'
        not in desk.as_(desk.cast.second_agent).get(f"/inbox/c/{conversation.pk}/").content.decode()
    )
    with activate(desk.organization):
        assert samples.GPS_NOTE not in storing.read(kept(desk))


@pytest.mark.parametrize(
    "name", ["ssn-529-43-1187.jpg", "C:\\taxes\\card_4111\u200b111111111111.jpg", "pw_Hunter22!x.jpg"]
)
def test_a_file_whose_name_holds_what_must_not_be_kept_is_refused_and_leaves_nothing(desk, name):
    conversation = desk.hear("Show me")
    answer = attach(desk, conversation, samples.jpeg_with_place(), name)
    assert (answer.status_code, "Rename the file" in answer.content.decode()) == (422, True)
    with activate(desk.organization):
        assert not Attachment.objects.exists()


def test_a_heavy_picture_is_made_smaller_and_the_agent_is_told(desk):
    conversation = desk.hear()
    heavy = samples.saved(samples.noise((2400, 1800)), "JPEG")
    answer = attach(desk, conversation, heavy).content.decode()
    assert "made smaller, was" in answer
    assert kept(desk).size <= 500_000


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (samples.PAGE, "This kind of file"),
        (b"", "empty"),
        (samples.png_bomb(), "too many points"),
        (samples.pdf_with_program("plain"), "program"),
        (samples.PDF + b"%" * 1_200_000, "does not fit"),
    ],
)
def test_what_cannot_go_is_refused_with_what_to_do(desk, content, said):
    answer = attach(desk, desk.hear(), content)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    with activate(desk.organization):
        assert not Attachment.objects.exists()


def test_whoever_puts_files_in_too_fast_waits_and_their_colleague_does_not(desk, monkeypatch, redis_client):
    monkeypatch.setattr(attaching, "UPLOADS_A_MINUTE", 2)
    conversation = desk.hear()
    for _ in range(2):
        assert attach(desk, conversation, samples.PDF).status_code == 200
    answer = attach(desk, conversation, samples.PDF)
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) >= 1
    assert "Wait" in answer.content.decode()
    with activate(desk.organization):
        assert Attachment.objects.count() == 2
    assert attach(desk, conversation, samples.PDF, member=desk.cast.second_agent).status_code == 200


def test_a_scanner_that_is_away_or_finds_something_keeps_it_out(desk, scanner, settings):
    conversation = desk.hear()
    assert "scanner found something" in attach(desk, conversation, samples.PDF + samples.EICAR).content.decode()
    settings.CLAMAV = "tcp://127.0.0.1:9"
    assert "does not answer" in attach(desk, conversation, samples.PDF).content.decode()
    with activate(desk.organization):
        assert not Attachment.objects.exists()


def test_files_go_with_the_text_and_the_decision_is_about_them(desk):
    conversation = desk.hear()
    attach(desk, conversation, samples.jpeg_with_place())
    file = kept(desk)
    assert send(desk, conversation, file).status_code == 200
    with activate(desk.organization):
        message = Message.objects.get(direction="out")
        assert (message.media_count, message.media_kind) == (1, MediaKind.PICTURE)
        assert message.decision.attachments == [str(file.pk)]
        assert Attachment.objects.get().message_id == message.pk
    attach(desk, conversation, samples.jpeg_with_place())
    send(desk, conversation, kept(desk))  # the first text had the clauses; this one says nothing
    assert "Picture</span>" in desk.as_(desk.cast.agent).get("/inbox/").content.decode()


def test_a_refused_text_keeps_its_files_in_the_composer(desk):
    conversation = desk.hear()
    attach(desk, conversation, samples.jpeg_with_place())
    desk.hear("STOP")
    assert send(desk, conversation, kept(desk)).status_code == 422
    assert kept(desk).message_id is None


def test_one_file_goes_out_once(desk):
    conversation = desk.hear()
    attach(desk, conversation, samples.PDF, "offer.pdf")
    file = kept(desk)
    assert send(desk, conversation, file).status_code == 200
    again = send(desk, conversation, file)
    assert again.status_code == 422
    assert "not there any more" in again.content.decode()
    with activate(desk.organization):
        assert Message.objects.filter(direction="out").count() == 1


@pytest.mark.parametrize("file", ["nonsense", "0190aaaa-0000-7000-8000-000000000000"])
def test_an_id_of_nothing_sends_nothing(desk, file):
    conversation = desk.hear()
    answer = desk.as_(desk.cast.agent).post(f"/inbox/c/{conversation.pk}/send/", {"body": "Hi", "file": file})
    assert answer.status_code == 422
    with activate(desk.organization):
        assert not Message.objects.filter(direction="out").exists()


def test_a_colleagues_file_or_one_of_another_thread_does_not_go(desk):
    first, other = desk.hear(), desk.hear(number="+12125550182")
    attach(desk, first, samples.PDF)
    file = kept(desk)
    assert send(desk, first, file, member=desk.cast.second_agent).status_code == 422
    assert send(desk, other, file).status_code == 422
    assert kept(desk).message_id is None


def test_a_file_is_taken_out_and_described_by_its_author_only(desk):
    conversation = desk.hear()
    attach(desk, conversation, samples.jpeg_with_place())
    address = f"/inbox/c/{conversation.pk}/files/{kept(desk).pk}/"
    stranger, author = desk.as_(desk.cast.second_agent), desk.as_(desk.cast.agent)
    for act in ("describe/", "remove/"):
        assert stranger.post(address + act, {"alt": "x"}).status_code == 404
    assert author.post(address + "describe/", {"alt": " A  pier\x00 at dusk "}).status_code == 204
    assert kept(desk).alt == "A pier at dusk"
    author.post(address + "describe/", {"alt": "Her card 4111 1111 1111 1111"})
    assert kept(desk).alt == "Her card [card ••••1111]"
    assert author.post(address + "remove/").status_code == 204
    with activate(desk.organization):
        assert not Attachment.objects.exists()
        assert not AttachmentChunk.objects.exists()
    assert author.post(address + "remove/").status_code == 404


def test_what_was_sent_is_not_taken_out(desk):
    conversation = desk.hear()
    attach(desk, conversation, samples.PDF)
    file = kept(desk)
    send(desk, conversation, file)
    assert desk.as_(desk.cast.agent).post(f"/inbox/c/{conversation.pk}/files/{file.pk}/remove/").status_code == 404


def test_the_provider_is_given_addresses_that_count_for_this_attempt(busy_desk, far_end):
    from django.test import Client

    conversation = busy_desk.hear()
    attach(busy_desk, conversation, samples.jpeg_with_place())
    send(busy_desk, conversation, kept(busy_desk), body="Here")
    assert delivery.deliver_line(busy_desk.line.pk) == 1
    [handed_over] = far_end.ledger
    [address] = handed_over.media_urls
    assert MediaLink.objects.get().attempt == 1
    fetched = Client().get(address[address.index("/media/") :])
    assert fetched.status_code == 200
    assert fetched.content.startswith(b"\xff\xd8")
    with activate(busy_desk.organization):
        stages = Decision.objects.filter(attachments=[str(kept(busy_desk).pk)]).values_list("stage", flat=True)
        assert set(stages) == {"queue", "hand_over"}
        Message.objects.filter(direction="out").update(status="delivered")
    assert Client().get(address[address.index("/media/") :]).status_code == 404


@pytest.mark.parametrize(
    ("number", "room"),
    [("+12125550110", allowance.ORDINARY), ("+18335550110", allowance.TOLL_FREE), ("+442079460018", 0)],
)
def test_what_a_text_carries_depends_on_the_number(desk, number, room):
    with activate(desk.organization):
        Line.objects.filter(pk=desk.line.pk).update(number=number)
        found = allowance.allowance_for(Line.objects.get(pk=desk.line.pk))
    assert found.room == max(0, room - allowance.ENVELOPE)
    assert bool(found.why_not) is (room == 0)


def test_a_line_without_mms_says_so_and_takes_no_file(desk, monkeypatch):
    from dataclasses import replace

    from tests.texting.conftest import ScriptedProvider

    monkeypatch.setattr(ScriptedProvider, "capabilities", replace(ScriptedProvider.capabilities, mms=False))
    conversation = desk.hear()
    page = desk.as_(desk.cast.agent).get(f"/inbox/c/{conversation.pk}/").content.decode()
    assert "carries no pictures" in page
    assert "carries no pictures" in attach(desk, conversation, samples.PDF).content.decode()
