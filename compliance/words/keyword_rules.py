"""The rules of `data/`, read once and compiled.

One file a language holds words and phrases with the source of each; `phrase_matching.py` explains how phrases are
written. A text is judged by all languages at once, because people mix them. `version` changes whenever a file changes,
so a stored decision tells which rules made it. The keys of a file:

    stop, start, help           whole texts (tier 0); `business`: a stop word that people also say about an order
    start_when_opted_out        whole texts that mean START only from someone who has opted out
    polite, polite_after        words that may stand around a stop word; `..._after` only behind it
    polite_for_others/_start    the same for HELP and START, and for START only
    near_misses                 whole texts that might be a mistyped or half stop word (tier 2)
    typo_targets, not_typos     stop words in which one slip is forgiven, and words that are no slip of them
    inner_typo_targets          the same inside longer texts
    spellings                   other ways to write a word
    lists                       named lists for phrases; `pre` and `tail` may surround every phrase that opts out,
                                `reason` may follow it
    opt_out                     phrases of tier 1; `open`, `bare`, `needs_reason`: see `OptOut`
    hedges, limits              phrases that speak against opting out: anywhere around it, only behind it
    asking                      beginnings that turn a sentence into a question or a tale
    inverted                    beginnings that turn a phrase into its opposite ("no dejen de": do not stop)
    joins                       words that begin a new clause
    open_starts                 words with which a reason begins
    run_on_starts, _blockers    where a phrase may begin amid a sentence, and words after which it may not
    review, review_whole        phrases of tier 2: anywhere, or the whole text
    innocent                    phrases that look like tier 2 and are not ("stop by", "the bus stop")

Plain values: no Django.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from compliance.words.phrase_matching import Lists, Phrases, Token, entries

LANGUAGES = ("en", "es", "fr")
_FOLDER = Path(__file__).with_name("data")


@dataclass(frozen=True, slots=True)
class OptOut:
    """What else is known of a phrase that opts out."""

    id: str
    open: bool  # a reason may follow it
    bare: bool  # beside other words of its sentence it needs a reason among them
    needs_reason: bool  # somewhere in the text


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """Everything one or more languages say about words. Words are in `spelled` form (`plain_words.py`)."""

    version: str
    stop: frozenset[str]
    business: frozenset[str]  # stop words that people also say about an order or an appointment
    start: frozenset[str]
    start_when_opted_out: frozenset[str]
    help: frozenset[str]
    near_misses: frozenset[str]
    not_typos: frozenset[str]
    typo_targets: tuple[str, ...]
    inner_typo_targets: tuple[str, ...]
    polite: frozenset[str]
    polite_after: frozenset[str]
    polite_for_others: frozenset[str]
    polite_for_start: frozenset[str]
    spellings: tuple[re.Pattern[str], dict[str, str]]
    opt_out: Phrases  # labelled by key of `opt_outs`
    opt_outs: dict[str, OptOut]
    before: Token  # what may stand before a phrase that opts out, and after it
    after: Token
    start_phrases: Phrases
    review: Phrases
    review_whole: Phrases
    innocent: Phrases
    hedges: Phrases
    limits: Phrases
    inverted: Phrases
    reasons: Phrases
    asking: Phrases
    open_starts: frozenset[str]
    run_on_starts: frozenset[str]
    run_on_blockers: frozenset[str]
    joins: frozenset[str]


@cache
def rules(languages: tuple[str, ...] = LANGUAGES) -> Rules:
    """The compiled rules of these languages. Raises `KeyError` for an unknown one."""
    files = [_read(language) for language in languages]
    lists = _lists(files)
    opt_outs = _opt_outs(files)

    def words(key: str) -> frozenset[str]:
        return frozenset(row["word"] for file in files for row in file[key])

    def listed(key: str) -> list[str]:
        return [entry for file in files for entry in file[key]]

    def phrases(key: str) -> Phrases:
        rows = (row if isinstance(row, dict) else {"id": key, "say": row} for file in files for row in file[key])
        return Phrases(((row["id"], row["say"]) for row in rows), lists)

    return Rules(
        version=_version(),
        stop=words("stop"),
        business=frozenset(row["word"] for file in files for row in file["stop"] if row.get("business")),
        start=words("start"),
        start_when_opted_out=words("start_when_opted_out"),
        help=words("help"),
        near_misses=frozenset(listed("near_misses")),
        not_typos=frozenset(listed("not_typos")),
        typo_targets=tuple(listed("typo_targets")),
        inner_typo_targets=tuple(listed("inner_typo_targets")),
        polite=frozenset(listed("polite")),
        polite_after=frozenset(listed("polite_after")),
        polite_for_others=frozenset(listed("polite_for_others")),
        polite_for_start=frozenset(listed("polite_for_others") + listed("polite_for_start")),
        spellings=_spellings(files),
        opt_out=Phrases(((key, say) for key, (say, _) in opt_outs.items()), lists),
        opt_outs={key: opt_out for key, (_, opt_out) in opt_outs.items()},
        before=entries(lists["pre"], "*"),
        after=entries(lists["tail"], "*"),
        start_phrases=phrases("start_phrases"),
        review=phrases("review"),
        review_whole=phrases("review_whole"),
        innocent=phrases("innocent"),
        hedges=phrases("hedges"),
        limits=phrases("limits"),
        inverted=phrases("inverted"),
        reasons=Phrases((("reason", entry) for entry in lists["reason"]), {}),
        asking=phrases("asking"),
        open_starts=frozenset(listed("open_starts")),
        run_on_starts=frozenset(listed("run_on_starts")),
        run_on_blockers=frozenset(listed("run_on_blockers")),
        joins=frozenset(listed("joins")),
    )


@cache
def _read(language: str) -> dict[str, Any]:
    if language not in LANGUAGES:
        raise KeyError(language)
    found: dict[str, Any] = json.loads((_FOLDER / f"{language}.json").read_text(encoding="utf-8"))
    return found


@cache
def _version() -> str:
    digest = hashlib.sha256()
    for path in sorted(_FOLDER.glob("*.json")):
        digest.update(path.read_bytes())
    return f"{max(_read(language)['version'] for language in LANGUAGES)}+{digest.hexdigest()[:8]}"


def _lists(files: Sequence[dict[str, Any]]) -> Lists:
    """Lists of the same name in two languages are one list."""
    merged: dict[str, list[str]] = {}
    for file in files:
        for name, found in file["lists"].items():
            merged.setdefault(name, []).extend(found)
    return merged


def _opt_outs(files: Sequence[dict[str, Any]]) -> dict[str, tuple[str, OptOut]]:
    return {
        f"{file['language']}{number}": (
            row["say"],
            OptOut(
                id=f"{file['language']}:{row['id']}",
                open=row.get("open", False),
                bare=row.get("bare", False),
                needs_reason=row.get("needs_reason", False),
            ),
        )
        for file in files
        for number, row in enumerate(file["opt_out"])
    }


def _spellings(files: Sequence[dict[str, Any]]) -> tuple[re.Pattern[str], dict[str, str]]:
    table = {variant: word for file in files for word, variants in file["spellings"].items() for variant in variants}
    alternatives = "|".join(re.escape(variant) for variant in sorted(table, key=len, reverse=True))
    return re.compile(f"(?<![^ ])(?:{alternatives})(?= )"), table
