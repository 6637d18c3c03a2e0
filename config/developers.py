"""The developers' pages: what the API can do, a place to try each operation, and the words of every error.

Everything is drawn from the API's own description, so the pages cannot fall behind it. They are open to everybody and
know no organization; a key that is typed in is used by the browser alone and stays in the page's memory.
"""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from accounts.api.problems import Kind
from accounts.permissions import public
from config.openapi import description

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Parameter:
    """One value that goes into the address or a header. `place`: path, query, header."""

    name: str
    place: str
    required: bool
    help: str
    choices: tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """One status that an operation answers with, and how that looks."""

    status: str
    text: str
    examples: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Operation:
    """One method of one address."""

    id: str
    tag: str
    method: str
    path: str
    summary: str
    text: str
    parameters: tuple[Parameter, ...]
    body: str
    answers: tuple[Answer, ...]

    @property
    def curl(self) -> str:
        """The request as a command; the key comes from the environment."""
        lines = [f"curl -X {self.method} {settings.PUBLIC_BASE_URL}{self.path}"]
        lines.append('-H "Authorization: Bearer $PARLEY_KEY"')
        if self.body:
            quoted = json.dumps(json.loads(self.body), ensure_ascii=False).replace("'", "'\\''")
            lines += ["-H 'Content-Type: application/json'", f"-d '{quoted}'"]
        return " \\\n  ".join(lines)


@cache
def operations() -> tuple[Operation, ...]:
    """Every operation, in the order of the addresses."""
    found = [
        _operation(address, method, described)
        for address, methods in description()["paths"].items()
        for method, described in methods.items()
        if method in METHODS
    ]
    return tuple(sorted(found, key=lambda one: (one.tag, one.path, METHODS.index(one.method.lower()))))


@public
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What there is, and how to begin."""
    return render(request, "developers/index.html", _context())


@public
@require_safe
def operation(request: HttpRequest, name: str) -> HttpResponse:
    """One operation, with a form that tries it."""
    found = next((one for one in operations() if one.id == name), None)
    if found is None:
        raise Http404
    return render(request, "developers/operation.html", _context(operation=found))


@public
@require_safe
def errors(request: HttpRequest) -> HttpResponse:
    """Every kind of problem; the type of a problem document is an address on this page."""
    return render(request, "developers/errors.html", _context(kinds=[kind.value for kind in Kind]))


def _context(**more: Any) -> dict[str, Any]:
    groups: dict[str, list[Operation]] = {}
    for one in operations():
        groups.setdefault(one.tag, []).append(one)
    return {"groups": list(groups.items()), "base": settings.PUBLIC_BASE_URL, **more}


def _operation(address: str, method: str, described: dict[str, Any]) -> Operation:
    content = described.get("requestBody", {}).get("content", {}).get("application/json", {})
    examples = [one["value"] for one in content.get("examples", {}).values()]
    return Operation(
        id=described["operationId"],
        tag=described["tags"][0],
        method=method.upper(),
        path=address,
        summary=described["summary"],
        text=described.get("description", ""),
        parameters=tuple(_parameter(one) for one in described.get("parameters", ())),
        body=_pretty(examples[0]) if examples else "",
        answers=tuple(_answer(status, one) for status, one in described["responses"].items()),
    )


def _parameter(described: dict[str, Any]) -> Parameter:
    choices = described.get("schema", {}).get("enum", ())
    return Parameter(
        name=described["name"],
        place=described["in"],
        required=described.get("required", False),
        help=described.get("description", "").partition("\n\n*")[0],
        choices=tuple(str(choice) for choice in choices),
    )


def _answer(status: str, described: dict[str, Any]) -> Answer:
    shown = []
    for content in described.get("content", {}).values():
        for example in content.get("examples", {}).values():
            shown.append((example.get("summary", ""), _pretty(example["value"])))
    return Answer(status, described.get("description", ""), tuple(shown))


def _pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


urlpatterns = [
    path("developers/", index, name="developers"),
    path("developers/errors/", errors, name="developers_errors"),
    path("developers/<slug:name>/", operation, name="developers_operation"),
]
