"""Words for people that stand in a module as they are: nobody looks them up, so everybody reads English.

A string is taken for such words when it reads like the beginning of a sentence, or when values are put into it between
words. What programs, operators and developers read is told by the module, by the call that it stands in, or by the kind
of error that is raised.
"""

import ast
import re
from collections.abc import Iterator

from config.words.extracting import MODULES

_SENTENCE = re.compile(r"[\W\d]*[A-Z][\w’'.]*,?(?: [\w“”’'(){}<>%/&-]+[.,:;]?)+")
_AROUND_VALUES = re.compile(r"(?:^|[ (])[a-z]{2,}[,:]? [a-z]{2,}(?:[ .,:;)]|$)")
_STATEMENT = re.compile(
    r"\s*\(?(?:SELECT|INSERT|UPDATE|DELETE|CREATE|WITH|ALTER|DROP|SET|GRANT|AND|OR|LOCK|FROM|NOT|EXISTS|CASE|JOIN|TRUE|"
    r"LEFT|ORDER|GROUP|CAST|UNION|COPY|VALUES|ON|WHERE|ARRAY|BEGIN|COMMENT|COALESCE|RETURNING|TRUNCATE|ANALYZE)\b"
)
_FORMAT = re.compile(r"[DjMFYHinslT, :\\.-]+")
# Calls whose words are looked up, are the log's, or are read by whoever runs or writes the software.
_READ_BY_MAKERS = frozenset(
    {
        *("TypeError", "ValueError", "RuntimeError", "NotImplementedError", "AssertionError", "FieldError"),
        *("ImproperlyConfigured", "TemplateSyntaxError", "CommandError", "CannotSeal", "KeyDestroyed", "Withheld"),
        *("Error", "Warning", "checks.Error", "checks.Warning", "re.compile", "SafeString", "print", "RawSQL"),
        *("UnreadableHook", "OtherChannel", "OtherLine", "OtherAccount", "MediaRefused", "BadCertificate", "BadPack"),
        *("BadNote", "ChainBroken", "BadLines", "BadString", "Counter", "Gauge", "Histogram", "Field", "salted_hmac"),
        *("RefusedAddress", "rates.spend", "spend"),
    }
)
_LOGS = ("log.", "logger.", "self.stdout", "self.stderr", "sys.std")
_FOR_MAKERS = frozenset({"help_text", "description", "summary", "sql", "template", "documentation", "help"})


def english(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and words of each string that people would read as it stands here."""
    looked_up = {"_", "say", "later"} | {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module in MODULES
        for alias in node.names
    }
    yield from _below(tree, looked_up)


def _below(node: ast.AST, looked_up: set[str]) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.Call):
        called = ast.unparse(node.func)
        if called in looked_up or called in _READ_BY_MAKERS or called.startswith((*_LOGS, "translation.")):
            return
        if called.endswith((".add_argument", ".execute", ".warning", ".info")):
            return
    if isinstance(node, ast.keyword) and node.arg in _FOR_MAKERS:
        return
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return  # a docstring
    if isinstance(node, ast.FunctionDef) and node.name in {"__str__", "__repr__"}:
        return
    words = _words(node)
    if words is None:
        for child in ast.iter_child_nodes(node):
            yield from _below(child, looked_up)
    elif _reads_like_one(words, has_values=isinstance(node, ast.JoinedStr)):
        assert isinstance(node, ast.expr)
        yield node.lineno, words


def _words(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return None


def _reads_like_one(words: str, *, has_values: bool) -> bool:
    if _STATEMENT.match(words) or _FORMAT.fullmatch(words) or "\n" in words.strip():
        return False
    return bool(_SENTENCE.match(words)) or ("{" in words and bool(_AROUND_VALUES.search(words)))


def without_labels(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Choices whose label Django would make of their name, in English."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.ClassDef) or not any("Choices" in ast.unparse(base) for base in node.bases):
            continue
        for line in node.body:
            if isinstance(line, ast.Assign) and not isinstance(line.value, ast.Tuple):
                yield line.lineno, f"{node.name}.{ast.unparse(line.targets[0])}"
