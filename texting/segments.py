"""What a text costs on the air: its encoding, units and segments, and which characters make it dear.

A text that holds only GSM 03.38 characters travels as GSM-7 (160 units, or 153 a segment once there are several); one
other character turns the whole text into UCS-2 (70 units, 67 a segment). Rules of the counting, which the composer's
live meter (`config/static/js/segments.js`) repeats from the same tables, exported by `tables()`:

1. With smart encoding the text is first passed through `smart()`.
2. The text is cut into clusters (`texting/graphemes.py`). It is GSM-7 when every cluster is one GSM character.
3. In GSM-7 a cluster costs 1 unit, an extension character (`^{}\\[~]|`, euro sign, form feed) 2. In UCS-2 a cluster
   costs its UTF-16 code units.
4. If all units fit into the single size there is one segment. Otherwise clusters are laid into segments of the smaller
   size one after the other; a cluster that no longer fits starts the next segment, so neither an extension pair nor an
   emoji is split. A cluster bigger than a whole segment is laid down code point by code point.

An empty text is one segment of 0 units: a text without words (a picture, or nothing but removed characters) is still
one text to the carrier, and the provider bills it so. Lone surrogates, which JavaScript can send, cost one unit.

Source: GSM 03.38; Twilio's public segment calculator for clusters and smart encoding. Plain values: no Django.
"""

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from texting.graphemes import PICTOGRAPHS, clusters

GSM_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENSION = "\f^{}\\[~]|€"
SINGLE_SIZE = {"GSM-7": 160, "UCS-2": 70}  # units in a text of one segment
PART_SIZE = {"GSM-7": 153, "UCS-2": 67}  # units in each segment of a longer text: 6 bytes go to the header

_GSM = frozenset(GSM_BASIC + GSM_EXTENSION)
_ALL_GSM = re.compile("[" + re.escape(GSM_BASIC + GSM_EXTENSION) + "]*")
_ANY_EXTENSION = re.compile("[" + re.escape(GSM_EXTENSION) + "]")
_VARIATION_SELECTORS = re.compile("[\ufe0e\ufe0f]")

Encoding = Literal["GSM-7", "UCS-2"]


@dataclass(frozen=True, slots=True)
class Culprit:
    """One character that forces UCS-2. `index`: its first place, in code points of the counted text."""

    index: int
    character: str
    name: str
    replacement: str | None


@dataclass(frozen=True, slots=True)
class SegmentCount:
    """`units`: septets or UTF-16 code units. `culprits`: each character once, in order of first appearance."""

    encoding: Encoding
    units: int
    segments: int
    culprits: tuple[Culprit, ...]


def _points(spans: str) -> Iterable[str]:
    for span in spans.split():
        low, _, high = span.partition("-")
        yield from map(chr, range(int(low, 16), int(high or low, 16) + 1))


def _mapping(rows: list[dict[str, str]], value: str = "to") -> dict[str, str]:
    return {character: row[value] for row in rows for character in _points(row["from"])}


_DATA: dict[str, Any] = json.loads(Path(__file__).with_name("segment_tables.json").read_text(encoding="utf-8"))
_SMART = _mapping(_DATA["smart"])
_NOT_OFFERED = frozenset(_points(_DATA["not_offered"]))
_REPLACEMENTS = {c: to for c, to in _SMART.items() if c not in _NOT_OFFERED} | _mapping(_DATA["replacements"])
_ACCENTS = _mapping(_DATA["accents"])
_NAMES = _mapping(_DATA["names"], "name")
_SMART_TABLE = str.maketrans(_SMART)


def count(text: str, smart_encoding: bool = False) -> SegmentCount:
    """Encoding, units, segments and culprits of one text, by the rules at the top of this module. Linear time."""
    body = smart(text) if smart_encoding else text
    if _ALL_GSM.fullmatch(body):
        units = len(body) + len(_ANY_EXTENSION.findall(body))
        return SegmentCount("GSM-7", units, _gsm_segments(body, units), ())
    pieces = list(clusters(body))
    costs = [_utf16_units(piece) for piece in pieces]
    return SegmentCount("UCS-2", sum(costs), _ucs2_segments(pieces, costs), _culprits(pieces))


def unicode_extra(text: str) -> int:
    """How many segments fewer the text would take with a plain letter for each one that is none of GSM 03.38."""
    counted = count(text)
    if counted.encoding == "GSM-7":
        return 0
    plain = "".join(piece if piece in _GSM else "x" for piece in clusters(text))
    return max(0, counted.segments - count(plain).segments)


def smart(text: str) -> str:
    """The text as Twilio's smart encoding sends it.

    Letters followed by accents of their own (decomposed text, as macOS writes it) are composed first: the table would
    turn such an accent into a sign of its own ("Sen~or"). The table's oddities are kept, because they are what is sent:
    most no-break and wide spaces become two spaces, a tab seven; a grave accent becomes an apostrophe; one fraction
    becomes three characters, so a text may grow. Letters such as ç, í, ł and emoji are left alone.
    """
    return _composed(text).translate(_SMART_TABLE)


def replace_culprits(text: str) -> str:
    """The text with the characters that force UCS-2 replaced, where we offer one (quotes, dashes, spaces ...).

    Never touches GSM characters, letters with accents that cannot be composed into GSM ones, or emoji. Idempotent.
    """
    if _ALL_GSM.fullmatch(text):
        return text
    return "".join(_replaced(piece) for piece in clusters(text))


def simplify_accents(text: str) -> str:
    """The text with Latin letters that GSM-7 lacks written without accent (ç c, í i, ł l, œ oe); ñ, é, ü ... stay.

    Only for a person who asks for it: it changes names. Other alphabets are left alone.
    """
    return "".join(_without_accent(piece) for piece in clusters(text))


def tables() -> dict[str, Any]:
    """Everything the meter in the browser needs, ready for JSON: characters, replacements, names, sizes, ranges."""
    return {
        "basic": GSM_BASIC,
        "extension": GSM_EXTENSION,
        "smart": dict(_SMART),
        "replacements": dict(_REPLACEMENTS),
        "accents": dict(_ACCENTS),
        "names": dict(_NAMES),
        "pictographs": [list(span) for span in PICTOGRAPHS],
        "single": dict(SINGLE_SIZE),
        "part": dict(PART_SIZE),
        "version": _DATA["version"],
    }


def _utf16_units(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)


def _gsm_segments(body: str, units: int) -> int:
    if units <= SINGLE_SIZE["GSM-7"]:
        return 1
    if units == len(body):
        return -(-units // PART_SIZE["GSM-7"])
    return _laid_out((2 if character in GSM_EXTENSION else 1 for character in body), PART_SIZE["GSM-7"])


def _ucs2_segments(pieces: list[str], costs: list[int]) -> int:
    if sum(costs) <= SINGLE_SIZE["UCS-2"]:
        return 1
    size = PART_SIZE["UCS-2"]
    split = (
        part
        for piece, cost in zip(pieces, costs, strict=True)
        for part in ([cost] if cost <= size else map(_utf16_units, piece))
    )
    return _laid_out(split, size)


def _laid_out(costs: Iterable[int], size: int) -> int:
    """How many segments of `size` units it takes to lay down these costs in order without splitting any."""
    segments, free = 1, size
    for cost in costs:
        if cost > free:
            segments, free = segments + 1, size
        free -= cost
    return segments


def _culprits(pieces: list[str]) -> tuple[Culprit, ...]:
    found: dict[str, Culprit] = {}
    index = 0
    for piece in pieces:
        if piece not in _GSM and piece not in found:
            found[piece] = Culprit(index, piece, _name(piece), _offered(piece))
        index += len(piece)
    return tuple(found.values())


def _composed(text: str) -> str:
    """Clusters of several code points in composed form. Single ones stay: NFC would turn some spaces into others."""
    if unicodedata.is_normalized("NFC", text):
        return text
    return "".join(unicodedata.normalize("NFC", piece) if len(piece) > 1 else piece for piece in clusters(text))


def _offered(piece: str) -> str | None:
    bare = _VARIATION_SELECTORS.sub("", piece)
    if bare in _REPLACEMENTS:
        return _REPLACEMENTS[bare]
    composed = unicodedata.normalize("NFC", bare)
    return composed if composed and _ALL_GSM.fullmatch(composed) else None


def _replaced(piece: str) -> str:
    if piece in _GSM:
        return piece
    offered = _offered(piece)
    return piece if offered is None else offered


def _without_accent(piece: str) -> str:
    composed = unicodedata.normalize("NFC", piece)
    if composed in _GSM:
        return composed
    if composed in _ACCENTS:
        return _ACCENTS[composed]
    decomposed = unicodedata.normalize("NFD", piece)
    base, marks = decomposed[0], decomposed[1:]
    accents_only = all(unicodedata.category(mark) == "Mn" for mark in marks)
    plain = _ACCENTS.get(base, base)
    return plain if marks and accents_only and plain.isascii() and plain.isalpha() else piece


def _name(piece: str) -> str:
    composed = unicodedata.normalize("NFC", piece)
    if composed in _NAMES:
        return _NAMES[composed]
    if all("\U0001f1e6" <= character <= "\U0001f1ff" for character in piece):
        return "flag " + "".join(chr(ord(character) - 0x1F1E6 + ord("A")) for character in piece)
    if "\ud800" <= piece[0] <= "\udfff":
        return "half of a character"
    name = unicodedata.name(composed[0], f"character U+{ord(composed[0]):04X}")
    return name if name.startswith("character U+") else name.lower()
