"""A customer opts in on a form: what is taken, what is refused and leaves nothing behind, what nobody can find out."""

import hashlib
import json
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client

from compliance.ledger import consent
from compliance.ledger.consent import Evidence
from compliance.models import ConsentEvent, Disclosure, FormCount, FormVersion, OptIn, Program
from compliance.opt_in import opting_in
from compliance.opt_in_forms import publishing
from tenancy.isolation import activate
from tests.cast import signed_in
from tests.compliance.published_forms import NEW, Visitor, address_of, change, later, make_form, make_program
from tests.kept import kept_upon
from tests.texting.desk import FIRST, desk
from texting.limits import changing
from texting.models import Contact, Message
from texting.purposes import Purpose

__all__ = ["desk"]


@kept_upon("desk")
def program(desk):
    return make_program(desk)


@pytest.fixture
def form(desk, program):
    return make_form(desk, program)


@pytest.fixture
def visitor(form):
    one = Visitor(form)
    one.opens()
    return one


def stored(desk):
    """How much there is of everything that a form could leave behind."""
    with activate(desk.organization):
        return [model.objects.count() for model in (Contact, ConsentEvent, OptIn, Message)]


def opt_ins(desk):
    with activate(desk.organization):
        return list(OptIn.objects.select_related("asked__disclosure", "given__disclosure", "contact"))


def counted(desk):
    with activate(desk.organization):
        return {row.step: row.count for row in FormCount.objects.all()}


def texts(desk, purpose):
    with activate(desk.organization):
        return list(Message.objects.filter(purpose=purpose))


# --- Taken ---


def test_a_tick_is_asked_for_a_yes_and_the_yes_is_the_permission(desk, form, program, visitor):
    thanks = visitor.sends(NEW, program)
    assert (thanks.status_code, thanks["Location"]) == (303, f"{address_of(form)}thanks/?lang=en")
    [waiting] = opt_ins(desk)
    assert (waiting.state, waiting.form_id, waiting.source) == ("asked", form.pk, "form")
    [question] = texts(desk, Purpose.OPT_IN_QUESTION)
    assert "reply YES to get recurring automated marketing Offers texts" in question.body
    with activate(desk.organization):
        assert not consent.state_of(waiting.contact).permitted, "a tick alone permits nothing"
        yes = Evidence(source=ConsentEvent.Source.REQUEST)
        given = opting_in.say_yes(waiting, evidence=yes, say=lambda *_: None).given
        assert consent.state_of(waiting.contact).permits("marketing") == given
        assert "I agree to receive recurring automated marketing" in given.disclosure.text
    assert counted(desk) == {"viewed": 1, "begun": 1, "submitted": 1, "confirmed": 1}


def test_without_a_yes_the_tick_is_the_permission_and_is_confirmed(desk, program):
    form = make_form(desk, program, asks_yes=False)
    visitor = Visitor(form)
    visitor.opens()
    visitor.sends(NEW, program)
    [taken] = opt_ins(desk)
    assert (taken.state, taken.given.kind, taken.given.act, taken.given.quality) == (
        "given",
        "written",
        "ticked",
        "complete",
    )
    assert len(texts(desk, Purpose.OPT_IN_ANSWER)) == 1
    assert counted(desk) == {"viewed": 1, "begun": 1, "submitted": 1, "confirmed": 1}


def test_what_was_shown_where_from_and_to_whom_is_kept_sealed_and_the_wording_to_the_letter(desk, form, program):
    change(desk, form, asks_name=True)
    visitor = Visitor(form, address="198.51.100.7")
    page = visitor.opens(referer="https://shop.example/footer?customer=Ann")
    visitor.sends(NEW, program, name=" Ann   Archer ")
    [waiting] = opt_ins(desk)
    with activate(desk.organization):
        version = FormVersion.objects.get(number=2)
        kept = json.loads(waiting.asked.circumstances)
        disclosure = waiting.asked.disclosure
        assert bytes(disclosure.digest) == hashlib.sha256(disclosure.text.encode()).digest()
        assert waiting.contact.name == "Ann Archer"
    assert len(kept.pop("visit")) == 16
    assert kept == {
        "time_zone": "America/New_York",
        "time_zone_source": "number",
        "url": f"{settings.PUBLIC_BASE_URL}{address_of(form)}",
        "form_version": f"{form.pk}/2",
        "page_digest": version.digests["en"],
        "ip": "198.51.100.7",
        "browser": "Mozilla/5.0 (iPhone) Safari/604.1",
        "referrer": "https://shop.example/footer",
        "name": "Ann Archer",
    }
    assert (waiting.asked.language, waiting.asked.happened_at is not None) == ("en", True)
    before, after = version.pages["en"].split("<!--fields-->")
    assert before in page.content.decode(), "what is served is what was kept"
    assert after in page.content.decode()


def test_the_entries_of_one_visit_share_an_id_that_outlives_a_mistake_and_no_other_visit_has(desk, program):
    reminders = make_program(desk, "Reminders", "informational", category="appointment")
    form = make_form(desk, program, reminders)
    for number in (NEW, FIRST):
        visitor = Visitor(form)
        visitor.opens()
        visitor.sends("12", program)
        visitor.sends(number, program, reminders)
    with activate(desk.organization):
        visits = [json.loads(entry.circumstances)["visit"] for entry in ConsentEvent.objects.order_by("recorded_at")]
    assert visits[0] == visits[1] != visits[2] == visits[3]


def test_each_box_is_one_program_and_only_what_was_ticked_is_asked_for(desk, program):
    reminders = make_program(desk, "Reminders", "informational", category="appointment")
    form = make_form(desk, program, reminders)
    visitor = Visitor(form)
    page = visitor.opens().content.decode()
    assert page.count('type="checkbox"') == 2
    assert " checked" not in page
    assert " required" not in page
    visitor.sends(NEW, reminders)
    assert [one.program_id for one in opt_ins(desk)] == [reminders.pk]


def test_sent_twice_it_is_taken_once(desk, program, visitor):
    for _ in range(2):
        assert visitor.sends(NEW, program).status_code == 303
    assert len(opt_ins(desk)) == 1
    assert len(texts(desk, Purpose.OPT_IN_QUESTION)) == 1


def test_a_number_that_is_given_again_and_again_gets_no_more_texts_and_nobody_is_told(desk, program):
    form = make_form(desk, program, asks_yes=False, name="Other")
    places = [Visitor(form, address=f"203.0.113.{last}") for last in range(1, 6)]
    answers = []
    for visitor in places:
        visitor.opens()
        answers.append(visitor.sends("+12125550197", program).status_code)
    assert set(answers) == {303}
    assert len(opt_ins(desk)) == 3


def test_in_spanish_the_page_its_errors_and_the_evidence_are_spanish(desk, program):
    form = make_form(desk, program, languages=("en", "es", "fr"))
    visitor = Visitor(form, lang="es")
    page = visitor.opens().content.decode()
    assert '<html lang="es"' in page
    assert "Acepto recibir mensajes de texto" in page
    assert "Marque al menos una casilla" in visitor.sends(NEW).content.decode()
    visitor.sends(NEW, program)
    [waiting] = opt_ins(desk)
    assert waiting.asked.language == "es"
    with activate(desk.organization):
        assert waiting.asked.disclosure.text.startswith("Acepto")


@pytest.mark.parametrize(
    ("header", "lang"), [("fr-CA,fr;q=0.9,en;q=0.5", "fr"), ("de", "en"), ("", "en"), ("es", "es")]
)
def test_the_page_speaks_the_browsers_language_if_it_can(desk, program, header, lang):
    form = make_form(desk, program, languages=("en", "es", "fr"))
    page = Client().get(address_of(form), headers={"accept-language": header}).content.decode()
    assert f'<html lang="{lang}"' in page


# --- Refused, and nothing stored ---


def test_without_a_tick_nothing_is_taken_and_what_was_typed_is_still_there(desk, program, visitor):
    before = stored(desk)
    answer = visitor.sends("(212) 555-0199")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Tick at least one box. Nothing was stored" in page
    assert 'value="(212) 555-0199"' in page
    assert stored(desk) == before
    assert counted(desk) == {"viewed": 1, "begun": 1, "refused": 1}


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("", "Enter your mobile number."),
        ("   ", "Enter your mobile number."),
        ("12", "not a complete mobile number"),
        ("1" * 5_000, "not a complete mobile number"),
        ("call me", "not a complete mobile number"),
        ("\x00+12125550199", "not a complete mobile number"),
        ("+19005550199", "not a complete mobile number"),
        ("+4915123456789", "Numbers of this country cannot sign up here."),
    ],
)
def test_a_number_that_cannot_be_texted_is_refused_with_what_to_do(desk, program, visitor, number, words):
    before = stored(desk)
    answer = visitor.sends(number, program)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in page
    assert f'value="{program.pk}" checked' in page, "the tick is kept"
    assert stored(desk) == before


def test_a_country_that_is_texted_may_sign_up(desk, program, visitor):
    with activate(desk.organization):
        changing.add_country(member=desk.cast.owner, region="DE")
    assert visitor.sends("+4915123456789", program).status_code == 303
    assert len(opt_ins(desk)) == 1


def test_a_box_that_is_not_on_the_form_is_no_tick(desk, program, visitor):
    other = make_program(desk, "Elsewhere")
    before = stored(desk)
    for agreed in ([other.pk], ["x"], [program.pk, other.pk], [f"{program.pk}' OR 1=1"]):
        assert visitor.sends(NEW, agree=[str(one) for one in agreed]).status_code == 422
    assert stored(desk) == before


def test_a_wording_that_changed_meanwhile_is_shown_and_asked_again(desk, form, program, visitor):
    with activate(desk.organization):
        wording = Disclosure.objects.get().text.replace("Up to 4", "Up to 9")
    change(desk, form, wordings={program.pk: {"en": wording}})
    before = stored(desk)
    answer = visitor.sends(NEW, program)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "The wording has changed" in page
    assert "Up to 9 msgs/month" in page
    assert f'value="{NEW}"' in page
    assert " checked" not in page
    assert stored(desk) == before


@pytest.mark.parametrize("shown", ["", "x", "x" * 10_000, "eyJ4Ijox:1a:b", "\ud83d"])
def test_only_an_answer_to_a_page_of_ours_is_taken(desk, program, visitor, shown):
    visitor.shown = shown.encode("utf-8", "replace").decode()
    before = stored(desk)
    answer = visitor.sends(NEW, program)
    assert answer.status_code == 422
    assert "open for too long" in answer.content.decode()
    assert stored(desk) == before


def test_the_token_of_another_form_opens_nothing(desk, program, visitor):
    other = Visitor(make_form(desk, program, name="Other"))
    other.opens()
    other.shown = visitor.shown
    assert other.sends(NEW, program).status_code == 422
    assert opt_ins(desk) == []


def test_a_page_of_yesterday_is_shown_again(desk, program, visitor):
    with later(timedelta(hours=25).total_seconds()):
        answer = visitor.sends(NEW, program)
    assert answer.status_code == 422
    assert opt_ins(desk) == []


def test_nobody_reads_in_a_second(desk, program, visitor):
    data = {"number": NEW, "agree": [str(program.pk)], "shown": visitor.shown}
    answer = visitor.client.post(visitor.address, data)
    assert answer.status_code == 422
    assert "That was very quick" in answer.content.decode()
    assert opt_ins(desk) == []


def test_whoever_fills_in_what_nobody_sees_is_thanked_and_not_taken(desk, program, visitor):
    before = stored(desk)
    assert visitor.sends(NEW, program, website="https://spam.example").status_code == 303
    assert stored(desk) == before
    assert counted(desk)["refused"] == 1


def test_one_network_can_send_only_so_much(desk, program, visitor):
    answers = [visitor.sends("12", program) for _ in range(16)]
    assert [answer.status_code for answer in answers][-2:] == [422, 429]
    assert int(answers[-1]["Retry-After"]) > 0
    assert 'value="12"' in answers[-1].content.decode()
    elsewhere = Visitor(make_form(desk, program, name="Other"), address="198.51.100.8")
    elsewhere.opens()
    assert elsewhere.sends(NEW, program).status_code == 303


def test_huge_and_wrongly_encoded_bodies_take_nothing(desk, program, visitor):
    before = stored(desk)
    huge = visitor.sends("1" * 3_000_000, program)
    assert huge.status_code in {400, 413, 422}
    kind = "application/x-www-form-urlencoded"
    for body in (b"\xff\xfe\x00number=%ff", b"number=%C3%28&agree=%E2", b"&" * 5_000, b'{"number": 1}'):
        assert visitor.client.post(visitor.address, body, content_type=kind).status_code in {400, 422}
    assert stored(desk) == before


def test_a_name_as_long_as_a_letter_is_refused(desk, program):
    form = make_form(desk, program, asks_name=True)
    visitor = Visitor(form)
    visitor.opens()
    answer = visitor.sends(NEW, program, name="x" * 100)
    assert answer.status_code == 422
    assert "This name is too long" in answer.content.decode()


# --- What nobody can find out ---


def test_new_known_and_opted_out_numbers_are_answered_alike_and_an_opt_out_holds(desk, form, program):
    desk.hear("Hello", number=FIRST)
    desk.hear("STOP", number="+12125550183")
    before = stored(desk)
    answers = []
    for last, number in enumerate((NEW, FIRST, "+12125550183")):
        visitor = Visitor(form, address=f"203.0.113.{last}")
        visitor.opens()
        answer = visitor.sends(number, program)
        answers.append((answer.status_code, answer["Location"], answer.content, sorted(answer.headers)))
        if number == FIRST:
            before = stored(desk)
    assert len(set(map(str, answers))) == 1
    assert stored(desk) == before, "nothing of the number that opted out was stored"
    thanks = visitor.client.get(answer["Location"]).content.decode()
    assert "If you opted out before, text START to +12125550110 first." in thanks


def test_a_number_that_opted_out_and_is_no_contact_any_more_is_not_made_one(desk, form, program):
    conversation = desk.hear("STOP", number="+12125550183")
    with activate(desk.organization):
        Contact.objects.filter(pk=conversation.contact_id).update(number_index=b"somebody-else-16")
    before = stored(desk)
    visitor = Visitor(form)
    visitor.opens()
    visitor.sends("+12125550183", program)
    assert stored(desk) == before


def test_a_known_name_is_not_changed_by_a_stranger(desk, program):
    form = make_form(desk, program, asks_name=True)
    desk.hear("Hello", number=FIRST, name="Grace Whitfield")
    visitor = Visitor(form)
    visitor.opens()
    visitor.sends(FIRST, program, name="Mallory")
    assert desk.contact(FIRST).name == "Grace Whitfield"


# --- The page itself ---


def test_the_page_sets_no_cookie_runs_no_script_and_asks_nobody_else(desk, form, visitor):
    page = visitor.opens()
    thanks = visitor.client.get(f"{visitor.address}thanks/")
    for answer in (page, thanks):
        assert not answer.cookies
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer["X-Frame-Options"] == "DENY"
        assert answer["Referrer-Policy"] == "no-referrer"
        assert answer["Cache-Control"] == "no-store"
        assert b"<script" not in answer.content
        assert b" style=" not in answer.content
    assert len(page.content) < 30_000


def test_only_listed_sites_may_frame_it(desk, program):
    form = make_form(desk, program, origins=("https://harbor.example", "https://www.harbor.example"))
    page = Client().get(address_of(form))
    framers = page["Content-Security-Policy"].split("frame-ancestors ")[1]
    assert framers == "https://harbor.example https://www.harbor.example"
    assert "X-Frame-Options" not in page


def test_a_member_who_is_signed_in_sees_what_everybody_sees(desk, form):
    page = signed_in(Client(), desk.cast.agent).get(address_of(form))
    assert page.status_code == 200
    assert b"Olga" not in page.content


def test_a_draft_and_an_unknown_address_look_the_same(desk, program):
    draft = make_form(desk, program, published=False)
    for address in (address_of(draft), "/forms/unknown/", f"/forms/{'x' * 500}/"):
        for path in (address, f"{address}thanks/", f"{address}colour.css"):
            assert Client().get(path).status_code == 404
        assert Client().post(address, {}).status_code == 404


def test_a_closed_form_says_so_takes_nobody_and_can_be_opened_again(desk, form, program, visitor):
    with activate(desk.organization):
        publishing.close(actor=desk.cast.owner, form=form)
    before = stored(desk)
    closed = visitor.sends(NEW, program)
    assert (closed.status_code, stored(desk)) == (410, before)
    assert b"This form is closed" in visitor.client.get(visitor.address).content
    with activate(desk.organization):
        publishing.reopen(actor=desk.cast.owner, form=form)
    assert visitor.sends(NEW, program).status_code == 303


def test_a_program_that_ended_closes_its_form(desk, form, program, visitor):
    with activate(desk.organization):
        Program.objects.update(is_active=False)
    assert visitor.sends(NEW, program).status_code == 410
    assert opt_ins(desk) == []


def test_views_of_one_network_are_counted_up_to_a_limit(desk, form):
    for _ in range(70):
        Client(REMOTE_ADDR="192.0.2.1").get(address_of(form))
    assert counted(desk)["viewed"] == 60
