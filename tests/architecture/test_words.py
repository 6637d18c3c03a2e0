"""Words are looked up when somebody reads them, not when a module is loaded: nobody's language is known then."""

import ast
from collections.abc import Iterator

from config.env import PROJECT
from config.words.extracting import MODULE
from config.words.places import AREAS, WITHOUT_LOCALE

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


def eager_words(source: str) -> list[int]:
    """The lines that look words up too early."""
    tree = ast.parse(source)
    eager = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == MODULE
        for alias in node.names
        if alias.name in EAGER
    }
    calls = [node for node in at_loading(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    return [node.lineno for node in calls if node.func.id in eager]


def test_words_of_a_module_are_lazy():
    found = []
    for room in (*AREAS, *WITHOUT_LOCALE):
        for path in (PROJECT / room).rglob("*.py"):
            source = path.read_text()
            if MODULE in source and (lines := eager_words(source)):
                found.append(f"{path.relative_to(PROJECT)}: {lines}")
    assert found == []


def test_it_is_seen_where_words_would_be_looked_up_too_early():
    source = (
        "from django.utils.translation import gettext as _, gettext_lazy as later\n"
        "A = later('x')\nB = _('x')\nclass C:\n    d = [_('x')]\n    def e(self, f=_('x')): return _('x')\n"
        "G = lambda: _('x')\n@h(_('x'))\ndef i(): return _('x')\n"
    )
    assert eager_words(source) == [3, 5, 6, 8]
