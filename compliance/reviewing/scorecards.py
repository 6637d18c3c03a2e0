"""An organization's scorecards: made, changed in versions, retired. One of ours is there from the beginning."""

from collections.abc import Sequence
from dataclasses import replace

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from compliance import our_card
from compliance.models import Scorecard, ScorecardVersion
from compliance.reviewing.cannot_review import CannotReview
from compliance.reviewing.questions import (
    LONGEST_QUESTION,
    MOST_QUESTIONS,
    MOST_WEIGHT,
    Kind,
    Question,
    stored,
)
from tenancy import audit
from tenancy.audit import AuditKind

MOST_CARDS, LONGEST_NAME = 50, 80


def our_questions() -> tuple[Question, ...]:
    """What the four review checks are about, and how the customer was helped; as they are kept."""
    return (
        Question("opt_in", our_card.OPT_IN, weight=2),
        Question("opening", our_card.OPENING, weight=2),
        Question("content", our_card.CONTENT, weight=3, critical=True),
        Question("gray", our_card.GRAY, weight=3),
        Question("help", our_card.HELP, Kind.RATING, required=False, weight=2),
    )


def ensure_default() -> None:
    """Make ours, where there is none at all. Twice is once."""
    if Scorecard.objects.exists():
        return
    try:
        with transaction.atomic():
            card = Scorecard.objects.create(name=our_card.NAME)
            ScorecardVersion.objects.create(scorecard=card, number=1, questions=stored(our_questions()))
    except IntegrityError:
        return  # somebody else has just made it


def active() -> list[ScorecardVersion]:
    """The newest version of each that is in use, those for quality first, in the order in which they were made."""
    ensure_default()
    return _newest(Scorecard.objects.filter(retired_at=None))


def all_cards() -> list[ScorecardVersion]:
    """The newest version of each, those in use first."""
    ensure_default()
    return sorted(_newest(Scorecard.objects.all()), key=lambda one: one.scorecard.retired_at is not None)


def save(
    *,
    member: Membership,
    name: str,
    purpose: str,
    questions: Sequence[Question],
    card: Scorecard | None = None,
) -> Scorecard:
    """Make a scorecard, or a new version of `card`; reviews keep the version that they were made with. A question
    without a key gets one. Raises CannotReview with what is wrong, MissingPermission.
    """
    require(member, Permission.REVIEWS_MANAGE)
    called = our_card.as_kept(" ".join(name.replace("\x00", "").split()))
    kept = [replace(one, text=our_card.as_kept(one.text)) for one in _with_keys(_checked(questions), card)]
    if not 1 <= len(called) <= LONGEST_NAME:
        raise CannotReview(_("Give it a name of at most %(most)d characters.") % {"most": LONGEST_NAME})
    if purpose not in Scorecard.Purpose.values:
        raise CannotReview(_("Choose what it is for."))
    if card is None and Scorecard.objects.count() >= MOST_CARDS:
        raise CannotReview(_("There are %(most)d scorecards already. Change one of them.") % {"most": MOST_CARDS})
    try:
        with transaction.atomic():
            mine, number = _row(card, called, purpose)
            if number is None or _questions_of(mine) != stored(kept):
                number = (number or 0) + 1
                made = {"questions": stored(kept), "made_by": member}
                ScorecardVersion.objects.create(scorecard=mine, number=number, **made)
    except IntegrityError:
        raise CannotReview(_("Another scorecard has this name.")) from None
    audit.record(
        event=AuditKind.SCORECARD_CHANGED,
        actor=member,
        object=mine,
        version=number,
        questions=len(kept),
        purpose=purpose,
    )
    return mine


def retire(*, member: Membership, card: Scorecard, retired: bool) -> None:
    """Offer it to reviewers no more, or again. Raises CannotReview for the last one, MissingPermission."""
    require(member, Permission.REVIEWS_MANAGE)
    others = Scorecard.objects.select_for_update(of=("self",)).filter(retired_at=None)
    if retired and not [one for one in others if one.pk != card.pk]:
        raise CannotReview(_("Reviewers need one. Make another before you retire the last."))
    rows = Scorecard.objects.filter(pk=card.pk, retired_at__isnull=retired)
    if rows.update(retired_at=timezone.now() if retired else None):
        audit.record(event=AuditKind.SCORECARD_RETIRED, actor=member, object=card, retired=retired)


def _row(card: Scorecard | None, name: str, purpose: str) -> tuple[Scorecard, int | None]:
    """The card with its newest version's number, locked, so that versions follow each other."""
    if card is None:
        return Scorecard.objects.create(name=name, purpose=purpose), None
    mine = Scorecard.objects.select_for_update(of=("self",)).get(pk=card.pk)
    mine.name, mine.purpose = name, purpose
    mine.save(update_fields=["name", "purpose"])
    return mine, mine.versions.order_by("-number").values_list("number", flat=True).first()


def _questions_of(card: Scorecard) -> list[dict[str, object]]:
    newest = card.versions.order_by("-number").first()
    return newest.questions if newest else []


def _checked(questions: Sequence[Question]) -> list[Question]:
    if not questions:
        raise CannotReview(_("Ask at least one question."))
    if len(questions) > MOST_QUESTIONS:
        raise CannotReview(_("Ask at most %(most)d questions.") % {"most": MOST_QUESTIONS})
    for one in questions:
        if not 1 <= len(one.text) <= LONGEST_QUESTION:
            raise CannotReview(_("A question has at most %(most)d characters.") % {"most": LONGEST_QUESTION})
        if not 0 <= one.weight <= MOST_WEIGHT:
            raise CannotReview(_("A weight lies between 0 and %(most)d.") % {"most": MOST_WEIGHT})
        if one.critical and one.kind != Kind.YES_NO:
            raise CannotReview(_("Only a question of yes or no can fail the whole."))
    return list(questions)


def _with_keys(questions: Sequence[Question], card: Scorecard | None) -> tuple[Question, ...]:
    """Keys that earlier versions have are never given to another question."""
    known: set[str] = set()
    for version in card.versions.all() if card else ():
        known |= {one["key"] for one in version.questions}
    kept, taken, number = [], set[str](), 0
    for one in questions:
        key = one.key if one.key in known and one.key not in taken else ""
        while not key:
            number += 1
            key = f"q{number}" if f"q{number}" not in known | taken else ""
        taken.add(key)
        kept.append(Question(key, one.text, one.kind, one.required, one.weight, one.critical))
    return tuple(kept)


def _newest(cards: QuerySet[Scorecard]) -> list[ScorecardVersion]:
    rows = ScorecardVersion.objects.select_related("scorecard", "made_by__user").filter(scorecard__in=cards)
    newest: dict[object, ScorecardVersion] = {}
    for row in rows.order_by("number"):
        newest[row.scorecard_id] = row
    quality = Scorecard.Purpose.QUALITY
    return sorted(newest.values(), key=lambda one: (one.scorecard.purpose != quality, one.scorecard.made_at))
