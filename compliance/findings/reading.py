"""Which findings a member sees, and how: those of conversations that they may read, customers as they may see them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import Membership
from accounts.permissions import Permission
from compliance.actions.links import ActionLink, links
from compliance.detectors.findings import TYPES
from compliance.findings.filters import Filter
from compliance.findings.rule_words import words_of
from compliance.models import ActionOrigin, Finding
from compliance.screening.excepted import may_be_excepted
from compliance.screening.words import name_of
from tenancy.encryption import prefetch
from tenancy.pieces import in_pieces
from texting.models import Conversation
from texting.queries.access import NotYours, visible_conversations, with_people
from texting.queries.seeing import Customer, customer, wording

PAGE = 50
_TONES = {Finding.Confidence.HIGH: "danger", Finding.Confidence.MEDIUM: "warning"}


@dataclass(frozen=True)
class Why:
    """One rule that spoke for the finding, or against it where `weight` (of the score) is negative."""

    rule: str
    words: str
    weight: float


@dataclass(frozen=True)
class FindingRow:
    """One finding. `who` judged it; `version` names the rules of that day."""

    id: UUID
    conversation_id: UUID
    customer: Customer
    line: str
    kind: str
    direction: str
    is_inbound: bool
    confidence: str
    tone: str
    masked: str
    was_removed: bool
    score: float
    why: tuple[Why, ...]
    version: str
    found_at: datetime
    verdict: str
    verdict_label: str
    who: str
    decided_at: datetime | None
    can_be_excepted: bool
    because: str
    actions: tuple[ActionLink, ...] = ()

    @property
    def key(self) -> str:
        """The id as a part of elements' names."""
        return str(self.id)


@dataclass(frozen=True)
class Page:
    """Findings, the newest first. `before`: the id after which the next page begins, None on the last one."""

    rows: list[FindingRow]
    before: UUID | None


def page(member: Membership, wanted: Filter, *, before: UUID | None = None) -> Page:
    """At most `PAGE` of them, those older than `before`; an id that is not theirs begins at the newest."""
    findings = _matching(member, wanted)
    start = visible_findings(member).filter(pk=before).values_list("found_at", flat=True).first() if before else None
    if start:
        findings = findings.filter(Q(found_at__lt=start) | Q(found_at=start, pk__lt=before))
    found = list(findings[: PAGE + 1])
    return Page(_rows(member, found[:PAGE]), found[PAGE - 1].pk if len(found) > PAGE else None)


def all_findings(member: Membership, wanted: Filter) -> Iterator[list[FindingRow]]:
    """All of them, for a file that leaves in pieces."""
    return in_pieces(
        member.organization,
        lambda: _matching(member, wanted),
        lambda found: _rows(member, found),
        still=lambda: visible_findings(member),
        size=500,
    )


def access_finding(member: Membership, finding_id: UUID) -> Finding:
    """A finding in a conversation that the member may read. Raises NotYours."""
    found = visible_findings(member).filter(pk=finding_id).first()
    if found is None:
        raise NotYours
    return found


def row_of(member: Membership, finding: Finding) -> FindingRow:
    """One of them as the page shows it. Raises NotYours when its conversation went meanwhile."""
    rows = _rows(member, visible_findings(member).filter(pk=finding.pk))
    if not rows:
        raise NotYours
    return rows[0]


def kinds() -> list[tuple[str, str]]:
    """(type, its name as a choice) of everything that the detectors know."""
    return [(kind, kind_name(kind)) for kind in TYPES]


def kind_name(kind: str) -> str:
    """As it stands at the head of a row."""
    name = name_of(kind)
    return name[:1].upper() + name[1:]


def words(rules: str) -> str:
    """Rules as an exception keeps them, in plain words."""
    return "; ".join(words_of(rule) for rule in rules.split(","))


def visible_findings(member: Membership) -> QuerySet[Finding]:
    """The findings that the member may see, without any order."""
    if not member.may(Permission.FINDINGS_READ):
        return Finding.objects.none()
    mine = visible_conversations(member).order_by().values("pk")
    return Finding.objects.select_related("decided_by__user").filter(conversation_id__in=mine)


def _matching(member: Membership, wanted: Filter) -> QuerySet[Finding]:
    condition = wanted.condition(member.organization.time_zone)
    return visible_findings(member).filter(condition).order_by("-found_at", "-id")


def _rows(member: Membership, findings: Iterable[Finding]) -> list[FindingRow]:
    found = list(findings)
    threads = with_people(member, Conversation.objects.filter(pk__in={one.conversation_id for one in found}))
    conversations = {one.pk: one for one in threads}
    prefetch([*found, *(one.contact for one in conversations.values())])
    actions = links(member, ActionOrigin.Kind.FINDING, refs=[one.pk for one in found])
    return [_row(member, one, conversations[one.conversation_id], actions.get((one.pk, ""), ())) for one in found]


def _row(
    member: Membership, finding: Finding, conversation: Conversation, actions: tuple[ActionLink, ...]
) -> FindingRow:
    confidence = Finding.Confidence(finding.confidence)
    return FindingRow(
        id=finding.pk,
        conversation_id=conversation.pk,
        customer=customer(member, conversation.contact, in_list=True),
        line=conversation.line.name,
        kind=kind_name(finding.type),
        direction=str(Finding.Direction(finding.direction).label),
        is_inbound=finding.direction == Finding.Direction.IN,
        confidence=str(confidence.label),
        tone=_TONES.get(confidence, "neutral"),
        masked=finding.masked,
        was_removed=finding.was_removed,
        score=finding.score,
        why=tuple(Why(rule, words_of(rule), weight) for rule, weight in finding.reasons),
        version=finding.rules_version,
        found_at=finding.found_at,
        verdict=finding.verdict,
        verdict_label=str(Finding.Verdict(finding.verdict).label),
        who=finding.decided_by.user.name if finding.decided_by else "",
        decided_at=finding.decided_at,
        because=wording(member, finding, "because", contact=conversation.contact, in_list=True),
        actions=actions,
        can_be_excepted=finding.verdict == Finding.Verdict.WRONG
        and may_be_excepted(finding.type, finding.confidence)
        and member.may(Permission.FINDINGS_EXCEPT),
    )
