"""Words are looked up when somebody reads them, not when a module is loaded: nobody's language is known then."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from config.env import PROJECT
from config.words.catalogues import LANGUAGES, entries
from config.words.extracting import MODULE, Text, strings
from config.words.judging import judge
from config.words.places import TEMPLATES, is_english_only
from tests.architecture.bare_words import WORD, in_template

EAGER = {"gettext", "ngettext", "pgettext", "npgettext"}


def at_loading(node: ast.AST) -> Iterator[ast.AST]:
    """What runs when a module is loaded: bodies of classes, decorators and defaults, not bodies of functions."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            arguments = child.args
            outside = [*arguments.defaults, *(one for one in arguments.kw_defaults if one)]
            for part in (*outside, *getattr(child, "decorator_list", [])):
                yield part
                yield from at_loading(part)
        else:
            yield child
            yield from at_loading(child)


def eager_words(tree: ast.Module) -> list[int]:
    """The lines that look words up too early."""
    eager = {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module == MODULE
        for alias in node.names
        if alias.name in EAGER
    }
    if not eager:
        return []
    calls = [node for node in at_loading(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    return [node.lineno for node in calls if node.func.id in eager]


@dataclass
class Read:
    """Everything that is said, and where words are looked up too early: each module is read once for both."""

    early: list[str]
    found: dict[Text, list[str]]


@pytest.fixture(scope="module")
def read() -> Read:
    early: list[str] = []

    def look(name: str, tree: ast.Module) -> None:
        early.extend(f"{name}:{line}" for line in eager_words(tree))

    return Read(early, strings(look))


def test_words_of_a_module_are_lazy(read):
    assert read.early == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_string_is_left_out(read, language):
    """Each has words: not guessed, with the placeholders and tags of the English, in all plural forms."""
    assert [str(one) for one in judge(read.found, entries(language), language)] == [], "`make words` tells more"


def test_it_is_seen_where_words_would_be_looked_up_too_early():
    source = (
        "from django.utils.translation import gettext as _, gettext_lazy as later\n"
        "A = later('x')\nB = _('x')\nclass C:\n    d = [_('x')]\n    def e(self, f=_('x')): return _('x')\n"
        "G = lambda: _('x')\n@h(_('x'))\ndef i(): return _('x')\n"
    )
    assert eager_words(ast.parse(source)) == [3, 5, 6, 8]


NAMES = {
    "Parley",
    "NameID",
    "PDF",
    "JSON",
    "SHA",
    "CSV",
    "SVG",
    "PNG",
    "Stripe",
    "openapi",
    "json",
    "csv",
    "https",
    "ms",
}
NAMES |= {"ms", "English", "Español", "Français"}
"""What is the same in every language."""


def test_templates_say_nothing_that_is_not_translated():
    found = []
    for path in sorted((PROJECT / TEMPLATES).rglob("*")):
        name = path.relative_to(PROJECT).as_posix()
        if path.suffix in {".html", ".txt"} and not is_english_only(name):
            found += [(name, said) for said in in_template(path.read_text()) if set(WORD.findall(said)) - NAMES]
    assert found == [("templates/accounts/settings.html", "?settings")]


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("<p>Send</p>", ["Send"]),
        ('<p>{% translate "Send" %} now {{ x }}</p>', ["now"]),
        ("{% blocktranslate %}Send {{ x }}{% endblocktranslate %}{# Send #}", []),
        ('<a title="Open it" class="big"{% if x %} hidden{% endif %}>{{ x }}</a>', ["Open it"]),
        ('<input placeholder="{% translate "Name" %}"><code>curl</code>', []),
        ("{% block main_class %}wide{% endblock %}{% block main %}Hello{% endblock %}", ["Hello"]),
    ],
)
def test_bare_words_are_seen(template, found):
    assert list(in_template(template)) == found
