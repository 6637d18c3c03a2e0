"""What the pages of an import show. For those who may import: they see every name and number."""

import json
from dataclasses import dataclass
from typing import Any

from compliance.importing import columns, details, reading, working
from compliance.importing.columns import Meaning
from compliance.importing.looking import Outcome
from compliance.importing.reasons import RowReason, sentence
from compliance.importing.starting import may_be_undone
from compliance.models import ConsentImport, ConsentImportRow
from tenancy.encryption import prefetch

State = ConsentImport.State
SAMPLE = 10
BADGES = {
    State.UPLOADED: ("neutral", "list-checks"),
    State.CHECKING: ("accent", "loader-circle"),
    State.CHECKED: ("warning", "hourglass"),
    State.RUNNING: ("accent", "loader-circle"),
    State.PAUSED: ("warning", "clock"),
    State.DONE: ("success", "check"),
    State.CANCELED: ("neutral", "ban"),
    State.UNDOING: ("accent", "loader-circle"),
    State.UNDONE: ("neutral", "rotate-ccw"),
}
TONES = {
    Outcome.READY: "success",
    Outcome.IMPORTED: "success",
    Outcome.WEAK: "warning",
    Outcome.BAD: "danger",
    Outcome.OPTED_OUT: "danger",
}
AT_WORK = (State.CHECKING, State.RUNNING, State.UNDOING)


@dataclass(frozen=True)
class Tally:
    """How many rows came to each outcome that has any: (label, tone, count). `incomplete`: ready, and without their own
    date or wording. `known`: have the permission already, and the list says more of them.
    """

    lines: tuple[tuple[str, str, int], ...]
    ready: int
    left_out: int
    incomplete: int
    given: int
    weak: int
    known: int


def tally_of(started: ConsentImport) -> Tally:
    """Counted now."""
    found = working.counts(started)
    ready = ConsentImportRow.objects.filter(consent_import=started, outcome=Outcome.READY, is_complete=False)
    return Tally(
        lines=tuple((str(one.label), TONES.get(one, "neutral"), found[one]) for one in Outcome if found[one]),
        ready=found[Outcome.READY],
        left_out=sum(found[one] for one in LEFT_OUT),
        incomplete=ready.count() if found[Outcome.READY] else 0,
        given=found[Outcome.IMPORTED] + found[Outcome.WEAK],
        weak=found[Outcome.WEAK],
        known=_known(started) if found[Outcome.KNOWN] and details.are_in(started) else 0,
    )


def _known(started: ConsentImport) -> int:
    """Of how many who have the permission already fields and tags will be written, or were."""
    rows = ConsentImportRow.objects.filter(consent_import=started, outcome=Outcome.KNOWN)
    return (rows.filter(reason=RowReason.KNOWN_WRITTEN.value) if started.attested_at else rows).count()


LEFT_OUT = (Outcome.BAD, Outcome.TWICE, Outcome.KNOWN, Outcome.OPTED_OUT)


def page_of(started: ConsentImport) -> dict[str, Any]:
    """The context of the page of one import."""
    tally = tally_of(started)
    done = {
        State.CHECKING: started.looked_at,
        State.UNDOING: dict(working.counts(started))[Outcome.UNDONE],
    }.get(State(started.state), started.rows - tally.ready)
    is_kept = started.forgotten_at is None
    return {
        "started": started,
        "badge": BADGES[State(started.state)],
        "at_work": started.state in AT_WORK,
        "tally": tally,
        "done": done,
        "encoding": reading.ENCODINGS[started.encoding],
        "sample": sample(started) if is_kept and started.state == State.CHECKED else [],
        "before": before(started),
        "attested": json.loads(started.attestation) if started.attestation else {},
        "may_be_undone": may_be_undone(started) and tally.given,
        "is_kept": is_kept,
    }


def before(started: ConsentImport) -> ConsentImport | None:
    """An earlier import of the very same file."""
    same = ConsentImport.objects.filter(file_digest=started.file_digest, state=State.DONE, made_at__lt=started.made_at)
    return same.order_by("-made_at").first()


def raw_sample(started: ConsentImport) -> dict[str, Any]:
    """The first rows as they stand in the file."""
    rows = list(ConsentImportRow.objects.filter(consent_import=started).order_by("number")[:5])
    prefetch(rows)
    width = len(json.loads(started.headings))
    cells = [json.loads(row.cells) for row in rows]
    return {
        "headings": json.loads(started.headings),
        "rows": [[cell[:80] for cell in (row + [""] * width)[:width]] for row in cells],
    }


def sample(started: ConsentImport) -> list[dict[str, str]]:
    """The first rows as they were understood, each with what becomes of it."""
    rows = list(ConsentImportRow.objects.filter(consent_import=started).order_by("number")[:SAMPLE])
    prefetch(rows)
    return [
        {
            "number": str(row.number),
            "phone": columns.cell(json.loads(row.cells), started.columns, Meaning.NUMBER)[:60],
            "called": columns.cell(json.loads(row.cells), started.columns, Meaning.NAME)[:60],
            "day": columns.cell(json.loads(row.cells), started.columns, Meaning.AGREED_ON)[:40],
            "outcome": str(Outcome(row.outcome).label),
            "tone": TONES.get(Outcome(row.outcome), "neutral"),
            "why": sentence(row.reason),
        }
        for row in rows
    ]
