"""Which words a text has, for finding it again. Plain values: no Django.

Words are compared without regard to case and accents (NFKD, casefold, without marks and what nobody sees). Scripts
that put no spaces between words (Chinese, Japanese, Thai, Lao, Burmese, Khmer) are kept sign by sign and in pairs of
signs. An emoji is a word. Telephone numbers and e-mail addresses are no words: of a number the last four digits are,
as everywhere else in the product.

Both sides go through here: what is written into the index and what is looked for.
"""

import re
import unicodedata
from collections.abc import Iterator

from texting.masking import hide_people

MOST_WORDS = 200  # different ones of a text; a note of 4,000 characters has more, and is found by its first ones
LONGEST_WORD = 40  # signs of a word that count; longer ones that begin alike are told apart by looking at the text
SHORTEST_PREFIX, LONGEST_PREFIX = 2, 8  # of a name's words

DENSE = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
"""Signs of scripts without spaces, as the inside of a character class."""
SPACED = rf"(?:(?![{DENSE}])[^\W_])"
"""One sign of a word in any other script."""
EMOJI = "\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001f3fa\U0001f400-\U0001faff"  # without the tones of skin

_PARTS = re.compile(rf"(?P<dense>[{DENSE}]+)|{SPACED}+|[{EMOJI}]")
_APOSTROPHE = re.compile(r"(?<=\w)['\u2018\u2019\u02bc\u02b9`\u00b4](?=\w)")
_DENSE_NAME = re.compile(rf"[{DENSE}]{{3,}}")
_MAIL = re.compile(r"[^\s@<>]{1,64}@[^\s@<>]{1,190}\.[^\s@<>.]{2,}")
_ASCII_PARTS = re.compile(r"[a-z0-9]+")

# The most frequent words of the three languages that customers here write. They are in every other text.
_STOP_WORDS = """
the and you for your that this with are was have has had not but can will our from they she him her his its what who
how there here just been were would could should about into than then them their of to in is it on at be as we me my
by or an if so do no up am us he
que de la el en los las un una por con para del al se su sus lo es son mi tu te me nos ha han hay pero como
le les des du et est une pour dans sur pas qui nous vous je il elle ce cette ces sont avec plus ne au aux
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())


def fold(text: str) -> str:
    """The text as it is compared: without case, accents and what nobody sees."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text).casefold()
    return "".join(sign for sign in apart if unicodedata.category(sign) not in {"Mn", "Cf"})


def parts(folded: str) -> Iterator[tuple[str, bool]]:
    """The words of a folded text in their order, and whether one is a run of signs without spaces between words."""
    if folded.isascii():
        for found in _ASCII_PARTS.finditer(folded):
            yield found[0], False
    else:
        for found in _PARTS.finditer(folded):
            yield found[0], found["dense"] is not None


def words_of(text: str) -> list[str]:
    """The different words under which a text is found, at most `MOST_WORDS`, in the order in which they come."""
    found: dict[str, None] = {}
    for word in _wanted(fold(hide_people(text))):
        found[word] = None
        if len(found) == MOST_WORDS:
            break
    return list(found)


def _wanted(folded: str) -> Iterator[str]:
    for part, dense in parts(folded):
        if dense:
            yield from part
            yield from (part[at : at + 2] for at in range(len(part) - 1))
        elif is_word(part):
            yield part[:LONGEST_WORD]


def is_word(part: str) -> bool:
    """Whether a part is looked for: stop words and single letters and digits are not."""
    return (len(part) > 1 or not part.isalnum()) and part not in STOP_WORDS


def whole_name(name: str) -> str:
    """What two contacts of the same name have in common, in whatever order its words are; "" for a single word, which
    says too little.
    """
    words = sorted(part for part, _dense in parts(fold(name)))
    return " ".join(words) if len(words) > 1 or (words and _DENSE_NAME.fullmatch(words[0])) else ""


def mail_of(text: str) -> str:
    """The e-mail address that a text is, as it is compared; "" for anything else."""
    found = text.strip().casefold()
    return found if _MAIL.fullmatch(found) else ""


def spellings(name: str) -> tuple[str, ...]:
    """A name folded as it is written, and where it has an apostrophe also without: people type "obrien"."""
    folded = fold(name)
    joined = _APOSTROPHE.sub("", folded)
    return (folded, joined) if joined != folded else (folded,)


def beginnings_of(name: str) -> list[str]:
    """Under what the owner of a name is found: how each of its words begins, from two signs on.

    Of scripts without spaces each sign and each pair of signs, since a given name follows the other without a space.
    """
    found: dict[str, None] = {}
    for part, dense in (part for folded in spellings(name) for part in parts(folded)):
        if dense:
            found.update(dict.fromkeys([*part, *(part[at : at + 2] for at in range(len(part) - 1))]))
        else:
            ends = range(min(SHORTEST_PREFIX, len(part)), min(len(part), LONGEST_PREFIX) + 1)
            found.update(dict.fromkeys(part[:end] for end in ends))
    return list(found)[:MOST_WORDS]
