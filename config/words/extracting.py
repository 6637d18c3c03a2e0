"""Every string that goes through gettext, in Python and in templates.

Python is read as a syntax tree, so that it does not matter by which name a module calls `gettext`; templates by
Django's own `templatize`. A string that is put together (`_(f"...")`, `_(name)`) cannot be found: the first is refused,
the second is taken for a string that is marked elsewhere (`gettext_noop`).
"""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from django.utils.translation.template import templatize

from config.words.places import AREAS, ROOT, TEMPLATES, WITHOUT_LOCALE, is_english_only

MODULE = "django.utils.translation"
MODULES = {MODULE, "tenancy.said"}
# Function → how many of its first arguments are words, and whether a context comes before them.
_FUNCTIONS = {
    "gettext": (1, False),
    "gettext_lazy": (1, False),
    "gettext_noop": (1, False),
    "ngettext": (2, False),
    "ngettext_lazy": (2, False),
    "pgettext": (1, True),
    "pgettext_lazy": (1, True),
    "npgettext": (2, True),
    "npgettext_lazy": (2, True),
}
MARKS = "\ndef _(words: str) -> str:\n"  # of plain values, which know no Django and are looked up by others
Look = Callable[[str, ast.Module], None]
_CALL = re.compile(r"(?<!\w)(_|gettext|ngettext|pgettext|npgettext)\(")
_LITERAL = re.compile(r"""\s*u?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\s*,?""", re.S)


class BadString(Exception):
    """A string that cannot be found by reading: says where and what to do."""


@dataclass(frozen=True, order=True)
class Text:
    """One string: its words (one, or singular and plural) and the context that tells it from another with the same."""

    words: tuple[str, ...]
    context: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What gettext finds it by: two with the same singular are one entry."""
        return self.words[0], self.context


def strings(look: Look | None = None) -> dict[Text, list[str]]:
    """Each string with the files (paths from the root, sorted) that say it. `look` is shown each module on the way."""
    found: dict[Text, set[str]] = {}
    for path, text in _everywhere(look):
        found.setdefault(text, set()).add(path)
    return _with_plurals({text: sorted(paths) for text, paths in found.items()})


def _with_plurals(found: dict[Text, list[str]]) -> dict[Text, list[str]]:
    """One entry for each key: a singular that is also said alone is part of the one with a plural."""
    joined: dict[tuple[str, str], tuple[Text, list[str]]] = {}
    for text, paths in sorted(found.items(), key=lambda each: (len(each[0].words), each[0])):
        before = joined.get(text.key)
        joined[text.key] = (text, sorted({*paths, *before[1]}) if before else paths)
    return dict(joined.values())


def _everywhere(look: Look | None) -> Iterator[tuple[str, Text]]:
    for area in (*AREAS, *WITHOUT_LOCALE):
        for path in (ROOT / area).rglob("*.py"):
            name = path.relative_to(ROOT).as_posix()
            source = path.read_text(encoding="utf-8")
            if any(module in source for module in (*MODULES, MARKS)):
                tree = ast.parse(source)
                if look:
                    look(name, tree)
                for text in strings_of(tree, name):
                    yield name, text
    for path in (ROOT / TEMPLATES).rglob("*"):
        name = path.relative_to(ROOT).as_posix()
        if path.suffix in {".html", ".txt"} and not is_english_only(name):
            for text in template_strings(path.read_text(encoding="utf-8")):
                yield name, text


def strings_of(tree: ast.Module, name: str = "") -> Iterator[Text]:
    """The strings of a module. Raises BadString for one that is put together before it is looked up."""
    called: dict[str, tuple[int, bool]] = {}
    calls: list[tuple[ast.Call, str]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            if isinstance(function, ast.Name):
                calls.append((node, function.id))
            elif isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
                calls.append((node, f"{function.value.id}.{function.attr}"))
        elif isinstance(node, ast.ImportFrom) and node.module in MODULES:
            for alias in node.names:
                if alias.name in _FUNCTIONS:
                    called[alias.asname or alias.name] = _FUNCTIONS[alias.name]
        elif isinstance(node, ast.FunctionDef) and node.name == "_":
            called["_"] = _FUNCTIONS["gettext_noop"]
        elif isinstance(node, ast.ImportFrom) and node.module == "django.utils":
            called |= {f"translation.{one}": how for one, how in _FUNCTIONS.items()}
    for node, by in calls:
        if by in called and (text := _of_call(node, *called[by], name)) is not None:
            yield text


def _of_call(node: ast.Call, count: int, has_context: bool, name: str) -> Text | None:
    arguments = node.args[: count + has_context]
    if any(isinstance(argument, ast.JoinedStr | ast.BinOp) for argument in arguments):
        raise BadString(f"{name}:{node.lineno}: words that are put together cannot be found; use %(name)s and `%`")
    constants = [argument.value for argument in arguments if isinstance(argument, ast.Constant)]
    said = [value for value in constants if isinstance(value, str)]
    if len(said) < count + has_context or not all(said):
        return None
    return Text(tuple(said[has_context:]), said[0] if has_context else "")


def template_strings(source: str) -> Iterator[Text]:
    """The strings of a template, in `{% translate %}`, `{% blocktranslate %}` and `_("...")` within tags."""
    python = templatize(source)
    for call in _CALL.finditer(python):
        function = {"_": "gettext"}.get(call[1], call[1])
        count, has_context = _FUNCTIONS[function]
        said: list[str] = []
        at = call.end()
        while len(said) < count + has_context and (literal := _LITERAL.match(python, at)):
            said.append(_value(literal[1]))
            at = literal.end()
        if len(said) == count + has_context and all(said):
            yield Text(tuple(said[has_context:]), said[0] if has_context else "")


@cache
def _value(literal: str) -> str:
    return str(ast.literal_eval(literal))
