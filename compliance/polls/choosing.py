"""Which answer of a question a reply means: its number or letter, however it is written, or its words.

Whatever could mean two answers, or none, is unclear: a person reads it. Numbers are read from digits, and from words in
English, Spanish and French. Plain values: no Django.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from compliance.words.customer_words import own_words
from compliance.words.plain_words import norm

FEWEST, MOST = 2, 9  # answers of a question
LETTERS = "abcdefghj"  # no I, which looks like a 1 and is a word
_LONGEST = 200  # characters of a reply that may be one
_FEW = 6  # words of a reply in which an answer's words may stand among others
_NUMBERS = (
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    *("uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"),
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"),
    *("primero", "segundo", "tercero", "cuarto", "quinto", "sexto", "septimo", "octavo", "noveno"),
    *("primera", "segunda", "tercera", "cuarta", "quinta", "sexta", "septima", "octava", "novena"),
    *("1st", "2nd", "3rd", "4th", "5th", "6th", "7th", "8th", "9th"),
    *("un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf"),
    *("premier", "deuxieme", "troisieme", "quatrieme", "cinquieme", "sixieme", "septieme", "huitieme", "neuvieme"),
    *("1er", "2e", "3e", "4e", "5e", "6e", "7e", "8e", "9e"),
)
_VALUES = {word: at % 9 for at, word in enumerate(_NUMBERS)} | {"una": 0, "une": 0, "premiere": 0, "1re": 0}
_AROUND_WORDS = """
option options number answer choice letter my is i im ill id go going with take choose pick vote votes voting say would
like prefer think for the it its to in on at please pls plz thanks thank you hi hello ok okay
opcion numero respuesta letra la el los las mi voto es elijo escojo prefiero quiero voy por para favor gracias hola en
al con yo
reponse lettre choix le les au aux je prends choisis prefere veux voudrais pour svp sil vous te plait merci bonjour
"""
_DOUBT_WORDS = """
not no dont never none neither nor or and but except if maybe cant cannot wont doesnt didnt isnt arent wasnt werent
couldnt wouldnt shouldnt havent hasnt hadnt aint nope nah without unless besides other than any anything all both either
unable impossible hate hates dislike avoid skip worst bad less what which when why who where how
ni o y pero ninguno ninguna nunca sin tampoco jamas salvo excepto menos ambos ambas todos todas cualquier cualquiera
odio imposible peor que cual cuando quien donde como
pas ne ni non jamais aucun aucune sans sauf mais ou et peut impossible deteste moins tous toutes pire quoi quel quelle
quels quelles quand pourquoi qui comment
stop remove unsubscribe quit cancel alto basta parar pare paren detener detengan baja cancelar cancela cancelen eliminar
eliminen borrar borren quitar quitame quiten arret arreter arretez desabonner desinscrire supprimer supprimez annuler
annulez retirer retirez
"""
_AROUND = frozenset(_AROUND_WORDS.split())
"""What may stand around an answer and changes nothing of it."""
_DOUBT = frozenset(_DOUBT_WORDS.split())
"""With one of these among them, an answer's words mean something else, or more than one, or are asked about."""
_ASKS = frozenset("?¿？؟")
_DENIES = frozenset("👎❌🚫⛔🙅✖✗✘❎")
"""Beside an answer these deny it, where no answer has them."""
_NUMBER_SIGNS = frozenset({"no", "nr", "num", "n"})
"""Before a number they mean one, where no answer says them; before words they deny."""
_DECIMAL = re.compile(r"\d\s*[.,:/-]\s*\d|[<>%$€£]")


def is_own(text: str) -> bool:
    """Whether the customer wrote it: no reaction to our text, no automatic reply."""
    return own_words(text).origin == "customer"


def key_of(at: int, *, lettered: bool) -> str:
    """What stands before answer `at` (from 0), and what customers reply."""
    return LETTERS[at].upper() if lettered else str(at + 1)


def chosen(text: str, answers: Sequence[str], *, lettered: bool = False) -> int | None:
    """The place of the answer that the reply means, from 0; None when that is unclear."""
    own = own_words(text).text if len(text) <= _LONGEST else ""
    said = _words(own)
    wordings = _wordings(tuple(answers))
    if _DENIES.intersection(own).difference(*answers):
        return None
    if said in wordings:
        return wordings.index(said)
    core = _core(said)
    if alike := [at for at, words in enumerate(wordings) if core and core in {words, _core(words)}]:
        return alike[0] if len(alike) == 1 else None
    if len(core) == 2 and core[0] in _NUMBER_SIGNS:
        if any(core[0] in words for words in wordings):
            return None
        core = core[1:]
    if not core or _DECIMAL.search(own):
        return None
    at = _keyed(said, core, wordings, lettered)
    return None if at is not None and len(core) > 1 and _ASKS & set(own) else at


def is_all(text: str, answers: Sequence[str], choice: int, *, lettered: bool = False) -> bool:
    """Whether a reply that means this answer says and asks nothing else, so that nobody needs to read it."""
    if _ASKS & set(own_words(text).text) and not _ASKS & set(answers[choice]):
        return False
    words = set(_words(own_words(text).text)) - _AROUND - set(_wordings(tuple(answers))[choice])
    return all(_key(word, len(answers), lettered) == choice for word in words)


def _keyed(said: Sequence[str], core: Sequence[str], wordings: Sequence[tuple[str, ...]], lettered: bool) -> int | None:
    """By its number or letter, alone, again and again, or beside the words of the same answer; else by those words."""
    by_key = {_key(word, len(wordings), lettered) for word in core}
    if len(by_key) == 1:
        return next(iter(by_key)) if None not in by_key else _among(said, wordings)
    first, last = _key(core[0], len(wordings), lettered), _key(core[-1], len(wordings), lettered)
    for at, rest in ((first, core[1:]), (last, core[:-1])):
        if at is not None and _core(rest) in {wordings[at], _core(wordings[at])}:
            return at
    return _among(said, wordings) if first is None and last is None else None


@lru_cache(maxsize=64)
def _wordings(answers: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    return tuple(_words(one) for one in answers)


def _words(text: str) -> tuple[str, ...]:
    return tuple(norm(text.replace("'", "").replace("’", "")).split())


def _core(said: Sequence[str]) -> tuple[str, ...]:
    """Without what may stand around an answer."""
    words = list(said)
    while words and words[0] in _AROUND:
        words.pop(0)
    while words and words[-1] in _AROUND:
        words.pop()
    return tuple(words)


def _key(word: str, count: int, lettered: bool) -> int | None:
    if lettered:
        at = LETTERS.find(word) if len(word) == 1 else -1
    else:
        at = int(word) - 1 if word.isascii() and word.isdigit() and len(word) < 4 else _VALUES.get(word, -1)
    return at if 0 <= at < count else None


def _among(said: Sequence[str], wordings: Sequence[tuple[str, ...]]) -> int | None:
    """The one answer whose words stand in a short reply that denies and joins nothing."""
    found = [at for at, words in enumerate(wordings) if words and _holds(said, words)]
    inner = {at for at in found if any(at != other and _holds(wordings[other], wordings[at]) for other in found)}
    left = [at for at in found if at not in inner]
    if len(left) != 1 or len(said) > _FEW + len(wordings[left[0]]):
        return None
    rest = list(said)
    for word in wordings[left[0]]:
        rest.remove(word)
    return None if _DOUBT & set(rest) else left[0]


def _holds(words: Sequence[str], part: Sequence[str]) -> bool:
    size = len(part)
    return any(tuple(words[at : at + size]) == tuple(part) for at in range(len(words) - size + 1))
