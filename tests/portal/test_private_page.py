"""The customer's page: what a GET tells and consumes (nothing), what a right answer opens, what an answer leaves."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from django.utils import timezone

from compliance.models import Finding
from portal.models import SecureMessage, SecureReply, SecureVisit
from portal.secure import ending, settings
from portal.secure.sending import Check
from portal.secure.settings import Decided
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.portal.sent import SECRET, send_securely
from tests.texting.attachments.samples import GPS_NOTE, jpeg_with_place
from texting.attachments import storing
from texting.models import Attachment, Conversation, Message
from texting.purposes import Purpose

ANSWER = "My insurance number is ZX-778-quince."


class Customer:
    """A browser, with or without script."""

    def __init__(self, sent, *, script: bool = True, address: str = "203.0.113.9") -> None:
        self.sent, self.script = sent, script
        self.client = Client(REMOTE_ADDR=address, enforce_csrf_checks=True)
        self.path = f"/s/{sent.code}"

    def asks(self):
        return self.client.post(f"{self.path}/code")

    def answers(self, **answer):
        if self.script:
            answer["half"] = self.sent.fragment
        return self.client.post(f"{self.path}/open", answer)

    def opens(self):
        """Ask, answer, follow to the page."""
        assert self.asks().status_code == 303
        assert self.answers(code=self.sent.texted_code()).status_code == 303
        return self.reads()

    def reads(self):
        return self.client.get(f"{self.path}/message")

    def sends(self, body="", files=(), proof=None):
        page = self.reads().content.decode()
        found = re.search(r'name="proof" value="([0-9a-f]{64})"', page)
        data = {"body": body, "file": list(files), "proof": proof if proof is not None else found and found[1]}
        return self.client.post(f"{self.path}/answer", data)


@pytest.fixture
def customer(sent):
    return Customer(sent)


def traces(sent):
    """All that somebody could leave behind."""
    with activate(sent.desk.organization):
        row = SecureMessage.objects.get(pk=sent.secure_id)
        counts = [model.objects.count() for model in (Message, SecureVisit, SecureReply, AuditEvent)]
        return [row.views, row.wrong, row.codes_sent, row.first_opened_at, row.state, *counts]


def test_previews_and_scanners_see_a_company_and_a_button_and_consume_nothing(sent):
    before = traces(sent)
    for agent in ("WhatsApp/2.23", "facebookexternalhit/1.1", "Twitterbot/1.0", "Mozilla/5.0 Googlebot/2.1"):
        client = Client(headers={"user-agent": agent})
        for method in (client.get, client.head, client.options):
            for path in ("", "/message", "?step=code", "/code", "/open", "/answer", "/close"):
                answer = method(f"/s/{sent.code}{path}")
                assert SECRET not in answer.content.decode()
                assert not answer.cookies
    page = Client().get(f"/s/{sent.code}")
    assert page.status_code == 200
    assert "Harbor Dental" in page.content.decode()
    assert traces(sent) == before


def test_every_answer_keeps_to_itself(customer):
    answers = [customer.client.get(customer.path), customer.asks(), customer.answers(code="1"), customer.opens()]
    answers.append(customer.reads())
    for answer in answers:
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "http" not in policy
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "noindex" in answer["X-Robots-Tag"]
        assert "no-store" in answer["Cache-Control"]
    page = answers[-1].content.decode()
    assert not re.findall(r'(?:src|href|action)="(?:https?:)?//', page), "nothing of a third party"
    assert "<style" not in page
    assert " style=" not in page


@pytest.mark.parametrize("script", [True, False])
def test_the_code_opens_the_page_with_script_and_without(sent, script):
    page = Customer(sent, script=script).opens()
    assert page.status_code == 200
    assert SECRET in page.content.decode()


def test_the_cookie_belongs_to_this_message_and_lives_for_minutes(customer):
    customer.opens()
    [cookie] = customer.client.cookies.values()
    assert (cookie["path"], cookie["max-age"], cookie["samesite"]) == (customer.path, 900, "Strict")
    assert cookie["httponly"]
    with activate(customer.sent.desk.organization):
        visit = SecureVisit.objects.get()
        assert cookie.value.partition(".")[0].encode() not in bytes(visit.token)


def test_the_visit_ends_after_fifteen_minutes_and_by_closing(customer, time_machine):
    customer.opens()
    proof = re.search(r'name="proof" value="(\w+)"', customer.reads().content.decode())[1]
    cookie = customer.client.cookies["private_page"].value
    assert customer.client.post(f"{customer.path}/close", {"proof": "x"}).status_code == 303
    customer.client.cookies["private_page"] = cookie
    assert customer.reads().status_code == 200, "somebody else's page cannot close it"
    customer.client.post(f"{customer.path}/close", {"proof": proof})
    customer.client.cookies["private_page"] = cookie
    assert customer.reads().status_code == 303
    customer.opens()
    time_machine.move_to(timezone.now() + timedelta(minutes=15, seconds=1))
    assert customer.reads().status_code == 303


def test_one_visit_opens_no_other_message(desk):
    first, second = send_securely(desk), send_securely(desk, content="Another secret altogether")
    customer = Customer(first)
    customer.opens()
    cookie = customer.client.cookies["private_page"].value
    other = Client()
    other.cookies["private_page"] = cookie
    assert other.get(f"/s/{second.code}/message").status_code == 303
    other.cookies["private_page"] = cookie  # unlike a browser, the test's client sends it everywhere
    assert other.get(f"/s/{first.code}/message").status_code == 200


@pytest.mark.parametrize("cookie", ["", ".", "x", "x." + "a" * 22, "é.é", "." + "A" * 22, "a" * 5000])
def test_a_made_up_cookie_opens_nothing(sent, cookie):
    client = Client()
    client.cookies["private_page"] = cookie
    assert client.get(f"/s/{sent.code}/message").status_code == 303


@pytest.mark.parametrize("code", ["a" * 22, "a", "a" * 3000, "%00" * 22, "..", "é" * 22])
def test_what_is_no_link_of_ours_is_not_there(sent, code):
    for path in ("", "/message"):
        assert Client().get(f"/s/{code}{path}").status_code == 404
    for path in ("/code", "/open", "/answer", "/close"):
        assert Client().post(f"/s/{code}{path}").status_code == 404
    assert traces(sent)[:3] == [0, 0, 0]


def test_answers_that_cannot_be_one_cost_no_try(customer):
    customer.asks()
    for answer in ("", "12345", "1234567", "abcdef", "１２３４５６", "\x00" * 6, "9" * 10_000):
        assert customer.answers(code=answer).status_code == 422
    assert customer.sent.row.wrong == 0
    spaced = " ".join((customer.sent.texted_code()[:3], customer.sent.texted_code()[3:]))
    assert customer.answers(code=spaced).status_code == 303


def test_wrong_codes_say_so_and_at_last_the_page_is_locked(customer, monkeypatch):
    monkeypatch.setattr("portal.secure.answers.MOST_WRONG", {"code": 3})
    monkeypatch.setattr("portal.secure.opening.MOST_WRONG", {"code": 3})
    customer.asks()
    wrong = "000000" if customer.sent.texted_code() != "000000" else "000001"
    assert "not right" in customer.answers(code=wrong).content.decode()
    customer.answers(code=wrong)
    locked = customer.answers(code=wrong)
    assert locked.status_code == 410
    assert "locked" in locked.content.decode()
    assert customer.client.get(customer.path).status_code == 410


def test_a_birth_date_is_typed_in_three_fields(desk):
    sent = send_securely(desk, check=Check.BIRTH_DATE, fact="1980-05-17")
    customer = Customer(sent)
    page = customer.client.get(customer.path).content.decode()
    assert 'name="year"' in page
    assert "1980" not in page
    assert customer.answers(day="31", month="2", year="1980").status_code == 422
    assert sent.row.wrong == 0
    assert customer.answers(day="17", month="05", year="1980").status_code == 303
    assert SECRET in customer.reads().content.decode()


def test_a_postcode_is_compared_without_blanks_and_in_capitals(desk):
    sent = send_securely(desk, check=Check.POSTCODE, fact="SW1A1AA")
    assert Customer(sent).answers(postcode="sw1a 1aa").status_code == 303


def test_what_has_ended_is_gone_for_the_door_and_for_who_is_reading(customer):
    customer.opens()
    with activate(customer.sent.desk.organization):
        ending.revoke(member=customer.sent.desk.cast.agent, secure=customer.sent.row)
    assert customer.reads().status_code == 303
    page = customer.client.get(customer.path)
    assert page.status_code == 410
    assert SECRET not in page.content.decode()
    assert customer.asks().status_code == 410
    assert customer.answers(code="123456").status_code == 410


def test_codes_are_asked_for_at_a_pace(customer):
    answers = [customer.asks() for _ in range(5)]
    assert [answer.status_code for answer in answers][-1] == 429
    assert answers[-1]["Retry-After"]
    assert len(customer.sent.texted(Purpose.PRIVATE_CODE)) < 5


def test_without_the_kept_half_the_page_asks_for_script(desk):
    with activate(desk.organization):
        settings.change(actor=desk.cast.admin, decided=Decided(7, 5, works_without_script=False))
    sent = send_securely(desk)
    customer = Customer(sent, script=False)
    customer.asks()
    answer = customer.answers(code=sent.texted_code())
    assert answer.status_code == 422
    assert "JavaScript" in answer.content.decode()


def test_an_answer_stands_in_the_thread_as_a_sign_and_is_read_by_a_click(customer):
    desk = customer.sent.desk
    customer.opens()
    files = [SimpleUploadedFile("card.html", jpeg_with_place(), "text/html")]
    assert customer.sends(ANSWER, files).status_code == 303
    with activate(desk.organization):
        reply = SecureReply.objects.get()
        [attachment] = Attachment.objects.all()
        conversation = Conversation.objects.get(pk=reply.message.conversation_id)
        assert ANSWER not in repr([row.body for row in Message.objects.all()]) + str(conversation.preview)
        assert attachment.content_type == "image/jpeg"
        assert GPS_NOTE not in storing.read(attachment)
        assert conversation.unread > 0
    page = desk.as_(desk.cast.agent).get(f"/inbox/c/{conversation.pk}/")
    assert ANSWER not in page.content.decode()
    assert "Read it" in page.content.decode()
    answer = desk.as_(desk.cast.agent).get(f"/inbox/secure/replies/{reply.pk}/")
    assert ANSWER in answer.content.decode()
    with activate(desk.organization):
        assert AuditEvent.objects.filter(event="secure_reply:read", object_id=str(reply.pk)).count() == 1
    assert desk.as_(desk.cast.outsider).get(f"/inbox/secure/replies/{reply.pk}/").status_code == 404


def test_a_card_typed_on_the_page_is_masked_before_it_is_stored(customer):
    desk = customer.sent.desk
    customer.opens()
    assert customer.sends("Take it from 4111 1111 1111 1111 cvv 737. SSN 536-22-8761").status_code == 303
    with activate(desk.organization):
        body = SecureReply.objects.get().body
    assert body == "Take it from [card ••••1111] cvv [card security code]. SSN 536-22-8761"


def test_the_name_of_a_file_is_masked_like_a_text_and_what_it_held_is_noted(customer):
    desk = customer.sent.desk
    customer.opens()
    names = ["my_ssn_536-22-8761.jpg", "visa 4111 1111 1111 1111 " + "x" * 110 + ".jpg", "beach 2026-11-26 101112.jpg"]
    files = [SimpleUploadedFile(name, jpeg_with_place()) for name in names]
    assert customer.sends("", files).status_code == 303
    with activate(desk.organization):
        kept = [file.name for file in Attachment.objects.order_by("position")]
        noted = {(row.type, row.was_removed, row.direction, row.message_id) for row in Finding.objects.all()}
        message = SecureReply.objects.get().message_id
    assert kept[0] == "my_ssn_[social security number ••••8761].jpg"
    assert kept[2] == names[2]
    assert "4111" not in kept[1]
    assert len(kept[1]) <= 120
    assert noted == {("US_SSN", True, "in", message), ("PAYMENT_CARD", True, "in", message)}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("evil.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>"),
        ("page.jpg", b"<html><script>1</script></html>"),
        ("empty.png", b"\x89PNG\r\n\x1a\n"),
        ("program.pdf", b"MZ\x90\x00" + b"x" * 500),
    ],
)
def test_a_file_that_is_not_what_is_taken_leaves_nothing(customer, name, content):
    customer.opens()
    answer = customer.sends("See the file", [SimpleUploadedFile(name, content)])
    assert answer.status_code == 422
    assert "See the file" in answer.content.decode(), "what was written is not lost"
    with activate(customer.sent.desk.organization):
        assert not SecureReply.objects.exists()
        assert not Attachment.objects.exists()


def test_too_much_or_nothing_is_not_taken(customer):
    customer.opens()
    picture = jpeg_with_place()
    many = [SimpleUploadedFile(f"{n}.jpg", picture) for n in range(5)]
    for body, files in (("", ()), ("x" * 5_001, ()), ("see", many)):
        assert customer.sends(body, files).status_code == 422
    assert customer.sends(ANSWER, proof="0" * 64).status_code == 303
    assert Client().post(f"{customer.path}/answer", {"body": ANSWER}).status_code == 303
    with activate(customer.sent.desk.organization):
        assert not SecureReply.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_browsers_with_the_last_view_one_reads(busy_desk):
    sent = send_securely(busy_desk, check=Check.POSTCODE, fact="12345")
    with activate(busy_desk.organization):
        SecureMessage.objects.filter(pk=sent.secure_id).update(most_views=1)
    barrier = threading.Barrier(2)

    def opens(number: int) -> int:
        try:
            customer = Customer(sent, address=f"203.0.113.{number}")
            barrier.wait()
            return customer.answers(postcode="12345").status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        codes = sorted(pool.map(opens, (1, 2)))
    assert codes == [303, 410]
    assert sent.row.views == 1
