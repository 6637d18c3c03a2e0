"""A text reduced to plain words, so that keywords can be compared: `ＳＴＯＰ!!`, `S.T.O.P` and `stoppp` are `stop`.

Only for comparing; evidence keeps the customer's own writing. Plain values: no Django.
"""

import re
import unicodedata
from functools import lru_cache

from compliance.words.keyword_rules import Rules

# Letters that Unicode does not trace back to plain ones: regional indicators and white letters on a dark shape.
_DRESSED = {
    first + offset: chr(ord("a") + offset) for first in (0x1F130, 0x1F150, 0x1F170, 0x1F1E6) for offset in range(26)
}
_PHONE_DIGITS = 7
_KEPT = 200  # sentences
_UNSEEN = {"Cf", "Mn", "Me"}  # zero-width and direction marks, accents, variation selectors, keycaps
_APOSTROPHES = re.compile("['’‘ʼ`´＇]")
_EMOTICON = re.compile(r"(?<!\S)[:;=xX8][-']?[()DPpOo3/\\|*<>]+(?!\S)|<3+")
_NOT_WORD = re.compile(r"[\W_]+")
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_DOTTED = re.compile(r"(?<!\w)(?:[^\W\d_][.*·-]){2,}[^\W\d_](?!\w)")
_SENTENCE = re.compile(r"[^.!?;…\n\r\u2028\u2029]+")
_DASHES = re.compile(r"\s[-–—]+\s|--+")
_NUMBER_SIGN = re.compile(r"#(?!\w)")
_PHONE_NUMBER = re.compile(r"(?<![^ ])(?:\d+ )+")
_ZERO_IN_WORD = re.compile(r"(?<=[a-z])0|0(?=[a-z])")
_APART = re.compile(r"(?<![^ ])(?:[a-z] ){3,}")


def sentences(text: str) -> list[str]:
    """The text cut at full stops, line ends and dashes; a word spelled with dots (`s.t.o.p`) stays whole."""
    whole = _DOTTED.sub(lambda word: word[0][::2], text)
    return [sentence for part in _DASHES.split(whole) for sentence in _SENTENCE.findall(part)]


def norm(body: str) -> str:
    """Lower-case words without accents, punctuation, emoji and invisible characters, one space between them."""
    if body.isascii():  # most texts; nothing below would change such letters
        return _NOT_WORD.sub(" ", body.lower()).strip()
    text = unicodedata.normalize("NFKC", body.translate(_DRESSED)).casefold()
    letters = "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) not in _UNSEEN)
    return _NOT_WORD.sub(" ", letters).strip()


def spelled(text: str, rules: Rules) -> str:
    """`norm` with common spellings made one (`pls`, `unsuscribe`, `s t o p`, `stoppp`); a space after every word.

    Contractions become one word (`dont`), and so does `do not`.
    """
    return respelled(bare(text, rules), rules)


@lru_cache(maxsize=_KEPT)  # several rules read the same sentences
def bare(text: str, rules: Rules) -> str:
    """`norm` without contractions' apostrophes, with letters typed apart joined; a space after every word."""
    words = norm(_NUMBER_SIGN.sub(" number ", _APOSTROPHES.sub("", _EMOTICON.sub(" ", text)))) + " "
    words = _ZERO_IN_WORD.sub("o", _STRETCHED.sub(r"\1", words))
    return _APART.sub(lambda run: _joined(run[0], rules), words).lstrip()


@lru_cache(maxsize=_KEPT)
def respelled(words: str, rules: Rules) -> str:
    """Common spellings and typing errors made one, phone numbers the word `number`."""
    pattern, table = rules.spellings
    words = _PHONE_NUMBER.sub(
        lambda run: "number " if sum(map(str.isdigit, run[0])) >= _PHONE_DIGITS else run[0], words
    )
    words = pattern.sub(lambda variant: table[variant[0]], words)
    return "".join(_untypoed(word, rules) + " " for word in words.split())


def forget() -> None:
    """Keep no sentence in memory any longer: for whoever has read many texts."""
    bare.cache_clear()
    respelled.cache_clear()


def _joined(run: str, rules: Rules) -> str:
    word = run.replace(" ", "")
    return f"{word} " if word in rules.stop | rules.help | rules.start else run


def _untypoed(word: str, rules: Rules) -> str:
    if len(word) < 8 or word in rules.not_typos:
        return word
    return next((target for target in rules.inner_typo_targets if one_slip(word, target)), word)


def one_slip(word: str, target: str) -> bool:
    """Whether `word` is `target` with at most one letter added, left out, changed, or two neighbours swapped."""
    if word == target:
        return True
    if abs(len(word) - len(target)) > 1:
        return False
    start = 0
    while start < min(len(word), len(target)) and word[start] == target[start]:
        start += 1
    rest, wanted = word[start:], target[start:]
    swapped = rest[:2] == wanted[1::-1] and rest[2:] == wanted[2:]
    return swapped or rest[1:] == wanted[1:] or rest[1:] == wanted or rest == wanted[1:]
