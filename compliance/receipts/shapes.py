"""What a consent receipt holds, as `docs/consent-receipt.md` describes its JSON; a change of meaning is a new SCHEMA.

Times are aware and in UTC; ids are UUIDs as text; "" and None mean that nothing is known.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

SCHEMA = "parley.consent-receipt/1"


class Proof(StrEnum):
    """How an entry stands to the audit chain."""

    PROVED = "proved"
    PLACE_ONLY = "place_only"
    """The chain names it; the key of the details, where its digest is, was destroyed."""
    ALTERED = "altered"
    ABSENT = "absent"


@dataclass(frozen=True)
class Anchor:
    """Where the audit chain speaks of an entry: the event's number and hash (hex); `digest` (hex) of the entry now."""

    proof: Proof
    digest: str
    event: int | None = None
    event_hash: str = ""


@dataclass(frozen=True)
class Wording:
    """What the person was shown, word for word, and its SHA-256 (hex)."""

    id: str
    text: str
    language: str
    digest: str


@dataclass(frozen=True)
class Entry:
    """One entry of the ledger. `words` and `circumstances` are None when the key of their day was destroyed."""

    id: str
    action: str
    title: str
    kind: str
    scopes: list[str]
    program: str
    team: str
    brand: str
    line: str
    source: str
    channel: str
    act: str
    quality: str
    wording: Wording | None
    language: str
    words: str | None
    circumstances: dict[str, str] | None
    matched: str
    rules_version: str
    text_id: str
    retracts: str
    recorded_by: str
    happened_at: datetime | None
    recorded_at: datetime
    expires_at: datetime | None
    anchor: Anchor

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What is known of it in short values, by the name of each column."""
        names = (
            "kind",
            "program",
            "team",
            "brand",
            "line",
            "source",
            "channel",
            "act",
            "quality",
            "language",
            "matched",
        )
        more = ("rules_version", "text_id", "retracts", "recorded_by")
        values = [("scopes", ", ".join(self.scopes)), *((name, getattr(self, name)) for name in (*names, *more))]
        return [(name.replace("_", " "), value) for name, value in values if value]

    @property
    def how(self) -> list[tuple[str, str]]:
        """The circumstances, by name."""
        return [(name.replace("_", " "), value) for name, value in (self.circumstances or {}).items()]

    @property
    def tone(self) -> str:
        """Of its mark on the page."""
        return {"given": "success", "withdrawn": "danger"}.get(self.action, "neutral")


@dataclass(frozen=True)
class Standing:
    """What counts now on the lines of one team: ids of the entries that permit it, "" where nothing does."""

    team: str
    stopped_since: datetime | None
    answers: str
    marketing: str
    informational: str
    categories: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Stop:
    """An opt-out that holds. Without a team it is for every line."""

    team: str
    since: datetime
    entry: str


@dataclass(frozen=True)
class Opting:
    """An opt-in. `confirmation` is "" until it was given."""

    id: str
    program: str
    state: str
    source: str
    began_at: datetime
    ended_at: datetime | None
    asked_entry: str
    given_entry: str
    question_text: str
    confirmation_text: str
    confirmation: str


@dataclass(frozen=True)
class Text:
    """A text to the number, what let it be queued and what let it leave; `permission` is the ledger's entry."""

    id: str
    at: datetime
    line: str
    team: str
    purpose: str
    author: str
    status: str
    sent_at: datetime | None
    decision: str
    permission: str
    rules: list[str]
    leaving_decision: str
    leaving_permission: str


@dataclass(frozen=True)
class Under:
    """How many texts one permission let through; without one, they were owed, such as an answer to HELP."""

    permission: str
    texts: int
    first: datetime
    last: datetime


@dataclass(frozen=True)
class Refusal:
    """A text that the gate did not let through, and the rules that objected."""

    decision: str
    at: datetime
    stage: str
    purpose: str
    author: str
    rules: list[str]


@dataclass(frozen=True)
class Checkpoint:
    """The first signed note of the audit chain that covers every entry here."""

    event: int
    at: datetime
    note: str


@dataclass(frozen=True)
class Removed:
    """What the audit chain tells of this number and what is gone from the database. `what`: entered or suppressed."""

    id: str
    what: str
    at: datetime
    event: int


@dataclass(frozen=True)
class Receipt:
    """Everything. Lists hold the newest; the counts beside them say how many there are."""

    organization: str
    number: str
    contact: str  # known, erased, none
    made_at: datetime
    made_by: str
    reason: str
    standing: list[Standing]
    stops: list[Stop]
    entries: list[Entry]
    entries_in_all: int
    removed: list[Removed]
    opt_ins: list[Opting]
    texts_under: list[Under]
    texts: list[Text]
    texts_in_all: int
    refusals: list[Refusal]
    refusals_in_all: int
    checkpoint: Checkpoint | None
    schema: str = SCHEMA

    @property
    def unproved(self) -> list[Entry]:
        """Entries that the chain contradicts or does not know."""
        return [entry for entry in self.entries if entry.anchor.proof in {Proof.ALTERED, Proof.ABSENT}]

    @property
    def destroyed(self) -> int:
        """How many entries lost their words with the key of their day."""
        return sum(entry.words is None for entry in self.entries)

    @property
    def is_empty(self) -> bool:
        return not (self.entries or self.removed or self.texts or self.refusals or self.opt_ins)
