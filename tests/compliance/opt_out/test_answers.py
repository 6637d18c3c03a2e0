"""What HELP, STOP and START are answered: the required contents, the language, and whether we answer at all."""

import re

import pytest
from django.urls import reverse

from compliance.models import AnswerSettings, ConsentEvent, Suppression
from compliance.opt_out import answers, changing_answers
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.texting.desk import desk
from texting import receiving
from texting.models import Message
from texting.providers import base
from texting.purposes import Purpose
from texting.segments import count

__all__ = ["desk"]

FULL = {
    "program": "Reminders",
    "phone": "+18005550188",
    "email": "help@harbor.example",
    "web": "",
    "most_a_month": 4,
}
STOP_WORD = {"en": "STOP", "es": "ALTO", "fr": "ARRET"}
RATES = {"en": "data rates", "es": "tarifas", "fr": "Frais"}


def set_up(desk, **values):
    with activate(desk.organization):
        changing_answers.change(member=desk.cast.owner, values={**FULL, **values})


def answered(desk, purpose):
    with activate(desk.organization):
        return [one.body for one in Message.objects.filter(purpose=purpose).order_by("id")]


@pytest.mark.parametrize("language", ["en", "es", "fr"])
def test_every_answer_holds_what_it_must(desk, language):
    with activate(desk.organization):
        settings = AnswerSettings(**FULL)
        helps = answers.help_text(desk.organization, language, settings)
        starts = answers.opted_in(desk.organization, language, settings)
        stops = answers.opted_out(desk.organization, language)
    for text in (helps, starts):
        assert text.startswith("Harbor Dental Reminders:")
        assert re.search(r"\b4\b", text), "how often"
        assert RATES[language] in text
        assert STOP_WORD[language] in text
    assert "(800) 555-0188" in helps
    assert "help@harbor.example" in helps
    assert stops.startswith("Harbor Dental:")
    for text in (helps, starts, stops):
        assert count(text).encoding == "GSM-7"


def test_without_settings_help_says_that_a_person_answers(desk):
    with activate(desk.organization):
        assert "a person will answer" in answers.help_text(desk.organization)
        assert "Message frequency varies" in answers.help_text(desk.organization)


@pytest.mark.parametrize(
    ("asked", "begins"),
    [("HELP", "help at"), ("info", "help at"), ("AYUDA", "ayuda en"), ("Aide svp", "aide au")],
)
@pytest.mark.parametrize("before", ["Hello", "STOP", "START", "how do I unsubscribe", "wrong number"])
def test_help_is_answered_in_its_language_whatever_the_state(desk, before, asked, begins):
    set_up(desk)
    desk.hear(before)
    desk.hear(asked)
    [text] = answered(desk, Purpose.HELP_ANSWER)
    assert begins in text


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("STOP", "unsubscribed"),
        ("ALTO", "ya no recibira"),
        ("Arrêt", "ne recevrez plus"),
        ("no me escriban más", "ya no"),
    ],
)
def test_an_opt_out_is_confirmed_once_in_its_language(desk, word, says):
    desk.hear(word)
    desk.hear(word)
    [text] = answered(desk, Purpose.OPT_OUT_ANSWER)
    assert says in text


TOLL_FREE = "+18005550110"


@pytest.mark.parametrize(
    "case",
    [
        ("STOP", None, False, "", 1),
        ("STOP", None, True, "", 0),
        ("STOP", None, False, "STOP", 0),
        ("STOP", TOLL_FREE, False, "", 0),
        ("unsubscribe", TOLL_FREE, False, "", 1),
        ("unsubscribe", None, True, "", 0),
        ("take me off your list", None, True, "", 1),
        ("take me off your list", TOLL_FREE, True, "", 1),
        ("ARRET", None, True, "", 1),
        ("HELP", None, True, "", 0),
        ("HELP", None, False, "", 1),
        ("HELP", None, False, "HELP", 0),
        ("HELP", TOLL_FREE, False, "", 1),
        ("AYUDA", None, True, "", 1),
        ("START", None, True, "", 0),
        ("START", TOLL_FREE, False, "", 0),
        ("START", None, False, "", 1),
        ("START", None, False, "START", 0),
        ("subscribe me", None, True, "", 1),
    ],
)
def test_a_keyword_is_answered_by_us_or_by_the_carrier_and_never_by_both(desk, case):
    word, number, flag, said_by_provider, ours = case
    desk.line.number = number or desk.line.number
    desk.line.carrier_answers_keywords = flag
    with activate(desk.organization):
        desk.line.save()
        inbound = base.Inbound("one", "+12125550181", desk.line.number, word, "one", opt_out_type=said_by_provider)
        receiving.receive(desk.line, inbound)
        assert Message.objects.filter(direction="out").count() == ours


def test_a_stop_that_only_the_carrier_heard_is_one_of_ours_too(desk):
    with activate(desk.organization):
        inbound = base.Inbound("one", "+12125550181", desk.line.number, "Pas la peine", "one", opt_out_type="STOP")
        receiving.receive(desk.line, inbound)
        assert Suppression.objects.count() == 1
        assert ConsentEvent.objects.latest("recorded_at").source == "carrier"
        assert not Message.objects.filter(direction="out").exists()


class TestThePage:
    def post(self, desk, member, **values):
        typed = {"program": "", "phone": "", "email": "", "web": "", "most_a_month": ""}
        return desk.as_(member).post(reverse("automatic_answers"), {**typed, **values})

    def test_an_owner_sets_them_and_sees_every_answer(self, desk):
        answer = self.post(desk, desk.cast.owner, phone="(800) 555-0188", email="help@harbor.example", most_a_month="4")
        assert answer.status_code == 302
        shown = desk.as_(desk.cast.owner).get(reverse("automatic_answers")).content.decode()
        for words in ("help at (800) 555-0188 or help@harbor.example", "Up to 4 msgs/month", "AYUDA", "ARRET"):
            assert words in shown
        with activate(desk.organization):
            assert AnswerSettings.objects.get().phone == "+18005550188"
            assert AuditEvent.objects.filter(event="answers:changed", actor_id=desk.cast.owner.pk).exists()

    @pytest.mark.parametrize(
        "wrong",
        [
            {"phone": "12"},
            {"email": "nobody"},
            {"web": "javascript:alert(1)"},
            {"most_a_month": "0"},
            {"most_a_month": "many"},
            {"program": "x" * 31},
            {"program": "Reply YES to confirm"},
        ],
    )
    def test_what_is_wrong_is_refused_and_nothing_is_stored(self, desk, wrong):
        assert self.post(desk, desk.cast.owner, **wrong).status_code == 422
        with activate(desk.organization):
            assert not AnswerSettings.objects.exists()

    def test_an_agent_may_not(self, desk):
        assert self.post(desk, desk.cast.agent, program="Spam").status_code == 403
        with activate(desk.organization):
            assert not AnswerSettings.objects.exists()

    def test_another_organization_has_its_own(self, desk):
        set_up(desk)
        with activate(desk.cast.other_organization):
            assert "a person will answer" in answers.help_text(desk.cast.other_organization)
