"""Keywords: which words may be one, what their advertisement must say, and what a customer's text does."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from compliance.ledger import consent
from compliance.models import AdvertisementImage, ConsentEvent, Keyword, OptIn
from compliance.opt_in import opt_in_keywords
from compliance.opt_in.programs import CannotChange
from tenancy.isolation import activate
from tests.compliance.opt_ins import leave, make_keyword, make_program, stranger, texts_to
from tests.texting.attachments.samples import png_with_place
from tests.texting.desk import FIRST, desk
from texting import receiving
from texting.models import Brand, Message
from texting.providers.base import Inbound

__all__ = ["desk"]

QUESTION, CONFIRMED = "opt_in_question", "opt_in_answer"


@pytest.fixture
def join(desk) -> Keyword:
    with activate(desk.organization):
        return make_keyword(desk.line, make_program(desk.cast.admin))


NO_KEYWORDS = (
    *("STOP", "stopp", "SHOP", "Arrêt", "BAJA", "cancel", "help", "INFO", "AIDE", "START", "YES", "sí", "oui", "no"),
    *("JO", "12345", "thanks", "hello", "STOOP", "unsubscribed", "END", "🎉🎉🎉"),
)


@pytest.mark.parametrize("word", [*NO_KEYWORDS, "", "  ", "X" * 21, "JOIN NOW", "J0\x00IN!"])
def test_a_word_that_means_something_else_or_nothing_is_no_keyword(word):
    with pytest.raises(CannotChange):
        opt_in_keywords.fit(word)


@pytest.mark.parametrize(
    ("word", "known"), [("JOIN", "join"), (" join ", "join"), ("Été", "ete"), ("VIP2026", "vip2026")]
)
def test_a_word_is_kept_as_texts_are_compared(word, known):
    assert opt_in_keywords.fit(word) == known


def test_a_line_has_a_word_once_and_two_lines_may_share_it(desk, join):
    with activate(desk.organization):
        with pytest.raises(CannotChange, match="that keyword already"):
            make_keyword(desk.line, join.program, "Join")
        make_keyword(desk.billing_line, join.program, "JOIN")
        make_keyword(desk.line, join.program, "DEALS")
        assert Keyword.objects.count() == 3


def test_nobody_opts_in_on_a_line_to_what_it_may_not_send(desk, join):
    with activate(desk.organization):
        other_team = make_program(desk.cast.admin, name="Bills", team=desk.cast.billing)
        brand = Brand.objects.create(name="Harbor Billing", tier="low")
        other_brand = make_program(desk.cast.admin, name="Club", brand=brand)
        for program, words in ((other_team, "another team"), (other_brand, "another brand")):
            with pytest.raises(CannotChange, match=words):
                make_keyword(desk.line, program, "LATER")
            with pytest.raises(CannotChange, match=words):
                opt_in_keywords.change(
                    member=desk.cast.admin, keyword=join, wish=opt_in_keywords.Wish(program, join.advertisement.text)
                )
        make_keyword(desk.billing_line, other_team, "BILLS")
        assert Keyword.objects.get(line=desk.line).program == join.program


@pytest.mark.parametrize("lacking", ["Msg & data rates may apply.", "STOP", "JOIN", "Not a condition of purchase."])
def test_an_advertisement_that_lacks_something_is_not_published(desk, join, lacking):
    text = join.advertisement.text
    with activate(desk.organization), pytest.raises(CannotChange, match="must also say"):
        opt_in_keywords.change(
            member=desk.cast.admin,
            keyword=join,
            wish=opt_in_keywords.Wish(join.program, text.replace(lacking, "")),
        )


@pytest.mark.parametrize("body", ["JOIN", "join", " Join! ", "Join please", "“JOIN”", "JOIN\nJOIN"])
def test_a_keyword_opts_in_with_its_advertisement_as_proof(desk, join, body):
    conversation = desk.hear(body)
    with activate(desk.organization):
        [opted] = OptIn.objects.all()
        given = opted.given
        assert (given.kind, given.act, given.source, given.matched) == ("written", "keyword", "keyword", "join")
        assert given.disclosure_id == join.advertisement_id
        assert texts_to(conversation.contact) == [CONFIRMED]
        assert opted.confirmation_id == Message.objects.get(direction="out").pk


@pytest.mark.parametrize(
    "body", ["JOINT", "JION", "JOIN us on Friday?", "Loved “JOIN”", "J O I N us", "", "JOIN" * 400]
)
def test_other_texts_opt_nobody_in_and_get_no_answer(desk, join, body):
    conversation = desk.hear(body)
    with activate(desk.organization):
        assert not OptIn.objects.exists()
        assert texts_to(conversation.contact) == []


def test_a_word_of_another_line_a_switched_off_one_or_program_is_an_ordinary_text(desk, join):
    desk.hear("JOIN", line=desk.billing_line)
    with activate(desk.organization):
        opt_in_keywords.switch(member=desk.cast.admin, keyword=join, on=False)
    desk.hear("JOIN")
    with activate(desk.organization):
        opt_in_keywords.switch(member=desk.cast.admin, keyword=join, on=True)
        type(join.program).objects.update(is_active=False)
    desk.hear("JOIN")
    with activate(desk.organization):
        assert not OptIn.objects.exists()


def test_double_opt_in_asks_first_and_a_yes_is_the_permission(desk):
    with activate(desk.organization):
        keyword = make_keyword(desk.line, make_program(desk.cast.admin, double_opt_in=True), language="es")
    conversation = desk.hear("JOIN")
    with activate(desk.organization):
        [opted] = OptIn.objects.all()
        assert (opted.state, texts_to(conversation.contact)) == ("asked", [QUESTION])
        assert "responda SI" in Message.objects.get(pk=opted.question_id).body
        leave(opted.question_id)
    desk.hear("JOIN")
    desk.hear("SI")
    with activate(desk.organization):
        opted.refresh_from_db()
        assert (opted.state, texts_to(conversation.contact)) == ("given", [QUESTION, CONFIRMED])
        assert opted.given.disclosure_id == keyword.advertisement_id
        assert "se ha suscrito" in Message.objects.get(pk=opted.confirmation_id).body


@pytest.mark.parametrize("double", [False, True])
def test_a_keyword_lifts_an_opt_out_that_is_older(desk, double):
    with activate(desk.organization):
        make_keyword(desk.line, make_program(desk.cast.admin, double_opt_in=double))
    desk.hear("STOP")
    desk.hear("JOIN")
    with activate(desk.organization):
        contact = stranger(FIRST)
        assert consent.state_of(contact).suppressed_since is None
        assert bool(consent.state_of(contact).permits("marketing")) is not double
        assert texts_to(contact)[-1] == (QUESTION if double else CONFIRMED)


def test_texts_of_one_batch_and_late_ones_count_in_the_order_they_were_written(desk, join):
    def text(body, which, minutes_ago=0):
        at = timezone.now() - timedelta(minutes=minutes_ago)
        return Inbound(f"b{which}", FIRST, desk.line.number, body, f"b{which}", sent_at=at)

    with activate(desk.organization):
        receiving.receive_all(desk.line, [text("JOIN", 1), text("STOP", 2)])
        assert consent.state_of(stranger(FIRST)).suppressed_since is not None
        receiving.receive(desk.line, text("JOIN", 3, minutes_ago=9))
        assert consent.state_of(stranger(FIRST)).suppressed_since is not None, "it was written before the STOP"
        receiving.receive_all(desk.line, [text("STOP", 4), text("JOIN", 5)])
        assert consent.state_of(stranger(FIRST)).permits("marketing")


def test_it_is_made_and_changed_on_its_page_with_a_picture_drawn_anew(desk):
    admin = desk.as_(desk.cast.admin)
    with activate(desk.organization):
        program = make_program(desk.cast.admin)
    data = {"line": desk.line.pk, "word": "join", "program": program.pk, "language": "en", "advertisement": ""}
    proposed = admin.post(reverse("new_keyword"), data).content.decode()
    assert "Text JOIN to" in proposed
    with activate(desk.organization):
        assert not Keyword.objects.exists(), "it is read before it is published"
        text = make_keyword(desk.billing_line, program).advertisement.text
    picture = SimpleUploadedFile("ad.png", png_with_place(), "image/png")
    data |= {"advertisement": text, "image": picture}
    assert admin.post(reverse("new_keyword"), data).status_code == 302
    with activate(desk.organization):
        made = Keyword.objects.get(line=desk.line)
        image = AdvertisementImage.objects.get()
        assert b"GPS" not in bytes(image.content)
    shown = admin.get(reverse("keyword_image", args=[made.pk]))
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/png")
    desk.hear("JOIN")
    with activate(desk.organization):
        event = ConsentEvent.objects.get(act="keyword")
        assert bytes(image.digest).hex() in event.circumstances
    bad = SimpleUploadedFile("ad.png", b"<script>", "image/png")
    assert admin.post(reverse("keyword", args=[made.pk]), data | {"image": bad}).status_code == 422
    outsider = desk.as_(desk.cast.outsider)
    assert outsider.get(reverse("keyword", args=[made.pk])).status_code == 404
    assert outsider.get(reverse("keyword_image", args=[made.pk])).status_code == 404
