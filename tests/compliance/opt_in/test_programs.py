"""Settings > Opt-in: programs, what their texts must say, and what a STOP ends."""

import json

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from compliance.ledger import consent
from compliance.models import ConsentEvent, ConsentRules, OptIn, Program, ProgramText
from compliance.opt_in import opt_in_texts, opting_in, programs
from compliance.opt_in.opt_in_elements import Element, Kind, missing
from compliance.opt_in.reading_programs import subscribers_of
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.compliance.opt_ins import by_form, make_program, stranger
from tests.texting.desk import desk
from texting.models import Message

__all__ = ["desk"]

WISH = {"name": "Offers", "scope": "marketing", "frequency": "Up to 4 msgs/month"}


@pytest.fixture
def admin(desk):
    return desk.as_(desk.cast.admin)


def make(desk, **fields) -> Program:
    with activate(desk.organization):
        return make_program(desk.cast.admin, **fields)


def audited(desk, event) -> list[dict]:
    with activate(desk.organization):
        return [json.loads(row.details) for row in AuditEvent.objects.filter(event=event)]


@pytest.mark.parametrize("language", opt_in_texts.LANGUAGES)
@pytest.mark.parametrize("kind", list(Kind))
def test_our_wordings_say_everything(desk, kind, language):
    program = make(desk, name="Offers")
    text = opt_in_texts.ours(desk.organization, program, kind, language)
    assert programs.lacks(desk.organization, program, kind, text) == []


@pytest.mark.parametrize(
    ("cut", "element"),
    [
        ("Acme", Element.BRAND),
        ("Offers", Element.PROGRAM),
        ("Up to 4 msgs/month", Element.FREQUENCY),
        ("Msg & data rates may apply", Element.RATES),
        ("HELP", Element.HELP),
        ("STOP", Element.STOP),
        ("YES", Element.YES),
        ("condition", Element.CONDITION),
    ],
)
def test_the_check_names_what_is_missing(cut, element):
    whole = "Acme Offers: reply YES. Up to 4 msgs/month. Msg & data rates may apply. Not a condition. HELP, STOP."
    about = {"brand": "Acme", "program": "Offers", "frequency": "Up to 4 msgs/month", "marketing": True}
    assert missing(whole, kind=Kind.QUESTION, **about) == []
    assert element in missing(whole.replace(cut, ""), kind=Kind.QUESTION, **about)


@given(st.text(max_size=200), st.text(max_size=20))
def test_the_check_answers_any_text(text, name):
    assert isinstance(
        missing(text, kind=Kind.CONFIRMATION, brand=name, program=name, frequency="", marketing=False), list
    )


def test_a_program_is_made_changed_and_switched_off(desk, admin):
    assert admin.post(reverse("new_program"), WISH | {"double_opt_in": "on"}).status_code == 302
    with activate(desk.organization):
        program = Program.objects.get()
    assert program.double_opt_in
    assert "Offers" in admin.get(reverse("programs")).content.decode()
    changed = WISH | {"name": "Deals"}
    assert admin.post(reverse("change_program", args=[program.pk]), changed).status_code == 302
    assert admin.post(reverse("switch_program", args=[program.pk]), {}).status_code == 302
    with activate(desk.organization):
        program.refresh_from_db()
    assert (program.name, program.is_active, program.double_opt_in) == ("Deals", False, False)
    assert audited(desk, "program:made")
    [change] = audited(desk, "program:changed")
    assert (change["before"]["name"], change["after"]["name"]) == ("Offers", "Deals")
    assert audited(desk, "program:switched")[0]["on"] is False


@pytest.mark.parametrize(
    "wrong",
    [{"name": ""}, {"name": "x" * 41}, {"scope": "all"}, {"terms_url": "javascript:alert(1)"}, {"team": "nobody"}],
)
def test_what_is_wrong_makes_no_program(desk, admin, wrong):
    assert admin.post(reverse("new_program"), WISH | wrong).status_code == 422
    with activate(desk.organization):
        assert not Program.objects.exists()


def test_a_name_is_taken_once(desk, admin):
    make(desk, name="Offers")
    answer = admin.post(reverse("new_program"), WISH)
    assert answer.status_code == 422
    assert "Another program has this name" in answer.content.decode()


def test_what_people_agreed_to_stays_when_the_program_is_renamed(desk, admin):
    program = make(desk, name="Offers")
    with activate(desk.organization):
        contact, evidence = stranger(), by_form(program)
        opting_in.opt_in(contact=contact, line=desk.line, program=program, evidence=evidence)
        assert subscribers_of() == {program.pk: 1}
    assert admin.post(reverse("change_program", args=[program.pk]), WISH | {"name": "Deals"}).status_code == 302
    refused = admin.post(reverse("change_program", args=[program.pk]), WISH | {"scope": "informational"})
    assert refused.status_code == 422
    with activate(desk.organization):
        kept = ConsentEvent.objects.get(program=program)
        assert (kept.scopes, kept.disclosure.text) == (["marketing"], evidence.disclosure.text)
        consent.withdraw(contact, evidence=consent.Evidence(source=ConsentEvent.Source.AGENT))
        assert subscribers_of() == {}


def test_an_own_wording_is_sent_and_one_that_lacks_something_is_not_kept(desk, admin):
    program = make(desk, name="Offers", double_opt_in=True)
    address = reverse("program_words", args=[program.pk, "question", "es"])
    refused = admin.post(address, {"text": "Harbor Dental Offers: SI?"})
    assert refused.status_code == 422
    assert "message and data rates" in refused.content.decode()
    good = (
        "Harbor Dental: SI para Offers. Hasta 4 mensajes al mes. Pueden aplicarse tarifas. No es condicion de compra."
        " AYUDA, ALTO."
    )
    assert admin.post(address, {"text": good}).status_code == 302
    with activate(desk.organization):
        opted = opting_in.ask(
            contact=stranger(),
            line=desk.line,
            program=program,
            evidence=consent.Evidence(source=ConsentEvent.Source.AGENT, language="es"),
        )
        assert Message.objects.get(pk=opted.opt_in.question_id).body == good
        assert opted.opt_in.asked.disclosure.text == good, "the question is what a YES agrees to"
    assert admin.post(address, {"text": ""}).status_code == 302
    with activate(desk.organization):
        assert not ProgramText.objects.exists()
    assert len(audited(desk, "program:worded")) == 2


def test_while_it_is_typed_the_page_says_what_is_missing(desk, admin):
    program = make(desk, name="Offers")
    address = reverse("program_words", args=[program.pk, "confirmation", "en"])
    shown = admin.post(address, {"text": "Offers 😀"}, headers={"HX-Request": "true", "HX-Target": "checked"})
    assert "STOP to opt out" in shown.content.decode()
    assert "1 segment" in shown.content.decode()
    assert "<html" not in shown.content.decode()


def test_switching_a_program_off_ends_its_questions(desk):
    program = make(desk, double_opt_in=True)
    with activate(desk.organization):
        opted = opting_in.ask(contact=stranger(), line=desk.line, program=program, evidence=by_form(program))
        programs.switch(member=desk.cast.admin, program=program, on=False)
        opted.opt_in.refresh_from_db()
        assert opted.opt_in.state == OptIn.State.LAPSED


def test_what_a_stop_ends_is_changed_with_a_reason_only(desk, admin):
    address = reverse("consent_rules")
    assert admin.post(address, {"reason": ""}).status_code == 422
    assert admin.post(address, {"reason": "Two brands"}).status_code == 302
    with activate(desk.organization):
        assert ConsentRules.objects.get().revoke_all is False
        assert consent.revokes_all() is False
    assert audited(desk, "consent:rules_changed") == [{"revoke_all": False, "reason": "Two brands"}]


def test_outsiders_and_agents_find_nothing(desk, admin):
    program = make(desk)
    for member in (desk.cast.outsider, desk.cast.agent):
        assert desk.as_(member).get(reverse("program", args=[program.pk])).status_code in {403, 404}
        assert desk.as_(member).post(reverse("switch_program", args=[program.pk])).status_code in {403, 404}
    with activate(desk.organization):
        assert Program.objects.get().is_active
