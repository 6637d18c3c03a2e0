"""Whether the words beside a box say all that an agreement in writing must say; what is missing, and what to write.

A form with a finding is not published. Sources: 47 CFR 64.1200(f)(9) (clear agreement, at that number, no condition of
a purchase), CTIA Messaging Principles 5.1, carriers' reviews of calls to action (docs: DOMAIN 2.2). The wording counts
as each language's own reader reads it: a sentence that takes back what another one says ("STOP does not work") leaves
the thing unsaid. A wording is plain text in which links stand as [words](https://address). No Django.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from compliance.publish_check.disclosure_elements import Wording, missing_elements
from compliance.publish_check.disclosure_words import languages, links

LONGEST = 1_200  # characters of one wording: what is longer is not read


def _(words: str) -> str:
    """Marks words for the catalogues."""
    return words


# rule: (what is missing, what to write). `sample` is in the form's language, whatever its reader's is.
EXPLAINED = {
    "brand": (_("The wording does not say who will text."), _("Name your company: “%(sample)s”.")),
    "agreement": (
        _("The wording does not say that the person agrees to get text messages."),
        _("Begin with “%(sample)s”."),
    ),
    "automated": (_("Marketing texts must be called recurring or automated."), _("Write “%(sample)s”.")),
    "number": (_("The wording does not say which number will be texted."), _("Write “%(sample)s”.")),
    "condition": (
        _("The wording does not say that nobody has to agree in order to buy."),
        _("Write “%(sample)s”."),
    ),
    "purpose": (
        _("The wording does not say what the texts are about."),
        _("Name what %(program)s is about in the sentence."),
    ),
    "frequency": (
        _("The wording does not say how often texts come."),
        _("Write how many at most, or “%(sample)s”."),
    ),
    "rates": (_("The wording does not say that texts may cost something."), _("Write “%(sample)s”.")),
    "stop": (
        _("The wording does not say that STOP ends the texts, or takes it back."),
        _("Write “%(sample)s”."),
    ),
    "help": (
        _("The wording does not say that HELP gets help, or takes it back."),
        _("Write “%(sample)s”."),
    ),
    "reserved": (
        _("STOP, HELP or another reserved word is given another meaning than it has."),
        _("STOP and its like only cancel, HELP only helps, START only begins again."),
    ),
    "terms": (
        _("There is no link to the terms."),
        _("Write [%(sample)s](https://…) with the full address of a page that opens without signing in."),
    ),
    "privacy": (
        _("There is no link to the privacy policy."),
        _("Write [%(sample)s](https://…) with the full address of a page that opens without signing in."),
    ),
    "same_page": (_("Terms and privacy policy lead to the same page."), _("Link each to a page of its own.")),
    "others": (
        _("The wording agrees to texts from others, or to sharing the number."),
        _("A permission is for %(brand)s alone: leave partners and affiliates out."),
    ),
    "bundled": (
        _("One box asks for more than texts."),
        _("Leave e-mail, calls and the acceptance of terms to boxes of their own elsewhere."),
    ),
    "mixed": (
        _("Marketing and other texts stand in one box."),
        _("Keep to one purpose, and offer the other one in a box of its own."),
    ),
    "by_number": (
        _("Giving the number or sending the form is treated as the agreement."),
        _("Only the tick may agree: leave words such as “%(sample)s” out."),
    ),
    "ticked": (_("The box is ticked before anybody has read it."), _("A box begins empty.")),
    "required": (_("The box must be ticked to send the form."), _("A box can be left empty.")),
    "boxes": (_("There is no box to tick."), _("Choose at least one program.")),
    "twice": (_("Two boxes ask for the same program."), _("Keep one box for %(program)s.")),
    "wording": (_("There is no wording in this language."), _("Write it, or leave the language out.")),
    "language": (_("Forms do not ask in this language."), _("Choose English, Spanish or French.")),
    "long": (_("The wording is longer than people read."), _("Keep it under 1,200 characters.")),
    "hidden": (
        _("There are characters in it that nobody sees."),
        _("Type the wording again instead of copying it from another program."),
    ),
}


@dataclass(frozen=True)
class Box:
    """One box: the program it is for and its wording by language. `ticked`, `required`: as the page is drawn."""

    program: str
    marketing: bool
    wordings: Mapping[str, str]
    ticked: bool = False
    required: bool = False


@dataclass(frozen=True)
class Content:
    """What a form says. `around`: everything that is not beside a box, by language: title, introduction, thanks."""

    brand: str
    languages: tuple[str, ...]
    boxes: tuple[Box, ...]
    around: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """Why a form cannot be published: the rule and where. `EXPLAINED` says what is missing and what to write."""

    rule: str
    brand: str = ""
    program: str = ""
    language: str = ""


def findings(content: Content) -> list[Finding]:
    """Every reason against publishing the form; none when it may be published."""
    found = list(_of_boxes(content))
    for language in content.languages:
        if language not in languages():
            found.append(_finding("language", content, language=language))
            continue
        around = Wording(content.around.get(language, ""), language, content.brand)
        if around.agrees_by_number:
            found.append(_finding("by_number", content, language=language))
        if _hides_something(around.raw):
            found.append(_finding("hidden", content, language=language))
        for box in content.boxes:
            rules = _of_wording(box, language, content.brand)
            found += [_finding(rule, content, box.program, language) for rule in rules]
    return found


def _of_boxes(content: Content) -> Iterator[Finding]:
    if not content.boxes:
        yield _finding("boxes", content)
    seen = set()
    for box in content.boxes:
        if box.program in seen:
            yield _finding("twice", content, box.program)
        seen.add(box.program)
        if box.ticked:
            yield _finding("ticked", content, box.program)
        if box.required:
            yield _finding("required", content, box.program)


def _of_wording(box: Box, language: str, brand: str) -> Iterator[str]:
    """The rules that this wording breaks."""
    raw = box.wordings.get(language, "").strip()
    if not raw:
        yield "wording"
        return
    if len(raw) > LONGEST:
        yield "long"
        return  # and it is not searched, either
    if _hides_something(raw):
        yield "hidden"
    yield from missing_elements(Wording(raw, language, brand, program=box.program), marketing=box.marketing)
    yield from _of_links(raw, language)


def _of_links(raw: str, language: str) -> Iterator[str]:
    patterns = languages()[language]
    terms, privacy = [], []
    for label, address in links(raw):
        if not is_public_page(address):
            continue
        if patterns.pattern("privacy").search(label):
            privacy.append(address)
        elif patterns.pattern("terms").search(label):
            terms.append(address)
    if not terms:
        yield "terms"
    if not privacy:
        yield "privacy"
    if {_page(address) for address in terms} & {_page(address) for address in privacy}:
        yield "same_page"


def is_public_page(address: str) -> bool:
    """Whether it looks like the full https address of a page on the internet; nothing is fetched."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    named = "." in host and not host.replace(".", "").isdigit() and not host.endswith((".local", ".localhost"))
    return parts.scheme == "https" and named and "@" not in parts.netloc and ":" not in host and port in (None, 443)


def _page(address: str) -> tuple[str, str, str]:
    parts = urlsplit(address)
    return (parts.hostname or "").removeprefix("www."), parts.path.rstrip("/"), parts.query


def _hides_something(text: str) -> bool:
    return any(unicodedata.category(c) in {"Cc", "Cf", "Co", "Cn"} and c not in "\n\r\t" for c in text)


def _finding(rule: str, content: Content, program: str = "", language: str = "") -> Finding:
    return Finding(rule, content.brand, program, language)
