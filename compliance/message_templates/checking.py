"""What speaks against a template, line by line: its placeholders, its type's parts, words, links, sensitive content.

The same list for what is being written, what is to be published and what ships in the library. A body is judged with
sample values in it, so that what its placeholders stand for counts, and is counted as long as a usual text of it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compliance.content_types.catalogue import CATALOGUE, PARTS, ContentType, Part, named
from compliance.content_types.classifying import recognize
from compliance.content_types.links import Wrong, links_in, wrong_with
from compliance.detectors import scan
from compliance.message_templates.placeholders import (
    PLACEHOLDERS,
    Unfilled,
    fill,
    names_in,
    parts_for,
    samples,
    unknown_in,
)
from compliance.models.finding_exception import NEVER as NOT_KEPT
from compliance.screening.words import name_of, what_to_do
from compliance.words.reserved_words import objections
from tenancy.word_lists import any_of
from texting.segments import SegmentCount, count

LONGEST = 1000  # characters of a body: with values, company name and opt-out words it stays a text of 1,600
LANGUAGES = {"en": gettext_lazy("English"), "es": gettext_lazy("Spanish"), "fr": gettext_lazy("French")}


class Weight(StrEnum):
    """How much a flaw weighs: `NEVER` is not even kept as a draft, `BEFORE` keeps it from being published."""

    NEVER = "never"
    BEFORE = "before"
    NOTE = "note"


@dataclass(frozen=True)
class Flaw:
    """One thing about a body. `line` counts from 1; 0 is about the whole. `rule` and `act` are sentences."""

    weight: Weight
    language: str
    line: int
    rule: str
    act: str

    @property
    def tone(self) -> str:
        """As the list of reasons shows it."""
        return "info" if self.weight is Weight.NOTE else "danger"

    @property
    def evidence(self) -> str:
        """Where it is, in words."""
        where = str(LANGUAGES[self.language])
        return _("%(language)s, line %(line)d") % {"language": where, "line": self.line} if self.line else where


@dataclass(frozen=True)
class Judged:
    """A body with samples in it, what it costs on the air, and what speaks against it."""

    language: str
    text: str
    size: SegmentCount
    flaws: tuple[Flaw, ...]


def judge(type: ContentType, language: str, body: str, *, domains: Collection[str] = ()) -> Judged:
    """Everything there is to say about one body. Never raises, whatever it holds.

    `domains`: all that the organization links (`compliance.content_types.rules.linked`); any where there are none.
    """
    try:
        text = fill(body, samples(language, body))
    except Unfilled:  # a sample is never missing; a name that is unknown stays as it is
        text = body
    flaws = [*_kept(language, body, text), *_wordings(language, text), *_links(language, body, text, domains)]
    flaws += _parts(type, language, body, text) if body.strip() else []
    size = count(text)
    return Judged(language, text, size, (*flaws, *_size(language, size)))


def judge_all(
    type: ContentType, languages: Sequence[str], bodies: Mapping[str, str], *, domains: Collection[str] = ()
) -> list[Judged]:
    """Each language's body, in their order."""
    return [judge(type, language, bodies.get(language, ""), domains=domains) for language in languages]


def against(judged: Sequence[Judged], *weights: Weight) -> list[Flaw]:
    """The flaws of these weights."""
    return [flaw for one in judged for flaw in one.flaws if flaw.weight in weights]


def _kept(language: str, body: str, text: str) -> Iterator[Flaw]:
    """What is not stored at all."""
    if not body.strip():
        yield Flaw(
            Weight.BEFORE, language, 0, _("Nothing is written yet."), _("Write the text, or leave the language out.")
        )
    if len(body) > LONGEST:
        rule = _("It has %(length)s characters; a template holds at most %(most)s.")
        words = {"length": f"{len(body):,}", "most": f"{LONGEST:,}"}
        yield Flaw(Weight.NEVER, language, 0, rule % words, _("Shorten it, or make two templates of it."))
    if "\x00" in body or "\ufffd" in body or any("\ud800" <= character <= "\udfff" for character in body):
        act = _("Type it again instead of pasting it.")
        yield Flaw(Weight.NEVER, language, 0, _("It holds characters that cannot be sent."), act)
    for unknown in unknown_in(body):
        known = ", ".join([*(one.written for one in PLACEHOLDERS.values()), "{field:…}"])
        if len(unknown) > 1:
            rule, act = _("%(what)s is no placeholder.") % {"what": unknown}, _("Use one of these: %(known)s")
        else:
            rule, act = (
                _("A brace %(what)s stands alone.") % {"what": unknown},
                _("Take it out, or use one of: %(known)s"),
            )
        yield Flaw(Weight.NEVER, language, _line_of(body, unknown), rule, act % {"known": known})
    for found in scan(text[:5000], direction="out"):
        what = {"what": name_of(found.type)}
        if found.confidence == "low":
            yield Flaw(
                Weight.NOTE,
                language,
                _line_at(text, found.start),
                _("This may be %(what)s.") % what,
                _("If it is, take it out."),
            )
            continue
        rule = _("It holds %(what)s, which must not be sent by text.") % what
        weight = Weight.NEVER if found.type in NOT_KEPT else Weight.BEFORE
        yield Flaw(weight, language, _line_at(text, found.start), rule, what_to_do([found.type]))


def _wordings(language: str, text: str) -> Iterator[Flaw]:
    for word in objections(text):
        yield Flaw(Weight.BEFORE, language, _line_of(text, word.word), word.why, word.instead)
    folded = text.casefold()
    if "stop" in folded and ("opt out" in folded or "reply stop" in folded):
        rule = _("It says how to opt out itself.")
        act = _("Leave that out: Parley adds company name and opt-out words to the first text of each conversation.")
        yield Flaw(Weight.NOTE, language, _line_of(folded, "stop"), rule, act)


def _links(language: str, body: str, text: str, domains: Collection[str]) -> Iterator[Flaw]:
    """Of an address that only a sample holds the domain says nothing: the gate sees the one that is filled in."""
    for link in links_in(text):
        wrong = wrong_with(link, allowed=domains if link.host in body.lower() else (), only_https=True)
        if wrong is not None:
            yield Flaw(Weight.BEFORE, language, _line_of(text, link.text), *_link_words(wrong, link.host))


def _link_words(wrong: Wrong, host: str) -> tuple[str, str]:
    """What is wrong with a link, and what to do."""
    rules = {
        Wrong.SHORTENER: _("%(host)s shortens anybody's links, so carriers take texts with it for spam."),
        Wrong.ADDRESS: _("%(host)s is a number and no name, so carriers take texts with it for spam."),
        Wrong.LOGIN: _("A link to %(host)s carries a name or password."),
        Wrong.LOOK_ALIKE: _("%(host)s holds letters that look like others."),
        Wrong.REDIRECT: _("A link to %(host)s leads on to another address."),
        Wrong.NOT_SECURE: _("A link to %(host)s that does not begin with https:// may be changed on its way."),
    }
    rule = rules.get(wrong, _("%(host)s may not be linked."))
    return rule % {"host": host}, _("Write the whole address of your own site, with https://.")


def _parts(type: ContentType, language: str, body: str, text: str) -> Iterator[Flaw]:
    """The type's own rules (`compliance.content_types.kinds`), and what carriers carry for nobody."""
    entry, recognized = CATALOGUE[type], recognize(text)
    has = recognized.parts | parts_for(names_in(body))
    for group in entry.rules.missing(has):
        ways = [one.written for one in PLACEHOLDERS.values() if one.part in group]
        rule = _("“%(type)s” needs %(parts)s.") % {"type": entry.label, "parts": named(group)}
        act = _("Write it, or put in %(ways)s.") % {"ways": any_of(ways)} if ways else _("Write it.")
        yield Flaw(Weight.BEFORE, language, 0, rule, act)
    for part in entry.rules.not_allowed(has):
        rule = _("“%(type)s” must not hold %(part)s.") % {"type": entry.label, "part": PARTS[part]}
        offer = CATALOGUE[ContentType.PROMOTION].label
        act = _("Take it out. What advertises is of the type “%(offer)s” and needs permission for marketing.")
        yield Flaw(Weight.BEFORE, language, _line_with(text, part), rule, act % {"offer": offer})
    if recognized.forbidden:
        rule = _("Carriers refuse texts about this: “%(phrase)s”.") % {"phrase": recognized.forbidden_by}
        yield Flaw(Weight.BEFORE, language, _line_of(text, recognized.forbidden_by), rule, _("Take it out."))


def _line_with(text: str, part: Part) -> int:
    """The first line that holds the part by itself; 0 when it takes several."""
    lines = enumerate(text.split("\n")[:40], start=1)
    return next((number for number, line in lines if part in recognize(line).parts), 0)


def _size(language: str, size: SegmentCount) -> Iterator[Flaw]:
    if size.culprits and size.segments > 1:
        signs = " ".join(one.character for one in size.culprits[:5])
        rule = _("These characters make a segment hold 70 instead of 160: %(signs)s") % {"signs": signs}
        yield Flaw(Weight.NOTE, language, 0, rule, _("Write it without them where you can."))


def _line_at(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1


def _line_of(text: str, piece: str) -> int:
    place = text.casefold().find(piece.casefold()) if piece else -1
    return _line_at(text, place) if place >= 0 else 0
