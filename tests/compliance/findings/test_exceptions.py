"""Exceptions: from a likely finding that was wrong, by kind, rules and phrase; never for cards and secrets."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from compliance.findings import deciding, excepting
from compliance.findings.excepting import CannotExcept
from compliance.models import Finding, FindingException
from compliance.models.finding_exception import NEVER
from compliance.screening import masking
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.texting.desk import SECOND, Desk, desk
from texting import sending
from texting.models import Decision

__all__ = ["desk"]

LIKELY = "your account number is 0012345678"
OTHER_WORDS = "your bank account is 0012345678"


@pytest.fixture
def wrong(desk: Desk) -> Finding:
    """A likely finding that was judged wrong, from a text that was refused."""
    conversation = desk.hear("Hello")
    with activate(desk.organization), pytest.raises(sending.Refused):
        sending.send_text(conversation=conversation, body=LIKELY, author=desk.cast.agent)
    with activate(desk.organization):
        finding = Finding.objects.get()
        assert finding.confidence == "medium"
        return deciding.decide(member=desk.cast.supervisor, finding=finding, verdict=Finding.Verdict.WRONG)


def leaves(desk, body, number=SECOND):
    conversation = desk.hear("Hello", number=number)
    try:
        desk.answer(conversation, body)
    except sending.Refused:
        return False
    return True


def ask(desk, member, finding, about):
    return desk.as_(member).post(reverse("make_exception", args=[finding.pk]), {"about": about})


def made(desk):
    with activate(desk.organization):
        return list(FindingException.objects.filter(ended_at=None))


def test_what_is_excepted_leaves_and_the_decision_names_the_exception(desk, wrong):
    assert not leaves(desk, LIKELY)
    assert ask(desk, desk.cast.admin, wrong, "=account number").status_code == 302
    [exception] = made(desk)
    assert leaves(desk, LIKELY)
    assert not leaves(desk, OTHER_WORDS), "another phrase"
    assert not leaves(desk, f"{LIKELY}, password: hunter22X!"), "what is no exception still counts"
    with activate(desk.organization):
        kept = str(list(Decision.objects.filter(verdict="allow").values_list("reasons", flat=True)))
        assert AuditEvent.objects.filter(event="finding_exception:made", actor_id=desk.cast.admin.pk).count() == 1
    assert str(exception.pk) in kept


def test_what_comes_in_is_not_noted_and_what_must_not_be_stored_is_removed_as_ever(desk, wrong):
    ask(desk, desk.cast.admin, wrong, "all")
    assert made(desk)
    before = desk.hear(LIKELY.replace("your", "my"), number=SECOND)
    desk.hear("my ssn is 123-45-6788", number=SECOND)
    with activate(desk.organization):
        found = set(Finding.objects.filter(conversation_id=before.pk).values_list("type", flat=True))
    assert found == {"US_SSN"}


def test_after_90_days_it_holds_no_more_until_somebody_says_that_it_stays(desk, wrong):
    ask(desk, desk.cast.admin, wrong, "all")
    [exception] = made(desk)
    with activate(desk.organization):
        FindingException.objects.update(review_at=timezone.now() - timedelta(minutes=1))
    assert not leaves(desk, LIKELY)
    assert "Holds no more" in desk.as_(desk.cast.auditor).get(reverse("finding_exceptions")).content.decode()
    desk.as_(desk.cast.admin).post(reverse("keep_exception", args=[exception.pk]))
    assert leaves(desk, LIKELY)


def test_it_is_removed_once_and_finds_again(desk, wrong):
    ask(desk, desk.cast.admin, wrong, "all")
    [exception] = made(desk)
    for _ in range(2):
        desk.as_(desk.cast.admin).post(reverse("remove_exception", args=[exception.pk]))
    assert made(desk) == []
    assert not leaves(desk, LIKELY)
    desk.as_(desk.cast.admin).post(reverse("keep_exception", args=[exception.pk]))
    assert made(desk) == [], "what was removed does not come back"
    with activate(desk.organization):
        assert AuditEvent.objects.filter(event="finding_exception:removed").count() == 1


def test_only_who_has_the_right_makes_one_and_only_here(desk, wrong):
    for member, answer in (
        (desk.cast.supervisor, 403),
        (desk.cast.auditor, 403),
        (desk.cast.agent, 403),
        (desk.cast.outsider, 404),
    ):
        assert ask(desk, member, wrong, "all").status_code == answer
    assert made(desk) == []
    ask(desk, desk.cast.admin, wrong, "all")
    [exception] = made(desk)
    for name in ("keep_exception", "remove_exception"):
        address = reverse(name, args=[exception.pk])
        assert desk.as_(desk.cast.outsider).post(address).status_code == 404
        assert desk.as_(desk.cast.supervisor).post(address).status_code == 403
        assert desk.as_(desk.cast.admin).post(reverse(name, args=[uuid4()])).status_code == 404
    assert made(desk) == [exception]
    listed = desk.as_(desk.cast.outsider).get(reverse("finding_exceptions")).content.decode()
    assert "No exceptions" in listed


def test_the_same_exception_is_made_once_and_phrases_come_from_the_finding(desk, wrong):
    assert ask(desk, desk.cast.admin, wrong, "=0012345678").status_code == 422
    assert ask(desk, desk.cast.admin, wrong, "=" + "x" * 10_000).status_code == 422
    assert ask(desk, desk.cast.admin, wrong, "").status_code == 422
    assert made(desk) == []
    assert ask(desk, desk.cast.admin, wrong, "all").status_code == 302
    again = ask(desk, desk.cast.admin, wrong, "all")
    assert again.status_code == 422
    assert "already" in again.content.decode()
    assert len(made(desk)) == 1


def test_what_was_not_judged_wrong_or_is_sure_makes_none(desk, wrong):
    with activate(desk.organization):
        for change in ({"verdict": "right"}, {"confidence": "high"}, {"type": "US_SSN"}):
            copy = Finding.objects.get(pk=wrong.pk)
            for name, value in change.items():
                setattr(copy, name, value)
            with pytest.raises(CannotExcept):
                excepting.make(member=desk.cast.admin, finding=copy, phrase="")
        assert not FindingException.objects.exists()


@pytest.mark.parametrize("kind", NEVER)
def test_the_database_refuses_an_exception_for_what_knows_none(desk, kind):
    now = timezone.now()
    with activate(desk.organization), pytest.raises(IntegrityError), transaction.atomic():
        FindingException.objects.create(
            type=kind, rules="x", finding_id=uuid4(), made_by=desk.cast.admin, made_at=now, review_at=now
        )


def test_what_knows_no_exception_is_what_is_removed():
    assert set(NEVER) == masking.REMOVED


def test_the_page_says_what_it_is_about(desk, wrong):
    shown = desk.as_(desk.cast.admin).get(reverse("make_exception", args=[wrong.pk])).content.decode()
    for words in ("A bank account number", "“account number”", "Whatever the words"):
        assert words in shown
    listed = desk.as_(desk.cast.admin).get(reverse("findings"), {"state": "wrong"}).content.decode()
    assert "Make an exception" in listed
    listed = desk.as_(desk.cast.supervisor).get(reverse("findings"), {"state": "wrong"}).content.decode()
    assert "Make an exception" not in listed
