"""Saying what the organization is, and what follows. Every answer stays; what no longer applies keeps its history."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from accounts.models import Membership
from accounts.permissions import Permission, require
from accounts.setting_floors import lock_settings
from compliance.measures.answers import Answers
from compliance.measures.catalogue.table import MEASURES, VERSION
from compliance.models import MeasureAnswers, MeasureDuty
from tenancy import audit
from tenancy.audit import AuditKind

FIRST_REVIEW = timedelta(days=30)  # after a measure first applies


@dataclass(frozen=True)
class Told:
    """One answering: what is said, and titles of the measures that came and went by it."""

    row: MeasureAnswers
    said: list[str]
    came: list[str]
    went: list[str]


def newest() -> MeasureAnswers | None:
    """What counts for the active organization."""
    return MeasureAnswers.objects.order_by("-at", "-id").first()


def applying(answers: Answers) -> list[str]:
    """Keys of the measures that follow, in the order of the table."""
    return [key for key, measure in MEASURES.items() if measure.because(answers)]


def answer(*, actor: Membership, answers: Answers) -> Told:
    """From now on these answers count. Saying the same again changes nothing. Raises MissingPermission."""
    require(actor, Permission.MEASURES_MANAGE)
    lock_settings()
    before, applies = newest(), applying(answers)
    if before and (before.answers, before.applies, before.catalogue_version) == (answers.to_json(), applies, VERSION):
        return _told(before, before)
    row = MeasureAnswers.objects.create(answers=answers.to_json(), applies=applies, catalogue_version=VERSION, by=actor)
    due_on = timezone.localdate() + FIRST_REVIEW
    duties = [MeasureDuty(measure=key, due_on=due_on) for key in applies]
    MeasureDuty.objects.bulk_create(duties, ignore_conflicts=True)
    MeasureDuty.objects.filter(measure__in=applies).update(applies=True)
    MeasureDuty.objects.exclude(measure__in=applies).update(applies=False)
    told = _told(row, before)
    audit.record(
        event=AuditKind.MEASURES_ANSWERED,
        actor=actor,
        object=row,
        applies=applies,
        ended=[key for key in (before.applies if before else []) if key not in applies],
        version=VERSION,
    )
    return told


def history() -> list[Told]:
    """Every answering, the newest first, with what it changed; at most 50."""
    rows = list(MeasureAnswers.objects.select_related("by__user").order_by("-at", "-id")[:51])
    return list(_pairs(rows))[:50]


def _pairs(rows: list[MeasureAnswers]) -> Iterator[Told]:
    for number, row in enumerate(rows):
        yield _told(row, rows[number + 1] if number + 1 < len(rows) else None)


def _told(row: MeasureAnswers, before: MeasureAnswers | None) -> Told:
    then = before.applies if before else []
    came = [str(MEASURES[key].title) for key in row.applies if key not in then and key in MEASURES]
    went = [str(MEASURES[key].title) for key in then if key not in row.applies and key in MEASURES]
    return Told(row, Answers.from_json(row.answers).in_words(), came, went)
