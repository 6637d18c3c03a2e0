"""Who gets the bytes of a picture or file, and that no browser runs them."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.sessions import SessionStore
from tenancy.audit import AuditKind
from tenancy.encryption import Undecryptable
from tenancy.encryption.shredding import destroy_keys
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.texting.attachments import samples
from tests.texting.attachments.keeping import keep_file
from tests.texting.desk import desk
from texting.attachments import links, storing
from texting.models import Attachment, AttachmentChunk, Message
from texting.statuses import MessageStatus
from texting.views import attachments

__all__ = ["desk"]
pytestmark = pytest.mark.usefixtures("far_end")


def a_file(desk, content: bytes, **more) -> Attachment:
    conversation = desk.hear("Look at this")
    with activate(desk.organization):
        return keep_file(Message.objects.filter(conversation=conversation).latest("created_at"), content, **more)


def opened(desk) -> int:
    with activate(desk.organization):
        return AuditEvent.objects.filter(event=AuditKind.ATTACHMENT_OPENED).count()


def test_a_picture_is_shown_inert_and_its_opening_is_audited(desk):
    file = a_file(desk, samples.jpeg_with_place())
    answer = desk.as_(desk.cast.agent).get(f"/inbox/attachments/{file.pk}/")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer["Cache-Control"] == "no-store, private"
    assert answer["Content-Disposition"].startswith("inline")
    assert answer.content.startswith(b"\xff\xd8")
    assert opened(desk) == 1


@pytest.mark.parametrize("content", [samples.PDF, samples.VCARD, samples.MP4])
def test_everything_else_is_only_saved(desk, content):
    file = a_file(desk, content, name='=cmd|"x".html')
    answer = desk.as_(desk.cast.agent).get(f"/inbox/attachments/{file.pk}/")
    assert answer["Content-Disposition"].startswith("attachment")
    assert not answer["Content-Disposition"].rstrip('"').endswith(".html")
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.content == content


def test_others_find_nothing(desk):
    file = a_file(desk, samples.jpeg_with_place())
    cast = desk.cast
    colleague = desk.as_(cast.second_agent)
    for part in ("", "thumbnail/"):
        address = f"/inbox/attachments/{file.pk}/{part}"
        assert desk.as_(cast.outsider).get(address).status_code == 404
        assert desk.as_(cast.auditor).get(address).status_code == 404, "pictures cannot be masked"
        assert Client().get(address).status_code == 302
        assert colleague.get(address).status_code == 200
    assert opened(desk) == 1


class TestAPictureIsClosedUntilSomebodyOpensIt:
    """A customer's picture may show a card or a result: reading the thread is not opening it."""

    @pytest.fixture
    def picture(self, desk) -> Attachment:
        return a_file(desk, samples.jpeg_with_place())

    def test_the_thread_shows_none_of_it(self, desk, picture):
        agent = desk.as_(desk.cast.agent)
        page = agent.get(f"/inbox/c/{picture.conversation_id}/").content.decode()
        assert "Show picture" in page
        assert "thumbnail" not in page
        assert agent.get(f"/inbox/attachments/{picture.pk}/thumbnail/").status_code == 404
        assert opened(desk) == 0

    def test_showing_it_is_opening_it(self, desk, picture):
        agent = desk.as_(desk.cast.agent)
        shown = agent.post(f"/inbox/attachments/{picture.pk}/show/").content.decode()
        assert f'src="/inbox/attachments/{picture.pk}/thumbnail/"' in shown
        assert agent.get(f"/inbox/attachments/{picture.pk}/thumbnail/").content.startswith(b"\xff\xd8")
        assert opened(desk) == 1
        page = agent.get(f"/inbox/c/{picture.conversation_id}/").content.decode()
        assert f'src="/inbox/attachments/{picture.pk}/thumbnail/"' in page, "it stays until the session ends"

    def test_who_opened_it_whole_sees_it_in_the_thread(self, desk, picture):
        agent = desk.as_(desk.cast.agent)
        agent.get(f"/inbox/attachments/{picture.pk}/")
        assert "Show picture" not in agent.get(f"/inbox/c/{picture.conversation_id}/").content.decode()

    def test_it_is_open_for_this_session_only(self, desk, picture):
        desk.as_(desk.cast.agent).post(f"/inbox/attachments/{picture.pk}/show/")
        for member in (desk.cast.second_agent, desk.cast.agent):
            other = desk.as_(member)
            assert other.get(f"/inbox/attachments/{picture.pk}/thumbnail/").status_code == 404

    def test_others_cannot_show_it(self, desk, picture):
        address = f"/inbox/attachments/{picture.pk}/show/"
        assert desk.as_(desk.cast.outsider).post(address).status_code == 404
        assert desk.as_(desk.cast.auditor).post(address).status_code == 404
        assert desk.as_(desk.cast.agent).get(address).status_code == 405
        document = a_file(desk, samples.PDF)
        assert desk.as_(desk.cast.agent).post(f"/inbox/attachments/{document.pk}/show/").status_code == 404
        assert opened(desk) == 0

    def test_a_session_remembers_the_latest(self, desk, picture, monkeypatch):
        monkeypatch.setattr(attachments, "REMEMBERED", 1)
        agent, other = desk.as_(desk.cast.agent), a_file(desk, samples.jpeg_with_place())
        for file in (picture, picture, other):
            assert agent.post(f"/inbox/attachments/{file.pk}/show/").status_code == 200
        assert opened(desk) == 3, "each time counts"
        assert agent.get(f"/inbox/attachments/{picture.pk}/thumbnail/").status_code == 404
        assert agent.get(f"/inbox/attachments/{other.pk}/thumbnail/").status_code == 200

    def test_one_opened_again_is_among_the_latest(self, desk, picture, monkeypatch):
        monkeypatch.setattr(attachments, "REMEMBERED", 2)
        agent = desk.as_(desk.cast.agent)
        second, third = (a_file(desk, samples.jpeg_with_place()) for _time in range(2))
        for file in (picture, second, picture, third):
            agent.post(f"/inbox/attachments/{file.pk}/show/")
        answers = [agent.get(f"/inbox/attachments/{one.pk}/thumbnail/").status_code for one in (picture, second, third)]
        assert answers == [200, 404, 200]

    def test_showing_it_writes_nothing_else_of_the_session(self, desk, picture, monkeypatch):
        """What another request took out of it meanwhile stays gone."""
        agent = desk.as_(desk.cast.agent)
        store = agent.session
        store["once"] = "a challenge"
        store.save()
        key, read = store.session_key, attachments.storing.read
        monkeypatch.setattr(attachments.storing, "read", lambda file: (SessionStore(key).take("once"), read(file))[1])
        assert agent.get(f"/inbox/attachments/{picture.pk}/").status_code == 200
        assert "once" not in SessionStore(key)
        assert SessionStore(key)[attachments.OPENED] == [str(picture.pk)]


def test_a_file_of_another_teams_line_is_not_there(desk):
    conversation = desk.hear("Look", line=desk.billing_line)
    with activate(desk.organization):
        file = keep_file(Message.objects.get(conversation=conversation), samples.PDF)
    assert desk.as_(desk.cast.agent).get(f"/inbox/attachments/{file.pk}/").status_code == 404


def test_an_unsent_file_is_its_authors_alone(desk):
    file = a_file(desk, samples.PDF, author=desk.cast.agent)
    assert desk.as_(desk.cast.agent).get(f"/inbox/attachments/{file.pk}/").status_code == 200
    assert desk.as_(desk.cast.second_agent).get(f"/inbox/attachments/{file.pk}/").status_code == 404


@pytest.mark.parametrize("change", [{"state": "waiting"}, {"state": "refused"}, {"verdict": "infected"}])
def test_what_is_not_here_or_infected_is_not_served(desk, change):
    file = a_file(desk, samples.jpeg_with_place())
    with activate(desk.organization):
        Attachment.objects.update(**change)
    client = desk.as_(desk.cast.agent)
    assert client.get(f"/inbox/attachments/{file.pk}/").status_code == 404
    assert client.get(f"/inbox/attachments/{file.pk}/thumbnail/").status_code == 404


def test_parts_that_were_moved_or_left_out_are_noticed(desk):
    content = samples.PDF + b"%" * (2 * storing.PART_BYTES)
    one, other = a_file(desk, content), a_file(desk, content)
    with activate(desk.organization):
        parts = AttachmentChunk.objects.filter(attachment=one).order_by("pk")
        assert len(parts) == 3
        assert storing.read(one) == content
        sealed = list(parts.values_list("content", flat=True))
        parts.filter(pk=parts[0].pk).update(content=sealed[1])
        with pytest.raises(Undecryptable):
            storing.read(one)
        AttachmentChunk.objects.filter(attachment=other).first().delete()
        with pytest.raises(Undecryptable):
            storing.read(other)


def test_nothing_is_left_to_open_when_the_contact_is_erased(desk):
    file = a_file(desk, samples.jpeg_with_place())
    with activate(desk.organization):
        destroy_keys("contact", str(file.contact_id), reason="erasure")
    client = desk.as_(desk.cast.agent)
    assert client.get(f"/inbox/attachments/{file.pk}/").status_code == 404
    page = client.get(f"/inbox/c/{file.conversation_id}/").content.decode()
    assert f"/inbox/attachments/{file.pk}/" not in page
    assert "Erased" in page


def test_the_thread_shows_pictures_and_says_what_is_with_a_file(desk):
    picture = a_file(desk, samples.jpeg_with_place())
    document = a_file(desk, samples.PDF, name="<b>scan</b>.pdf")
    page = desk.as_(desk.cast.agent).get(f"/inbox/c/{picture.conversation_id}/").content.decode()
    assert f'hx-post="/inbox/attachments/{picture.pk}/show/"' in page
    assert "&lt;b&gt;scan&lt;/b&gt;.pdf" in page
    assert "Not scanned for viruses" in page
    assert f'href="/inbox/attachments/{document.pk}/"' in page
    closed = desk.as_(desk.cast.auditor).get(f"/inbox/c/{picture.conversation_id}/").content.decode()
    assert "Hidden, because a picture or file can show who the customer is." in closed
    assert "thumbnail" not in closed
    assert "scan" not in closed.replace("scanned", "")


class TestWhatTheProviderFetches:
    """`/media/<token>`."""

    @staticmethod
    def link(desk, message_status: MessageStatus = MessageStatus.SENDING) -> tuple[Attachment, str]:
        file = a_file(desk, samples.jpeg_with_place())
        with activate(desk.organization):
            message = Message.objects.get()
            Message.objects.update(status=message_status)
            [address] = links.open_links(links.attachments_of([message]), {message.pk: 1})[message.pk]
        return file, address[address.index("/media/") :]

    def test_it_answers_get_and_head_alike(self, desk):
        file, address = self.link(desk)
        whole, head = Client().get(address), Client().head(address)
        assert (whole.status_code, head.status_code) == (200, 200)
        assert whole["Content-Type"] == head["Content-Type"] == file.content_type
        assert whole["Content-Length"] == head["Content-Length"] == str(len(whole.content))
        assert whole["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert head.content == b""

    def test_the_token_is_not_stored(self, desk):
        from texting.models import MediaLink

        _, address = self.link(desk)
        token = address.rpartition("/")[2]
        assert len(token) >= 22, "128 bits"
        assert token.encode() not in bytes(MediaLink.objects.get().token_hash)

    @pytest.mark.parametrize("status", [MessageStatus.DELIVERED, MessageStatus.FAILED, MessageStatus.CANCELED])
    def test_it_ends_with_the_text(self, desk, status):
        _, address = self.link(desk, status)
        assert Client().get(address).status_code == 404

    def test_it_ends_with_its_time(self, desk, monkeypatch):
        _, address = self.link(desk)
        later = timezone.now() + links.LIFETIME + timedelta(seconds=1)
        monkeypatch.setattr(links.timezone, "now", lambda: later)
        assert Client().get(address).status_code == 404

    def test_it_ends_with_the_next_attempt(self, desk):
        _, address = self.link(desk)
        with activate(desk.organization):
            message = Message.objects.get()
            [new] = links.open_links(links.attachments_of([message]), {message.pk: 2})[message.pk]
        assert Client().get(address).status_code == 404
        assert Client().get(new[new.index("/media/") :]).status_code == 200

    @pytest.mark.parametrize("token", ["x", "A" * 22, "%00", "é" * 22, "a" * 3000])
    def test_a_guess_finds_nothing(self, desk, token):
        self.link(desk)
        assert Client().get(f"/media/{token}").status_code == 404
