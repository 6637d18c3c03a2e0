"""Strings are whole sentences: what a template or a function puts together cannot be said in another order."""

import re
from collections.abc import Iterator

from config.env import PROJECT
from config.words.places import AREAS, WITHOUT_LOCALE, is_english_only

# Words with a value put behind them. A label has a colon or an element of its own (<dt>, <th>); what a button does
# is said of something by a word for screen readers only.
_BEFORE_A_VALUE = re.compile(
    r'\{% translate "([^"]*[^":.])"(?: context "[^"]*")? %\}(?:\{% endif %\})? ?'
    r'(?:<(?!p |span class="sr")[a-z][^>]*> ?)?(?:\{\{|\{% when )'
)
_ENDS_OPEN = re.compile(
    r'\{% translate "([^"]* (?:from|by|since|until|of|at|with|than|the|and|or))"(?: context "[^"]*")? %\}(?!</|\{% e)'
)
_BEGUN_ELSEWHERE = re.compile(r'\b(?:_|say|p?gettext(?:_lazy)?)\((?:"[^"]*", )?"([ ,;][^"]*|[^"]*[ ,])"\)')
_MAY_HOLD_ONE = ('(" ', '(", ', '("; ', ', " ', ' ")', ',")')  # looked for first: a second for all modules otherwise


def pieces_of_a_template(source: str) -> Iterator[str]:
    yield from _BEFORE_A_VALUE.findall(source)
    yield from _ENDS_OPEN.findall(source)


def pieces_of_a_module(source: str) -> Iterator[str]:
    if any(sign in source for sign in _MAY_HOLD_ONE):
        yield from _BEGUN_ELSEWHERE.findall(source)


def test_no_template_puts_a_value_behind_words():
    """Take `{% blocktranslate with at=moment|when %}Ends {{ at }}{% endblocktranslate %}` (docs/interface.md)."""
    found = []
    for path in (*PROJECT.glob("templates/**/*.html"), *PROJECT.glob("templates/**/*.txt")):
        name = path.relative_to(PROJECT).as_posix()
        if not is_english_only(name):
            found += [f"{name}: {piece}" for piece in pieces_of_a_template(path.read_text())]
    assert found == []


def test_no_function_joins_pieces():
    """Lists are `tenancy.word_lists`; everything else is a sentence with names in it."""
    found = []
    for room in (*AREAS, *WITHOUT_LOCALE):
        for path in (PROJECT / room).rglob("*.py"):
            found += [f"{path.relative_to(PROJECT)}: {piece!r}" for piece in pieces_of_a_module(path.read_text())]
    assert found == []


def test_pieces_are_seen():
    template = (
        '{% translate "made by" %} {{ name }} {% translate "Since" %} {% when at %} {% translate "None from" %} x'
        '{% translate "Role:" %} {{ role }} <dt>{% translate "By" %}</dt><dd>{{ name }}</dd>'
        '<th>{% translate "Kept from" %}</th> {% translate "Here" as word %}{{ word }}'
        '{% translate "Read" context "page" %} <b class="x">{{ name }}'
    )
    assert list(pieces_of_a_template(template)) == ["made by", "Since", "Read", "made by", "None from"]
    module = '_(" and ").join(x) + say(", from") + _("Whole.") + pgettext("list", "or ") + _("a, b")'
    assert list(pieces_of_a_module(module)) == [" and ", ", from", "or "]
