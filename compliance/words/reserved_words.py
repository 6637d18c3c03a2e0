"""Wording that asks a customer to answer with a word which means something else to us and to the carriers.

"Reply CANCEL to cancel your appointment" opts them out; "text YES to confirm" is an opt-in word for carriers; "STOP is
the only way to opt out" and "reply 2 to unsubscribe" break the law themselves (47 CFR 64.1200(a)(10): no exclusive
means, no substitutes). English, Spanish and French are read; what is said of them is in the reader's language.
"""

import re
from dataclasses import dataclass
from functools import cache

from compliance.words.keyword_rules import LANGUAGES, rules
from tenancy.said import gettext as _

_PLAINLY_STOP = frozenset({"stop", "stopall", "unsubscribe", "optout", "arret", "alto", "baja"})
_YES = frozenset({"yes", "si", "sí", "oui", "y", "start"})
_ACCENTS = str.maketrans("áàâäéèêëíìîïóòôöúùûüñç", "aaaaeeeeiiiioooouuuunc")

_ASK = (
    r"(?:reply|replying|text|texting|txt|respond|responding|answer|answering|send|sending|type|write|"
    r"responda|responde|respondan|respondiendo|conteste|contesta|envie|envia|enviando|mande|manda|escriba|escribe|"
    r"repondez|reponds|repondre|repondant|envoyez|envoie|textez|tapez|ecrivez)"
)
_FILLER = r"(?:with|back|us|me|by|the|a|one|word|just|simply|con|la|palabra|nos|avec|le|mot|par|:|-)"
_QUOTE = "[\"'\u201c\u201d\u2018\u2019\u00ab\u00bb(*]*"
_ASKED = re.compile(rf"\b{_ASK}\b(?:\s*{_FILLER}\b|\s*[:-])*\s+{_QUOTE}(?P<word>[\w-]+)", re.I)
_LOUD = re.compile(r"(?<![\w@.])(?P<word>[A-ZÁÉÍÓÚÊ]{1,12}|\"[A-Za-z]{2,12}\"|\d{1,2})(?![\w@])")
_ASKS = re.compile(rf"\b{_ASK}\b", re.I)
_SENTENCE = re.compile(r"[^.!?\n;]+")
_TEXTS = (
    r"(?:all |our |these |your |my |further |future |the |more |los |estos |nuestros |nos |ces |vos |des |les )*"
    r"(?:texts?|messages?|msgs?|sms|alerts?|messaging|mensajes|textos|notifications?)"
)
_TO_STOP = re.compile(
    rf"(?:to|2|para|pour|if you (?:want|wish|would like) to|si desea|si vous voulez)\s+(?:be\s+|receive\s+|not\s+)*"
    rf"(?:opt[ -]?out|unsubscribe|unsub|no longer|dar(?:se)? de baja|desuscribirse|vous desabonner|se desabonner|"
    rf"desabonner|vous desinscrire|leave(?=\s*$)|"
    rf"(?:stop|end|quit|cancel|cancelar|annuler|arreter|detener|dejar|ne plus|no|cesser|parar)"
    rf"(?:\s+(?:receiving|getting|de recibir|de recevoir|recevoir|recibir|mas))*(?:\s+{_TEXTS})?\s*"
    rf"(?:$|[,)]|at any|any ?time))",
    re.I,
)
_TO_START = re.compile(
    r"(?:to|para|pour)\s+(?:opt[ -]?in|subscribe|resubscribe|join|start|get|receive|suscribir\w*|volver|recibir|"
    r"revenir|vous (?:re)?abonner|recevoir)",
    re.I,
)
_TO_HELP = re.compile(r"(?:for|para|pour)\s+(?:more\s+)?(?:help|info\w*|ayuda|de l.aide|aide|obtener ayuda)", re.I)
_ONLY = re.compile(
    r"\bonly (?:way|means|method|option) (?:for you )?(?:to|of) (?:opt|stop|unsubscri|end|cancel|revo|be removed)|"
    r"\b(?:can|may|must) only (?:opt[ -]?out|unsubscribe|stop (?:texts|messages)|revoke) (?:by|with|via|through)|"
    r"\bonly (?:by|if you|when you) (?:repl|text|send)\w* (?:with )?[\"'\u201c]?stop\b|"
    r"\bunica (?:forma|manera|via) de (?:darse|cancelar|dejar|detener)|"
    r"\bsolo (?:puede|podra) (?:darse de baja|cancelar|dejar de recibir)|"
    r"\bseul(?:e)? (?:moyen|facon|maniere) de (?:vous|se|arreter|annuler|ne plus)|"
    r"\buniquement en (?:repondant|envoyant|textant)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Objection:
    """What is wrong with a wording, for a person: the word (or "" for a sentence), why, and what to write instead."""

    word: str
    why: str
    instead: str


def objections(text: str) -> list[Objection]:
    """What the text asks for that means something else, each word once, in the order of the text."""
    plain = text.translate(_ACCENTS | {ord("\u2019"): "'"})
    found: dict[str, Objection] = {}
    if _ONLY.search(plain):
        found["only"] = Objection(
            "",
            _("It says that there is only one way to opt out. Customers may opt out in any reasonable way."),
            _("Write “Reply STOP to opt out” and nothing about other ways."),
        )
    for sentence in _SENTENCE.findall(plain[:5000]):
        asks = _ASKS.search(sentence)
        if asks is None:
            continue
        words = _words(sentence, asks.start())
        for place, (end, word) in enumerate(words):
            until = words[place + 1][0] - len(words[place + 1][1]) if place + 1 < len(words) else len(sentence)
            objection = _judged(word, sentence[end:until])
            if objection:
                found.setdefault(word.casefold(), objection)
    return list(found.values())


def _words(sentence: str, start: int) -> list[tuple[int, str]]:
    """Words that a customer is asked to send: right after "reply", or loud and later; with where each ends."""
    found = {match.end("word"): match["word"] for match in _ASKED.finditer(sentence)}
    for match in _LOUD.finditer(sentence, start):
        found.setdefault(match.end("word") - match["word"].count('"') // 2, match["word"].strip('"'))
    return sorted((end, word) for end, word in found.items())


def _judged(word: str, after: str) -> Objection | None:
    plain = word.casefold().replace("-", "")
    purpose = after.strip(" \"'\u201d\u2019\u00bb)*,:").strip()
    if plain.isdigit():
        return _number(word) if _TO_STOP.match(purpose) else None
    known = _reserved()
    if plain in known.stop:
        fine = _TO_STOP.match(purpose) or (
            plain in _PLAINLY_STOP and not re.match(r"(?:to|para|pour|if|si)\b", purpose)
        )
        return None if fine else _stop(word)
    if plain in known.help:
        return (
            None
            if not purpose or _TO_HELP.match(purpose) or not re.match(r"(?:to|para|pour)\b", purpose)
            else _help(word)
        )
    if plain in _YES | known.start:
        return None if _TO_START.match(purpose) else _yes(word)
    return None


def _stop(word: str) -> Objection:
    return Objection(
        word,
        _("A customer who replies %(word)s gets no more texts from you at all.") % {"word": word.upper()},
        _("Ask for another word, such as X to cancel or R to reschedule."),
    )


def _yes(word: str) -> Objection:
    return Objection(
        word,
        _("Carriers take %(word)s for agreeing to texts, and may answer it themselves.") % {"word": word.upper()},
        _("Ask for another word, such as C to confirm."),
    )


def _help(word: str) -> Objection:
    return Objection(
        word,
        _("A customer who replies %(word)s gets the automatic answer to HELP.") % {"word": word.upper()},
        _("Ask for another word, such as A for an agent."),
    )


def _number(word: str) -> Objection:
    return Objection(
        word,
        _("%(word)s cannot stand for STOP: customers must be able to opt out with the usual words.") % {"word": word},
        _("Write “Reply STOP to opt out”."),
    )


@dataclass(frozen=True, slots=True)
class _Reserved:
    stop: frozenset[str]
    start: frozenset[str]
    help: frozenset[str]


@cache
def _reserved() -> _Reserved:
    """The single words of all languages that the keywords know."""
    known = rules(LANGUAGES)
    return _Reserved(
        stop=frozenset(word for word in known.stop if " " not in word),
        start=frozenset(word for word in known.start if " " not in word),
        help=known.help,
    )
