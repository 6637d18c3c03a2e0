"""The register: what applies follows from answers, gaps lead to where they are closed, answers are kept."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import access_rules
from accounts.models import SessionProfile
from accounts.permissions import MissingPermission
from accounts.setting_up import progress
from compliance.measures import answering
from compliance.measures.answers import COUNTRIES, FACTS, INDUSTRIES, STATES, Answers
from compliance.measures.catalogue.table import MEASURES
from compliance.measures.controls import CONTROLS
from compliance.measures.evidence.kinds import kinds
from compliance.measures.profiles.rules import PROFILES
from compliance.models import MeasureAnswers, MeasureDuty
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.compliance.measures.answered import HOSPITAL, signed_measure
from tests.texting.desk import Desk, desk

__all__ = ["desk"]

PAGE = "/settings/measures/"
QUESTIONS = f"{PAGE}questions/"
TYPED = {
    "countries": ["US"],
    "states": ["TX"],
    "industry": "health",
    "facts": ["takes_cards", "covered_entity", "marketing"],
}


def page(desk: Desk, path: str = PAGE, member: object = None) -> str:
    answer = desk.as_(member or desk.cast.owner).get(path)
    assert answer.status_code == 200, path
    return str(answer.content.decode())


def test_the_table_names_only_evidence_controls_and_profiles_that_there_are():
    for measure in MEASURES.values():
        assert set(measure.evidence) <= set(kinds()), measure.key
        assert set(measure.controls) <= set(CONTROLS), measure.key
        assert measure.profile in {"", *PROFILES}, measure.key
        assert measure.duties, measure.key
        assert measure.source.startswith("https://"), measure.key
        for one in measure.when:
            assert set(one.countries) <= set(COUNTRIES), measure.key
            assert set(one.states) <= set(STATES), measure.key
            assert set(one.industries) <= set(INDUSTRIES), measure.key
            assert set(one.facts) <= set(FACTS), measure.key
    assert {key for measure in MEASURES.values() for key in measure.evidence} == set(kinds()), "each is used"
    assert {key for measure in MEASURES.values() for key in measure.controls} == set(CONTROLS)


def test_every_measure_can_apply_and_none_does_without_a_reason():
    everything = Answers(tuple(COUNTRIES), tuple(STATES), "finance", **dict.fromkeys(FACTS, True))
    health = Answers(tuple(COUNTRIES), tuple(STATES), "health", **dict.fromkeys(FACTS, True))
    assert set(answering.applying(everything)) | set(answering.applying(health)) == set(MEASURES)
    assert answering.applying(Answers()) == []


def test_a_hospital_in_texas_that_takes_cards_sees_what_applies_and_why():
    assert set(answering.applying(HOSPITAL)) == {
        *("tcpa", "state_tcpa", "tsr_dnc", "ctia", "hipaa", "state_health", "pci"),
    }
    assert MEASURES["pci"].because(HOSPITAL) == "Because you take payment cards."
    assert "people in Texas and your industry is Health care" in str(MEASURES["state_health"].because(HOSPITAL))
    assert "glba" not in answering.applying(HOSPITAL)


def test_the_questions_show_first_what_follows_and_then_it_counts(desk):
    assert "Answer the questions" in page(desk)
    admin = desk.as_(desk.cast.admin)
    looked = admin.post(QUESTIONS, {**TYPED, "act": "look"})
    assert looked.status_code == 200
    assert "7 measures would apply" in looked.content.decode()
    with activate(desk.organization):
        assert not MeasureAnswers.objects.exists()
        open_before = progress(desk.cast.owner).open
    assert admin.post(QUESTIONS, {**TYPED, "act": "save"}).status_code == 302
    shown = page(desk)
    for title in ("HIPAA Security Rule", "PCI DSS", "TCPA", "because", "Because"):
        assert title in shown or title == "because"
    with activate(desk.organization):
        assert MeasureDuty.objects.filter(applies=True).count() == 7
        assert AuditEvent.objects.filter(event="measures:answered", actor_id=desk.cast.admin.pk).count() == 1
        assert progress(desk.cast.owner).open == open_before - 1, "the step of the set-up list is done"


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"countries": ["XX"], "industry": "health"},
        {"countries": ["US"], "industry": "piracy"},
        {"countries": ["US"], "industry": "health", "states": ["ZZ"]},
        {"countries": ["US"], "industry": "health", "facts": ["to_json"]},
        {"countries": ["US" * 50_000], "industry": "\x00"},
    ],
)
def test_what_is_no_answer_changes_nothing(desk, typed):
    assert desk.as_(desk.cast.owner).post(QUESTIONS, {**typed, "act": "save"}).status_code == 422
    with activate(desk.organization):
        assert not MeasureAnswers.objects.exists()
        assert not MeasureDuty.objects.exists()


def test_other_answers_end_measures_and_lose_nothing(desk):
    owner = desk.cast.owner
    with activate(desk.organization):
        review = signed_measure(owner, "pci")
        MeasureDuty.objects.filter(measure="pci").update(owner=owner)
    with activate(desk.organization):
        told = answering.answer(actor=owner, answers=Answers(countries=("US", "EU")))
        assert told.came == ["GDPR and ePrivacy"]
        assert "PCI DSS" in told.went
        answering.answer(actor=owner, answers=Answers(countries=("US", "EU")))
        assert MeasureAnswers.objects.count() == 2, "the same again is nothing new"
        assert not MeasureDuty.objects.get(measure="pci").applies
    assert "What applied once" in page(desk)
    assert "No longer:" in page(desk, QUESTIONS)
    assert "By your answers it no longer applies" in page(desk, f"{PAGE}law/pci/")
    assert "Looked at it." in page(desk, f"{PAGE}law/pci/reviews/{review.pk}/")
    with activate(desk.organization):
        answering.answer(actor=owner, answers=HOSPITAL)
        duty = MeasureDuty.objects.get(measure="pci")
        assert (duty.applies, duty.owner_id, duty.due_on) == (True, owner.pk, review.next_on)


def test_a_gap_stands_on_top_until_it_is_closed(desk):
    with activate(desk.organization):
        answering.answer(actor=desk.cast.owner, answers=HOSPITAL)
    wanted = "Off: Sessions end after at most 15 minutes without use"
    before = page(desk)
    assert wanted in before
    assert 'href="/settings/session-limits/"' in before
    factors = re.search(r"(\d+) of (\d+), 100 % are wanted", before)
    assert factors, "people without a second factor are a gap, too"
    assert int(factors[1]) < int(factors[2])
    with activate(desk.organization):
        access_rules.set_limits(actor=desk.cast.owner, profile=SessionProfile.HIPAA)
    assert wanted not in page(desk)


def test_whoever_reads_sees_all_and_changes_nothing(desk):
    with activate(desk.organization):
        review = signed_measure(desk.cast.owner)
    auditor = desk.as_(desk.cast.auditor)
    for path in (PAGE, f"{PAGE}law/tcpa/", f"{PAGE}law/tcpa/reviews/{review.pk}/", f"{PAGE}evidence/second_factors/"):
        assert auditor.get(path).status_code == 200, path
    assert "Sign a review" not in auditor.get(f"{PAGE}law/tcpa/").content.decode()
    for path in (QUESTIONS, f"{PAGE}law/tcpa/sign/", f"{PAGE}law/tcpa/owner/", f"{PAGE}profiles/hipaa/"):
        assert auditor.post(path, TYPED).status_code == 403, path
    assert desk.as_(desk.cast.agent).get(PAGE).status_code == 403
    with activate(desk.organization), pytest.raises(MissingPermission):
        answering.answer(actor=desk.cast.auditor, answers=HOSPITAL)


def test_what_is_not_there_and_what_is_another_organizations_look_the_same(desk):
    with activate(desk.organization):
        review = signed_measure(desk.cast.owner)
    outsider = desk.as_(desk.cast.outsider)
    for path in ("law/tcpa/", f"law/tcpa/reviews/{review.pk}/", "law/nothing/", "evidence/nothing/", "profiles/none/"):
        assert outsider.get(f"{PAGE}{path}").status_code == 404, path
    assert desk.as_(desk.cast.owner).get(f"{PAGE}law/pci/reviews/{review.pk}/").status_code == 404, "another measure's"
    assert "Harbor" not in outsider.get(PAGE).content.decode()


def test_the_rows_behind_a_figure_are_a_page_and_a_file_without_customers(desk):
    desk.answer(desk.hear("Hello", name="Zuleika Quist"), "On its way")
    day = timezone.localdate() + timedelta(days=1)
    query = f"?since={day - timedelta(days=7)}&until={day}"
    for kind in kinds().values():
        page(desk, f"{PAGE}evidence/{kind.key}/{query}&show=all")
    shown = page(desk, f"{PAGE}evidence/second_factors/?show=all")
    assert "Ada Lindqvist" in shown
    assert "Oscar" not in shown
    answer = desk.as_(desk.cast.auditor).get(f"{PAGE}evidence/second_factors/csv/{query}")
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert lines[0].startswith("\ufeffas wanted,Member")
    assert len(lines) == 7
    text = page(desk, f"{PAGE}evidence/texts_judged/{query}&show=all")
    assert "Zuleika" not in text
    assert "2125550181" not in text
    assert desk.as_(desk.cast.owner).get(f"{PAGE}?since=2026-13-01&until=x").status_code == 422
    with activate(desk.organization):
        assert AuditEvent.objects.filter(event="evidence:exported").count() == 1


def test_the_page_asks_for_no_more_however_much_there_is_to_count(desk, django_assert_max_num_queries):
    with activate(desk.organization):
        answering.answer(actor=desk.cast.owner, answers=HOSPITAL)
    browser = desk.as_(desk.cast.owner)
    with django_assert_max_num_queries(90):
        assert browser.get(PAGE).status_code == 200
