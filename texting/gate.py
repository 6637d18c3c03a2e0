"""The one gate that every outbound text passes, twice: when it is queued and when it is handed to the provider.

Policies come from `settings.TEXTING_SEND_POLICIES`, are asked in order, and the strictest answer wins. The gate fails
closed: no policies, or a policy that breaks, means the text does not leave. Every verdict is stored
(`texting.models.Decision`) and the database lets no outgoing text exist without one that allowed it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Protocol, runtime_checkable
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts.models import Membership
from tenancy import metrics
from tenancy.bulk_writes import insert_rows
from tenancy.rows import new_row
from texting.models import Conversation, Decision
from texting.purposes import Purpose


class Verdict(StrEnum):
    ALLOW = "allow"
    HOLD = "hold"
    REFUSE = "refuse"


_STRICTNESS = {Verdict.ALLOW: 0, Verdict.HOLD: 1, Verdict.REFUSE: 2}


class OutsideHours(StrEnum):
    """What is wanted of a text that could leave only later, because it is night where the customer is."""

    ASK = "ask"  # refuse it and say when it could leave: a person decides
    WAIT = "wait"  # let it wait
    SEND = "send"  # its author has seen what time it is there and sends it all the same, where that is allowed


@dataclass(frozen=True)
class Draft:
    """A text that somebody wants to send. `body` is what they wrote; at the hand-over, what was queued."""

    conversation: Conversation
    body: str
    purpose: Purpose
    author: Membership | None
    stage: Decision.Stage = Decision.Stage.QUEUE
    message_id: UUID | None = None  # at the hand-over: the text that was queued
    counted: bool = False  # at the hand-over: it has its place in the day's counts already
    segments: int | None = None  # with the clauses, where that is known already
    files: tuple[UUID, ...] = ()  # ids of its pictures and files: the decision is about them too
    outside_hours: OutsideHours = OutsideHours.ASK
    because: str = ""  # why its author sends it all the same, where a rule lets them: only from the composer
    approved: UUID | None = None  # id of a colleague's approval of this very text, which was held before
    announcement_id: UUID | None = None  # it is one of the many texts of this announcement
    is_fixed: bool = False  # the product's own words, which nobody wrote or filled in

    @property
    def is_unread(self) -> bool:
        """Whether nobody reads why it may leave: at the hand-over, and for one text of an announcement."""
        return self.stage == Decision.Stage.HAND_OVER or self.announcement_id is not None

    @property
    def is_bulk(self) -> bool:
        """Whether nobody waits for it: marketing, or one of many texts that say the same."""
        return self.purpose is Purpose.BULK or self.announcement_id is not None


@dataclass(frozen=True)
class Reason:
    """Why a policy answered as it did: one sentence for a person, one for what to do instead, ids as evidence.

    Sentences are not kept. Where nobody reads why a text may leave (`Draft.is_unread`), a policy may leave them out.
    `again_at`: when the same text would pass, for a refusal that time alone ends. `waits`: at the hand-over a text that
    is refused for this reason waits until then, whatever its purpose is. `may_insist`: its author may send it all the
    same (`OutsideHours.SEND`) or let it wait; in a reason that allows, the author did. `not_before`: allowed, but not
    before then. `valid_for`: how much longer than now it may leave; the provider is told. `is_warning`: it allows the
    text and whoever writes should know. `about_text`: other words would pass. `wants_reason`: its author may send it
    all the same and say why (`Draft.because`); in a reason that allows, the author did. `in_general`: the same without
    anything of this text: what people read who may not know what was filled in; without it they are told no reason.
    """

    rule: str
    verdict: Verdict
    text: str
    what_to_do: str = ""
    version: str = ""
    evidence: dict[str, str] = field(default_factory=dict)
    again_at: datetime | None = None
    is_warning: bool = False
    about_text: bool = False
    in_general: str = ""
    wants_reason: bool = False
    waits: bool = False
    may_insist: bool = False
    not_before: datetime | None = None
    valid_for: timedelta | None = None


@dataclass(frozen=True)
class Ruling:
    """One policy's answer. `prefix` and `suffix` are clauses to be added to the text (company name, opt-out words)."""

    reasons: tuple[Reason, ...] = ()
    prefix: str = ""
    suffix: str = ""


@dataclass(frozen=True)
class Outcome:
    """The gate's answer: the strictest verdict, every reason, and the text with its added clauses."""

    verdict: Verdict
    reasons: tuple[Reason, ...]
    prefix: str
    suffix: str
    text: str

    @property
    def objections(self) -> tuple[Reason, ...]:
        """The reasons that speak against sending."""
        return tuple(reason for reason in self.reasons if reason.verdict is not Verdict.ALLOW)

    @property
    def warnings(self) -> tuple[Reason, ...]:
        """What whoever writes should know before they send."""
        return tuple(reason for reason in self.reasons if reason.is_warning)

    @property
    def again_at(self) -> datetime | None:
        """When the text would pass, if nothing but time speaks against it; None otherwise."""
        moments = [reason.again_at for reason in self.objections]
        return max((at for at in moments if at), default=None) if None not in moments else None

    @property
    def waits(self) -> bool:
        """Whether it waits for `again_at` at the hand-over instead of ending."""
        return bool(self.objections) and all(reason.waits for reason in self.objections)

    @property
    def may_insist(self) -> bool:
        """Whether its author may send it all the same, or let it wait."""
        return bool(self.objections) and all(reason.may_insist for reason in self.objections)

    @property
    def about_text(self) -> bool:
        """Whether other words would pass, now or when their hours begin."""
        against = self.objections
        return any(one.about_text for one in against) and all(one.about_text or one.may_insist for one in against)

    @property
    def wants_reason(self) -> bool:
        """Whether its author may send it all the same, saying why."""
        return bool(self.objections) and all(reason.wants_reason for reason in self.objections)

    @property
    def is_held(self) -> bool:
        """Whether a second person decides: something holds it, and nothing but the hour speaks against it besides."""
        against = self.objections
        holding = [reason for reason in against if reason.verdict is Verdict.HOLD]
        return bool(holding) and all(one.verdict is Verdict.HOLD or one.may_insist for one in against)

    @property
    def explained(self) -> bool:
        """Whether it passed only because its author said why."""
        return any(reason.wants_reason and reason.verdict is Verdict.ALLOW for reason in self.reasons)

    @property
    def insisted(self) -> bool:
        """Whether it passed only because its author insisted."""
        return any(reason.may_insist and reason.verdict is Verdict.ALLOW for reason in self.reasons)

    @property
    def not_before(self) -> Reason | None:
        """The allowing reason that lets it leave last, if one puts it off."""
        later = [reason for reason in self.reasons if reason.not_before is not None]
        return max(later, key=lambda reason: reason.not_before or datetime.min, default=None)

    @property
    def valid_for(self) -> timedelta | None:
        """How much longer it may leave, if that ends."""
        return min((reason.valid_for for reason in self.reasons if reason.valid_for), default=None)


class SendPolicy(Protocol):
    """One rule. It must not write, and must not call anything outside the machine."""

    name: str

    def judge(self, draft: Draft) -> Ruling:
        """The policy's answer to this draft."""


@runtime_checkable
class GroupPolicy(SendPolicy, Protocol):
    """A rule that looks up what it needs for many drafts at once."""

    def judge_all(self, drafts: Sequence[Draft]) -> list[Ruling]:
        """`judge` for each draft, in their order, with as many statements as for one."""


@cache
def policies() -> tuple[SendPolicy, ...]:
    """The policies in order, loaded once. Raises ImproperlyConfigured when there are none."""
    if not settings.TEXTING_SEND_POLICIES:
        raise ImproperlyConfigured("TEXTING_SEND_POLICIES is empty: nothing may be sent without a rule that allows it.")
    return tuple(import_string(path)() for path in settings.TEXTING_SEND_POLICIES)


def ask(draft: Draft) -> Outcome:
    """Judge a draft without storing anything (the composer shows this before sending)."""
    return ask_all([draft])[0]


def ask_all(drafts: Sequence[Draft]) -> list[Outcome]:
    """`ask` for many drafts, in their order. No two may be of one conversation: each would be judged as the next."""
    rulings = [_judged(policy, drafts) for policy in policies()]
    return [_outcome(draft, answers) for draft, *answers in zip(drafts, *rulings, strict=True)]


def _judged(policy: SendPolicy, drafts: Sequence[Draft]) -> list[Ruling]:
    if isinstance(policy, GroupPolicy):
        return policy.judge_all(drafts)
    return [policy.judge(draft) for draft in drafts]


def _outcome(draft: Draft, rulings: Sequence[Ruling]) -> Outcome:
    reasons = tuple(reason for ruling in rulings for reason in ruling.reasons)
    verdict = max((reason.verdict for reason in reasons), key=_STRICTNESS.__getitem__, default=Verdict.REFUSE)
    prefix = "".join(ruling.prefix for ruling in rulings)
    suffix = "".join(ruling.suffix for ruling in rulings)
    return Outcome(verdict, reasons, prefix, suffix, f"{prefix}{draft.body}{suffix}")


def check(draft: Draft) -> tuple[Outcome, Decision]:
    """Judge a draft and store the decision in the running transaction."""
    [checked] = check_all([draft])
    return checked


def check_all(drafts: Sequence[Draft]) -> list[tuple[Outcome, Decision]]:
    """Judge drafts of different conversations and store the decisions, in the same order, with one statement."""
    outcomes = ask_all(drafts)
    decisions = [decision_of(draft, outcome) for draft, outcome in zip(drafts, outcomes, strict=True)]
    insert_rows(decisions)
    return list(zip(outcomes, decisions, strict=True))


def decision_of(draft: Draft, outcome: Outcome) -> Decision:
    """The row that keeps this outcome; not stored yet."""
    metrics.VERDICTS.labels(str(draft.stage), outcome.verdict.value).inc()
    return new_row(
        Decision,
        {
            "conversation_id": draft.conversation.pk,
            "author_id": draft.author.pk if draft.author else None,
            "stage": draft.stage,
            "purpose": draft.purpose,
            "verdict": outcome.verdict,
            "reasons": _stored(outcome.reasons),
            "attachments": [str(file) for file in draft.files],
            "decided_at": timezone.now(),
        },
    )


def _stored(reasons: Sequence[Reason]) -> list[dict[str, object]]:
    """Reasons as they are kept: rule, verdict, version and ids; the sentences are made again from them."""
    return [{"rule": r.rule, "verdict": r.verdict.value, "version": r.version, "evidence": r.evidence} for r in reasons]
