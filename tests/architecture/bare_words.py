"""Finds words that no catalogue can know: text of a template outside of translating tags."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

_TRANSLATED = re.compile(r"{%-?\s*blocktrans(?:late)?\b.*?{%-?\s*endblocktrans(?:late)?\s*-?%}", re.DOTALL)
_COMMENT = re.compile(r"{#.*?#}|{%\s*comment\b.*?{%\s*endcomment\s*%}", re.DOTALL)
_CLASS = re.compile(r"{%\s*block \w+_class\b.*?{%\s*endblock\b.*?%}", re.DOTALL)
_TAG = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
# What readers read of an element besides what stands in it.
_READ = frozenset({"title", "placeholder", "aria-label", "alt", "label", "aria-description", "summary"})
_NO_WORDS = frozenset({"script", "style", "code", "pre", "kbd", "samp"})
WORD = re.compile(r"[^\W\d_]{2,}")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _NO_WORDS:
            self.inside.append(tag)
        for name, value in attrs:
            if name in _READ and value and WORD.search(value):
                self.found.append(value)

    def handle_endtag(self, tag: str) -> None:
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        if not self.inside and WORD.search(data):
            self.found.append(" ".join(data.split()))


def in_template(source: str) -> Iterator[str]:
    """Words that stand in a template as they are, and are not a name such as our own."""
    reader = _Reader()
    reader.feed(_TAG.sub(" ", _CLASS.sub("", _TRANSLATED.sub(" ", _COMMENT.sub("", source)))))
    reader.close()
    yield from reader.found
