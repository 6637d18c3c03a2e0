"""Scores as tables that people read."""

from collections.abc import Sequence

from bench.detection.contestants import Run
from bench.detection.items import Item
from bench.detection.scoring import Count, Score, score

TYPES = (
    *("PAYMENT_CARD", "CARD_SECURITY", "US_SSN", "US_ITIN", "BANK_ACCOUNT", "ROUTING_NUMBER", "IBAN"),
    *("HEALTH_INFO", "MEDICAL_ID", "FINANCIAL_INFO", "CREDENTIAL", "DATE_OF_BIRTH", "GOVERNMENT_ID"),
)
INTENTS = ("CONSENT_CONFUSION", "SENSITIVE_REQUEST", "CARD_OFFER")


def table(name: str, items: Sequence[Item], runs: Sequence[Run]) -> str:
    """The table of one set: a row for each type and intent, a column for each contestant."""
    scores = [score(items, run.predictions) for run in runs]
    benign = sum(item.benign for item in items)
    lines = [f"### {name}: {len(items):,} messages, {benign:,} of them benign", ""]
    lines += ["| precision / recall / F1 | gold | " + " | ".join(run.name for run in runs) + " |"]
    lines += ["| --- | --- |" + " --- |" * len(runs)]
    lines += [_row(kind, [one.types[kind] for one in scores]) for kind in TYPES]
    lines += [_row("**all types (micro)**", [one.micro for one in scores])]
    lines += [_row(kind, [one.intents[kind] for one in scores]) for kind in INTENTS]
    lines += [_row("**intents (micro)**", [one.micro_intents for one in scores])]
    lines += [_line("benign flagged, labels", [_share(one.flagged, one) for one in scores])]
    lines += [_line("benign flagged, intents too", [_share(one.flagged_at_all, one) for one in scores])]
    lines += [_line("messages a second", [f"{run.texts_a_second():,.0f}" for run in runs])]
    return "\n".join(lines) + "\n"


def categories(items: Sequence[Item], run: Run) -> str:
    """Where labels are missed or wrong, by category of message, the worst first."""
    rows = [(kind, one) for kind, one in score(items, run.predictions).categories.items() if kind]
    rows.sort(key=lambda row: (row[1].f1, -row[1].gold - row[1].wrong))
    lines = [
        f"### {run.name} by category",
        "",
        "| category | gold | missed | wrong | F1 |",
        "| --- | --- | --- | --- | --- |",
    ]
    lines += [f"| {k} | {c.gold} | {c.gold - c.found} | {c.wrong} | {c.f1:.3f} |" for k, c in rows]
    return "\n".join(lines) + "\n"


def _row(name: str, counts: Sequence[Count]) -> str:
    cells = [f"{one.precision:.3f} / {one.recall:.3f} / **{one.f1:.3f}**" for one in counts]
    return f"| {name} | {counts[0].gold} | " + " | ".join(cells) + " |"


def _line(name: str, cells: Sequence[str]) -> str:
    return f"| {name} | | " + " | ".join(cells) + " |"


def _share(flagged: int, one: Score) -> str:
    return f"{100 * flagged / one.benign:.2f} % ({flagged})" if one.benign else "none"
