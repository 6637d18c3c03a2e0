"""What opens an action: looked up for whoever presses, with what the action begins with. Text form: `finding:<id>`,
`escalation:<id>`, `check:<conversation>:<check>`, `answer:<review>:<question>`, `gap:<key>`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission
from compliance.actions.places import Place
from compliance.actions.rates import key_of_evidence
from compliance.escalations.reading import access_escalation
from compliance.findings.reading import access_finding, kind_name
from compliance.measures.controls import CONTROLS
from compliance.measures.evidence.kinds import kinds
from compliance.models import ActionOrigin, Escalation, Review, ReviewAnswer
from compliance.review_checks.judging import Check
from compliance.review_checks.reading import visible_checked
from compliance.review_checks.words import TITLES
from compliance.reviewing.holding import readable
from compliance.reviewing.questions import NO, YES, read
from compliance.reviewing.questions import Kind as QuestionKind
from texting.models import Line
from texting.queries.access import NotYours, visible_conversations

Kind = ActionOrigin.Kind


@dataclass(frozen=True)
class Origin:
    """One of them, found. `title`, `rate`, `line_id`: what the action begins with."""

    kind: Kind
    label: str
    title: str
    ref: UUID | None = None
    key: str = ""
    conversation_id: UUID | None = None
    rate: str = ""
    line_id: UUID | None = None

    @property
    def text(self) -> str:
        """As an address says it."""
        return ":".join(str(one) for one in (self.kind.value, self.ref, self.key) if one)


def origin_of(member: Membership, text: str) -> Origin:
    """Raises NotYours for what is not there, or not for this member, or no such text."""
    kind, _colon, rest = text.partition(":")
    finder = _FINDERS.get(kind)
    if finder is None:
        raise NotYours
    first, _colon, key = rest.partition(":")
    try:
        return finder(member, first, key)
    except ValueError:
        raise NotYours from None


def place_in(origin: Origin, offered: set[str]) -> Place:
    """The team whose line it happened on, when the member may choose it; else everything."""
    line = Line.objects.filter(pk=origin.line_id).first() if origin.line_id else None
    place = Place(team_id=line.team_id) if line else Place()
    return place if place.key in offered else Place()


def url_of(member: Membership, row: ActionOrigin) -> str:
    """The page of what opened it, where its own permission is asked for; "" for what the member may not open."""
    if row.kind == Kind.GAP:
        return _gap_page(row.key) if member.may(Permission.MEASURES_READ) else ""
    if row.conversation_id and not visible_conversations(member).filter(pk=row.conversation_id).exists():
        return ""
    if row.kind == Kind.FINDING:
        shown = member.may(Permission.FINDINGS_READ)
        return f"{reverse('findings')}?state=all#finding-{row.ref}" if shown else ""
    if row.kind == Kind.ESCALATION:
        return reverse("escalation", args=[row.ref])
    if row.kind == Kind.ANSWER:
        return reverse("review", args=[row.ref]) if member.may(Permission.REVIEWS_WRITE) else ""
    return reverse("conversation", args=[row.conversation_id])


def _finding(member: Membership, first: str, _key: str) -> Origin:
    found = access_finding(member, UUID(first))
    name = kind_name(found.type)
    return Origin(
        kind=Kind.FINDING,
        label=name,
        title=_("Fewer findings: %(kind)s") % {"kind": name},
        ref=found.pk,
        conversation_id=found.conversation_id,
        rate=f"findings:{found.type}",
        line_id=_line_of(member, found.conversation_id),
    )


def _escalation(member: Membership, first: str, _key: str) -> Origin:
    found = access_escalation(member, UUID(first))
    label = str(Escalation.Trigger(found.trigger).label)
    late = found.breached_at is not None
    return Origin(
        kind=Kind.ESCALATION,
        label=_("%(trigger)s, too late") % {"trigger": label} if late else label,
        title=_("Reach customers in time") if late else _("Fewer escalations: %(trigger)s") % {"trigger": label},
        ref=found.pk,
        conversation_id=found.conversation_id,
        rate="escalations_late" if late else "escalations_waived",
        line_id=found.line_id,
    )


def _check(member: Membership, first: str, key: str) -> Origin:
    found = visible_checked(member).filter(conversation_id=UUID(first)).first()
    if found is None:
        raise NotYours
    check = Check(key)
    return Origin(
        kind=Kind.CHECK,
        label=str(TITLES[check]),
        title=_("Make it hold: %(check)s") % {"check": TITLES[check]},
        ref=found.conversation_id,
        key=check.value,
        conversation_id=found.conversation_id,
        rate=f"check:{check}",
        line_id=found.line_id,
    )


def _answer(member: Membership, first: str, key: str) -> Origin:
    rows = Review.objects.select_related("drawn", "card").filter(pk=UUID(first), state=Review.State.DONE)
    found = rows.filter(drawn__in=readable(member).values("pk")).first()
    if found is None or found.card is None or not member.may(Permission.REVIEWS_WRITE):
        raise NotYours
    question = next((one for one in read(found.card.questions) if one.key == key), None)
    said = ReviewAnswer.objects.filter(review=found, question=key, revision=found.revision).first()
    if question is None or said is None:
        raise NotYours
    words = {YES: _("yes"), NO: _("no")}.get(said.value, said.value)
    return Origin(
        kind=Kind.ANSWER,
        label=f"{question.text[:200]} – {words}" if words else question.text[:200],
        title=question.text[:100],
        ref=found.pk,
        key=key,
        conversation_id=found.drawn.conversation_id,
        rate=f"answers:{found.card.scorecard_id}:{key}" if question.kind == QuestionKind.YES_NO else "",
        line_id=found.drawn.line_id,
    )


def _gap(member: Membership, key: str, _rest: str) -> Origin:
    if not member.may(Permission.MEASURES_READ):
        raise NotYours
    control, kind = CONTROLS.get(key), kinds().get(key)
    named = control or kind
    if named is None:
        raise NotYours
    title = str(named.title)
    return Origin(
        kind=Kind.GAP,
        label=title[:250],
        title=str(named.act or title)[:100],
        key=key,
        rate=key_of_evidence(kind),
    )


def _line_of(member: Membership, conversation_id: UUID) -> UUID | None:
    return visible_conversations(member).filter(pk=conversation_id).values_list("line_id", flat=True).first()


def _gap_page(key: str) -> str:
    if control := CONTROLS.get(key):
        return reverse(control.route)
    return reverse("measure_evidence", args=[key]) if key in kinds() else ""


_FINDERS: dict[str, Callable[[Membership, str, str], Origin]] = {
    Kind.FINDING.value: _finding,
    Kind.ESCALATION.value: _escalation,
    Kind.CHECK.value: _check,
    Kind.ANSWER.value: _answer,
    Kind.GAP.value: _gap,
}
