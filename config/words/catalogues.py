"""The catalogues: read, brought up to what the code says, written so that a change shows as few lines as it has.

An entry is sorted by its words and names no place: moving a function changes no catalogue. What several areas say
stands in the shared one, once. Words that nothing says any more are dropped; words whose English changed are missing.
"""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from config.words.extracting import Text
from config.words.places import AREAS, CUSTOMERS, FULL, PLURALS, SHARED, area_of, catalogue_file, customers_read

Key = tuple[str, str]  # the singular and the context


@dataclass(frozen=True)
class Entry:
    """Words of one string in one language: as many as the language has plural forms, or one. Fuzzy: only guessed."""

    words: tuple[str, ...]
    fuzzy: bool = False
    comment: str = ""  # a translator's note

    @property
    def is_complete(self) -> bool:
        return all(self.words)


def area_for(paths: list[str]) -> str:
    """The area whose catalogue holds a string that these files say."""
    areas = {area_of(path) for path in paths}
    return areas.pop() if len(areas) == 1 else SHARED


def wanted(found: Mapping[Text, list[str]], language: str) -> dict[Text, list[str]]:
    """Those of the found strings that need words in a language."""
    if language in FULL:
        return dict(found)
    return {text: paths for text, paths in found.items() if any(customers_read(path) for path in paths)}


def entries(language: str) -> dict[Key, Entry]:
    """Every entry of a language's catalogues, whichever area it stands in."""
    known: dict[Key, Entry] = {}
    for area in AREAS:
        file = catalogue_file(area, language)
        if file.exists():
            for message in messages(file.read_bytes()):
                words = (message.string,) if isinstance(message.string, str) else tuple(message.string or ("",))
                key = message.id if isinstance(message.id, str) else message.id[0], message.context or ""
                known[key] = Entry(words, message.fuzzy, "\n".join(message.user_comments))
    return known


def messages(content: bytes) -> Iterator[Message]:
    """The entries of a catalogue's file, its head left out. Raises babel's PoFileError."""
    return (message for message in read_po(io.BytesIO(content), abort_invalid=True) if message.id)


def bring_up_to_date(found: Mapping[Text, list[str]], known: Mapping[Key, Entry], language: str) -> list[str]:
    """Write a language's catalogues anew: every wanted string, with the words that are known. Returns changed areas."""
    by_area: dict[str, list[Text]] = {area: [] for area in AREAS}
    for text, paths in wanted(found, language).items():
        by_area[area_for(paths)].append(text)
    return [area for area, texts in by_area.items() if _write(area, language, texts, known)]


def _write(area: str, language: str, texts: list[Text], known: Mapping[Key, Entry]) -> bool:
    file = catalogue_file(area, language)
    if not texts:
        had = file.exists()
        file.unlink(missing_ok=True)
        return had
    catalogue = Catalog(fuzzy=False)  # without a language, whose plural forms would be CLDR's; `_head` has ours
    for text in texts:
        entry = known.get(text.key, Entry(("",)))
        plural = len(text.words) > 1
        words = entry.words if len(entry.words) == (2 if plural else 1) else ("",) * (2 if plural else 1)
        catalogue.add(
            text.words if plural else text.words[0],
            words if plural else words[0],
            context=text.context or None,
            flags=["fuzzy"] if entry.fuzzy else [],
            user_comments=entry.comment.splitlines(),
        )
    out = io.BytesIO()
    write_po(out, catalogue, width=120, omit_header=True, no_location=True, sort_output=True)
    content = _head(language).encode() + out.getvalue()
    if file.exists() and file.read_bytes() == content:
        return False
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return True


def _head(language: str) -> str:
    """What gettext must know of a file; no dates and no names, which change without the words."""
    return (
        'msgid ""\nmsgstr ""\n'
        f'"Language: {language}\\n"\n"MIME-Version: 1.0\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
        f'"Content-Transfer-Encoding: 8bit\\n"\n"Plural-Forms: {PLURALS[language]}\\n"\n\n'
    )


LANGUAGES = (*FULL, *CUSTOMERS)
