"""`scan`: the whole way of a text, with an early end for the many that hold nothing."""

from collections.abc import Sequence
from typing import Final, Literal

from compliance.detectors.beside import birth_dates, secrets_after_address
from compliance.detectors.card_details import find_card_details
from compliance.detectors.card_numbers import find_cards
from compliance.detectors.credentials import find_credentials
from compliance.detectors.data_files import read
from compliance.detectors.finance import find_finance
from compliance.detectors.findings import PLAIN_MASKS, SHOWS_LAST_FOUR, Confidence, Finding, last_four_of, mask_for
from compliance.detectors.folding import fold, fold_plain, is_plain
from compliance.detectors.gates import (
    FORMATS,
    HEALTH,
    MONEY,
    NUMBERS,
    SECRETS,
    SHAPES,
    SPELLED,
    glance,
    holds_nothing,
    may_hold,
)
from compliance.detectors.health import find_health
from compliance.detectors.identifiers import find_identifiers
from compliance.detectors.known_words import settle
from compliance.detectors.masks import CARD_MASK, hide_masks
from compliance.detectors.reading import Draft, Reading, read_text, reasons
from compliance.detectors.secret_formats import secret_formats
from compliance.detectors.shapes import find_shapes
from compliance.detectors.spoken_births import spoken_births
from compliance.detectors.vocabulary import words_with_figures

Direction = Literal["in", "out"]
_new = tuple.__new__  # without the arguments of a NamedTuple, which cost as much again
_WEIGHTS: Final = read("weights")
_HIGH: Final = _WEIGHTS["high_from"]
_MEDIUM: Final = _WEIGHTS["medium_from"]
_REPORTED: Final = _WEIGHTS["reported_from"]
settle()  # the words of all lists, which the modules above have added


def scan(texts: Sequence[str] | str, *, direction: Direction = "in") -> tuple[Finding, ...]:
    """Every sensitive value in a text, or in the recent texts of one sender (oldest first), in order of their place.

    Of several texts the places count in `"\\n".join(texts)`. A value split over texts gives one finding for each
    fragment, with the same `group`. Never raises, whatever the text; takes time in step with its length.
    """
    original = texts if isinstance(texts, str) else "\n".join(texts)
    shown = hide_masks(original)
    if is_plain(shown):
        seen = glance(shown)
        if holds_nothing(seen, shown):
            return ()
        folded = fold_plain(shown)
    else:
        folded = fold(shown)
        seen = glance(folded.text)
    may = may_hold(seen, folded.text, original)
    if shown is not original and seen.digits and CARD_MASK in original:
        may |= NUMBERS
    if not may:
        return ()
    reading = read_text(
        original, folded, direction, spelled=bool(may & SPELLED), numbers=bool(may & (NUMBERS | SECRETS)), seen=seen
    )
    drafts = _drafts(reading, may)
    return _findings(reading, _winners(drafts)) if drafts else ()


def _drafts(reading: Reading, may: int) -> list[Draft]:
    """What each detector found, the surest kinds first; later ones leave alone what is taken."""
    taken = bytearray(len(reading.text) + 1)
    found: list[Draft] = []
    if may & FORMATS:
        found += _secrets(reading)
        _take(taken, found)
    if may & NUMBERS:
        found += _numbers(reading, taken, shapes=bool(may & (SHAPES | SPELLED)))
    if may & SECRETS:
        secrets = [draft for draft in find_credentials(reading) if not _any_taken(taken, draft)]
        found += secrets
    _take(taken, found)
    if may & (HEALTH | MONEY):
        words = words_with_figures(reading.text, reading.signs(), reading.words)
        told = find_health(reading, words) if may & HEALTH else []
        told += find_finance(reading, words, taken) if may & MONEY else []
        found += [draft for draft in told if not _any_taken(taken, draft)]
    return found


def _numbers(reading: Reading, taken: bytearray, *, shapes: bool) -> list[Draft]:
    """Cards and what comes with them, and every other number that is somebody's."""
    found = find_shapes(reading) if shapes else []
    _take(taken, found)
    cards = [draft for draft in find_cards(reading) if draft.score >= _REPORTED and not _any_taken(taken, draft)]
    _take(taken, cards)
    identifiers = find_identifiers(reading, taken, beside_card=bool(cards))
    codes = [draft for draft in identifiers if draft.type == "CARD_SECURITY"]
    more = bytearray(taken)
    _take(more, identifiers)
    details = find_card_details(reading, cards, codes, more)
    _take(taken, details)
    _take(more, details)
    births = birth_dates(reading, [*found, *identifiers], taken) + spoken_births(reading, more)
    return [*found, *cards, *identifiers, *details, *births]


def _secrets(reading: Reading) -> list[Draft]:
    """Keys and tokens, found in the original and told in places of the folded text."""
    found = []
    for start, end, name in secret_formats(reading.original):
        span = reading.folded.places(start, end)
        if span is not None:
            found.append(Draft("CREDENTIAL", (span,), reasons(f"credential.known_format/{name}")))
    return found + secrets_after_address(reading) if "@" in reading.original else found


def _take(taken: bytearray, drafts: list[Draft]) -> None:
    for draft in drafts:
        for start, end in draft.spans:
            taken[start:end] = b"\x01" * (end - start)


def _any_taken(taken: bytearray, draft: Draft) -> bool:
    spans = draft.spans
    if len(spans) == 1:
        start, end = spans[0]
        return 1 in taken[start:end]
    return any(1 in taken[start:end] for start, end in spans)


def _winners(drafts: list[Draft]) -> list[Draft]:
    """One for each place: the highest score, then the longest, then the first."""
    if len(drafts) == 1:
        return drafts if drafts[0].score >= _REPORTED else []
    ranked = sorted(
        (draft for draft in drafts if draft.score >= _REPORTED),
        key=_worth,
    )
    length = 0
    for draft in ranked:
        for _, end in draft.spans:
            length = max(length, end)
    taken = bytearray(length)
    winners = []
    for draft in ranked:
        if not _any_taken(taken, draft):
            _take(taken, [draft])
            winners.append(draft)
    return winners


def _worth(draft: Draft) -> tuple[float, int, tuple[int, int]]:
    length = 0
    for start, end in draft.spans:
        length += end - start
    return -draft.score, -length, draft.spans[0]


def _findings(reading: Reading, winners: list[Draft]) -> tuple[Finding, ...]:
    found: list[Finding] = []
    groups = 0
    for draft in winners if len(winners) == 1 else sorted(winners, key=_first_span):
        kind, spans, why = draft.type, draft.spans, draft.reasons
        group = None
        if len(spans) > 1:
            groups += 1
            group = groups
        score = why.score
        last_four = ""
        if kind in SHOWS_LAST_FOUR:
            last_four = last_four_of(kind, "".join([reading.text[start:end] for start, end in spans]))
            masked = mask_for(kind, last_four)
        else:
            masked = PLAIN_MASKS[kind]
        confidence = _confidence(score)
        for start, end in spans:
            first, last = reading.folded.span(start, end)
            found.append(
                _new(
                    Finding,
                    (kind, first, last, confidence, score, why.every, group, draft.placeholder, masked, last_four),
                )
            )
    return tuple(found) if len(found) == 1 else tuple(sorted(found, key=_place))


def _first_span(draft: Draft) -> tuple[int, int]:
    return draft.spans[0]


def _place(finding: Finding) -> tuple[int, int]:
    return finding.start, finding.end


def _confidence(score: float) -> Confidence:
    return "high" if score >= _HIGH else "medium" if score >= _MEDIUM else "low"
