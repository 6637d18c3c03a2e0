"""Every process collects the same tests: their names depend on nothing that differs from one to the next."""

import ast
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
DIFFERS = {"new_id", "uuid1", "uuid4", "uuid7", "token_urlsafe", "token_hex"}


def names_called(node: ast.AST) -> set[str]:
    """What is called inside, by its last name."""
    calls = [each.func for each in ast.walk(node) if isinstance(each, ast.Call)]
    return {getattr(call, "attr", getattr(call, "id", "")) for call in calls}


def values(mark: ast.AST) -> list[ast.AST]:
    """The values of a parametrization, one by one; a list or a mapping is named by its place, so it is none of them."""
    given = mark.args[1:2] if isinstance(mark, ast.Call) else []
    rows = [row for each in given if isinstance(each, ast.List | ast.Tuple) for row in each.elts]
    return [value for row in rows for value in (row.elts if isinstance(row, ast.Tuple) else [row])]


def is_text(value: ast.AST) -> bool:
    """Whether it is a text that is made when the file is read; another object is named by its place."""
    called = getattr(value.func, "id", getattr(value.func, "attr", "")) if isinstance(value, ast.Call) else ""
    return isinstance(value, ast.JoinedStr) or called in {"str", "token_urlsafe", "token_hex"}


def differing(source: str) -> list[int]:
    """Lines of the parametrizations with a text that is made anew in each process."""
    decorated = [each for each in ast.walk(ast.parse(source)) if isinstance(each, ast.FunctionDef | ast.ClassDef)]
    marks = [mark for each in decorated for mark in each.decorator_list if "parametrize" in names_called(mark)]
    made = [(mark, value) for mark in marks for value in values(mark) if is_text(value)]
    return [mark.lineno for mark, value in made if names_called(value) & DIFFERS]


def test_no_test_is_named_after_something_that_differs_from_process_to_process():
    found = {str(file.relative_to(TESTS)): differing(file.read_text()) for file in TESTS.rglob("test_*.py")}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_it_would_be_found():
    assert differing('@pytest.mark.parametrize("tag", ["a", str(new_id())])\ndef test_a(tag): ...') == [1]
    assert differing('@pytest.mark.parametrize("tag", ["a", "b"])\ndef test_a(tag): ...') == []
