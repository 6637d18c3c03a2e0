"""Every process collects the same tests: their names depend on nothing that differs from one to the next."""

import ast
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
DIFFERS = {"new_id", "uuid1", "uuid4", "uuid7", "token_urlsafe", "token_hex"}


def names_called(node: ast.AST) -> set[str]:
    """What is called inside, by its last name."""
    calls = [each.func for each in ast.walk(node) if isinstance(each, ast.Call)]
    return {getattr(call, "attr", getattr(call, "id", "")) for call in calls}


def differing(source: str) -> list[int]:
    """Lines of the parametrizations whose values are made anew in each process."""
    functions = [each for each in ast.walk(ast.parse(source)) if isinstance(each, ast.FunctionDef | ast.ClassDef)]
    marks = [mark for each in functions for mark in each.decorator_list if "parametrize" in names_called(mark)]
    return [mark.lineno for mark in marks if names_called(mark) & DIFFERS and "ids=" not in ast.unparse(mark)]


def test_no_test_is_named_after_something_that_differs_from_process_to_process():
    found = {str(file.relative_to(TESTS)): differing(file.read_text()) for file in TESTS.rglob("test_*.py")}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_it_would_be_found():
    assert differing('@pytest.mark.parametrize("tag", ["a", str(new_id())])\ndef test_a(tag): ...') == [1]
    assert differing('@pytest.mark.parametrize("tag", ["a", "b"])\ndef test_a(tag): ...') == []
