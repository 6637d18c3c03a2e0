"""Settings > Reviews: rates with a preview, rates of teams, scorecards in versions."""

import json
from dataclasses import replace
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.languages import written_in
from accounts.models import User
from compliance.models import DrawnConversation, ReviewSettings, Scorecard, ScorecardVersion, TeamSampling
from compliance.reviewing import scorecards
from compliance.reviewing.cannot_review import CannotReview
from compliance.reviewing.questions import Kind, Question, read
from compliance.reviewing.sampling import Reason
from tenancy.models import AuditEvent
from tests.compliance.review_checks.checked import look
from tests.compliance.reviewing.reviewed import in_organization
from tests.texting.desk import SECOND, desk

__all__ = ["desk"]


def typed(**changed):
    rates = {f"rate_{reason}": "0" for reason in Reason.values}
    return {"new_days": "30", "new_conversations": "20", "second_rate": "10", **rates, **changed}


def post(desk, name, data, *args, member=None):
    return desk.as_(member or desk.cast.admin).post(reverse(name, args=args), data)


def test_the_preview_says_what_would_have_been_drawn_and_keeps_nothing(desk):
    for number in ("+12125550181", SECOND):
        desk.resolve(desk.take(desk.hear(number=number)))
    look()
    page = post(desk, "review_settings", typed(rate_usual="100", act="preview"))
    assert page.context["preview"].drawn == 2
    assert "2 conversations this would have drawn 2" in " ".join(page.content.decode().split())
    assert post(desk, "review_settings", typed(act="preview")).context["preview"].drawn == 0
    with in_organization(desk):
        assert not ReviewSettings.objects.exists()
        assert not DrawnConversation.objects.exists()


def test_saved_rates_hold_and_stand_in_the_log(desk):
    assert post(desk, "review_settings", typed(is_on="on", rate_usual="2.5", is_blind="on")).status_code == 302
    with in_organization(desk):
        row = ReviewSettings.objects.get()
        assert (row.is_on, row.is_blind, row.rates["usual"], row.second_rate) == (True, True, 25, 100)
        assert row.on_since is not None
        event = AuditEvent.objects.get(event="review_rates:changed")
        assert json.loads(event.details)["changed"]["is_on"] == [False, True]
    assert post(desk, "review_settings", typed(is_on="on", rate_usual="2.5", is_blind="on")).status_code == 302
    with in_organization(desk):
        assert AuditEvent.objects.filter(event="review_rates:changed").count() == 1, "nothing changed"


@pytest.mark.parametrize("rate", ["", "-1", "100.1", "5.55", "much", "1e9", "NaN"])
def test_a_rate_that_is_none_is_refused_and_what_was_typed_stays(desk, rate):
    answer = post(desk, "review_settings", typed(is_on="on", rate_usual=rate, new_days="7"))
    assert answer.status_code == 422
    assert 'value="7"' in answer.content.decode()
    with in_organization(desk):
        assert not ReviewSettings.objects.exists()


def test_a_team_has_its_own_until_all_are_empty(desk):
    team = desk.cast.billing.pk
    assert post(desk, "team_sampling", {"rate_usual": "50"}, team).status_code == 302
    with in_organization(desk):
        assert TeamSampling.objects.get().rates == {"usual": 500}
    assert post(desk, "team_sampling", {"rate_usual": ""}, team).status_code == 302
    with in_organization(desk):
        assert not TeamSampling.objects.exists()
    assert post(desk, "team_sampling", {}, uuid4()).status_code == 404


def test_one_scorecard_is_there_from_the_beginning(desk):
    page = desk.as_(desk.cast.admin).get(reverse("scorecards")).content.decode()
    assert "Conversations by text" in page
    with in_organization(desk):
        scorecards.ensure_default()
        [card] = scorecards.active()
    assert [one.key for one in read(card.questions)][:4] == ["opt_in", "opening", "content", "gray"]


def test_it_is_read_in_each_readers_language_and_saving_it_there_changes_nothing(desk):
    User.objects.filter(pk=desk.cast.admin.user_id).update(language="es")
    page = desk.as_(desk.cast.admin).get(reverse("scorecards")).content.decode()
    assert "Conversaciones por mensaje" in page
    with in_organization(desk), written_in("es"):
        [card] = scorecards.active()
        asked = read(card.questions)
        assert "cliente" in asked[-1].text
        saved = {"member": desk.cast.admin, "card": card.scorecard, "purpose": "quality"}
        scorecards.save(name=card.scorecard.title, questions=asked, **saved)
        assert card.scorecard.versions.count() == 1
        scorecards.save(name="Mensajes", questions=[replace(asked[0], text="¿Aceptó?"), *asked[1:]], **saved)
    with in_organization(desk):
        [card] = scorecards.active()
        assert (card.number, card.scorecard.title) == (2, "Mensajes")
        assert [one.text for one in read(card.questions)][::4] == ["¿Aceptó?", "How well was the customer helped?"]


def rows(*questions, prefix="q"):
    data = {f"{prefix}-TOTAL_FORMS": str(len(questions)), f"{prefix}-INITIAL_FORMS": "0"}
    for place, one in enumerate(questions):
        data |= {f"{prefix}-{place}-{name}": value for name, value in one.items()}
    return data


def test_a_change_is_a_new_version_and_the_old_one_stays(desk):
    asked = {"text": "Polite?", "kind": "rating", "weight": "2", "required": "on"}
    made = {"name": "Tone", "purpose": "training"}
    assert post(desk, "new_scorecard", made | rows(asked)).status_code == 302
    with in_organization(desk):
        card = Scorecard.objects.get(name="Tone")
    assert post(desk, "scorecard", made | rows(asked | {"key": "q1"}), card.pk).status_code == 302
    changed = rows(asked | {"key": "q1", "text": "Was it polite?"}, {"text": "More?", "kind": "text"}, {"kind": "text"})
    assert post(desk, "scorecard", made | changed, card.pk).status_code == 302
    with in_organization(desk):
        versions = list(ScorecardVersion.objects.filter(scorecard=card).order_by("number"))
    assert [one.number for one in versions] == [1, 2], "what is the same is no new version"
    assert read(versions[0].questions) == (Question("q1", "Polite?", Kind.RATING, True, 2),)
    assert [(one.key, one.text) for one in read(versions[1].questions)] == [("q1", "Was it polite?"), ("q2", "More?")]


@pytest.mark.parametrize(
    ("places", "order"),
    [
        ("123", "abc"),
        ("223", "bac"),  # the first to the second place
        ("323", "bca"),  # to the end
        ("121", "cab"),  # the last to the first
        ("321", "cba"),
        (" 23", "bca"),
    ],
)
def test_questions_are_put_into_another_order_and_keep_their_keys(desk, places, order):
    made = {"name": "Tone", "purpose": "training"}
    asked = [{"text": one, "kind": "rating", "key": f"q{number}"} for number, one in enumerate("abc", 1)]
    post(desk, "new_scorecard", made | rows(*asked))
    with in_organization(desk):
        card = Scorecard.objects.get(name="Tone")
    placed = [one | {"place": place.strip()} for one, place in zip(asked, places, strict=True)]
    assert post(desk, "scorecard", made | rows(*placed), card.pk).status_code == 302
    with in_organization(desk):
        newest = ScorecardVersion.objects.filter(scorecard=card).order_by("-number").first()
    found = [(one.text, one.key) for one in read(newest.questions)]
    assert found == [(one, f"q{'abc'.index(one) + 1}") for one in order]


@pytest.mark.parametrize(
    ("made", "asked"),
    [
        ({"name": "", "purpose": "quality"}, {"text": "Polite?", "kind": "rating"}),
        ({"name": "Tone", "purpose": "spying"}, {"text": "Polite?", "kind": "rating"}),
        ({"name": "Tone", "purpose": "quality"}, {"text": "", "kind": "rating"}),
        ({"name": "Tone", "purpose": "quality"}, {"text": "Polite?", "kind": "rating", "critical": "on"}),
        ({"name": "Tone", "purpose": "quality"}, {"text": "Polite?", "kind": "guess"}),
        ({"name": "Tone", "purpose": "quality"}, {"text": "Polite?" * 40, "kind": "text"}),
        ({"name": "Tone", "purpose": "quality"}, {"text": "Polite?", "kind": "text", "weight": "11"}),
        ({"name": "Conversations by text", "purpose": "quality"}, {"text": "Polite?", "kind": "text"}),
    ],
)
def test_a_scorecard_that_is_none_is_refused(desk, made, asked):
    with in_organization(desk):
        scorecards.ensure_default()
    assert post(desk, "new_scorecard", made | rows(asked)).status_code == 422
    with in_organization(desk):
        assert Scorecard.objects.count() == 1


def test_the_last_one_in_use_cannot_be_retired(desk):
    with in_organization(desk):
        [version] = scorecards.active()
        with pytest.raises(CannotReview):
            scorecards.retire(member=desk.cast.admin, card=version.scorecard, retired=True)
        other = scorecards.save(
            member=desk.cast.admin, name="Tone", purpose="quality", questions=[Question("", "Kind?")]
        )
        scorecards.retire(member=desk.cast.admin, card=version.scorecard, retired=True)
        assert [one.scorecard_id for one in scorecards.active()] == [other.pk]
    assert post(desk, "retire_scorecard", {"on": "1"}, version.scorecard_id).status_code == 302
    with in_organization(desk):
        assert len(scorecards.active()) == 2
