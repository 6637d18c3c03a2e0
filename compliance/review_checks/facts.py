"""What the checks look at: plain values of one conversation, without a word of what was written."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class TextFact:
    """A text of ours. `status` is one of `texting.statuses`; moments are aware."""

    id: UUID
    status: str
    sent_at: datetime | None = None
    held_until: datetime | None = None


@dataclass(frozen=True)
class OptInFact:
    """A permission beyond "wrote to us". `text` is the one that confirmed it, None without one, or when it is purged.

    `confirmed_at`: kept from a text that is purged. `by_carrier`: a word that the carrier may answer itself.
    """

    event_id: UUID
    given_at: datetime
    text: TextFact | None = None
    confirmed_at: datetime | None = None
    by_carrier: bool = False


@dataclass(frozen=True)
class FirstText:
    """Our first text that was not stopped on its way. `owed`: a text that no clauses are asked of.

    `names_company` and `says_opt_out` are None where its words cannot be read any more and no verdict kept them.
    """

    id: UUID
    status: str
    owed: bool
    names_company: bool | None
    says_opt_out: bool | None


@dataclass(frozen=True)
class FindingFact:
    """A likely or sure finding. `status`: of the text it is in; None for one from the customer, or when it is gone."""

    id: UUID
    message_id: UUID
    outbound: bool
    removed: bool
    judged_wrong: bool
    status: str | None = None


@dataclass(frozen=True)
class EscalationFact:
    """An escalation about this conversation; `channel` is where its outcome came from, "" without one."""

    id: UUID
    is_open: bool
    channel: str = ""
    too_late: bool = False


@dataclass(frozen=True)
class GrayText:
    """A customer's text that belongs elsewhere and is in no escalation. `finding_id`: by which finding it shows."""

    message_id: UUID
    finding_id: UUID | None = None


@dataclass(frozen=True)
class Facts:
    """Of one conversation. `texts` counts all; `wrote_first`: whether the customer had written before we did.

    `asked_for_permission`: we sent something that needs one. `unread`: customers' texts whose words are gone.
    """

    conversation_id: UUID
    texts: int = 0
    asked_for_permission: bool = False
    wrote_first: bool = False
    opt_ins: tuple[OptInFact, ...] = ()
    first: FirstText | None = None
    findings: tuple[FindingFact, ...] = ()
    escalations: tuple[EscalationFact, ...] = ()
    gray: tuple[GrayText, ...] = ()
    unread: int = 0
