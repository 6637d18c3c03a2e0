"""The description of the API (OpenAPI 3.1), made from the code once a process, and where it is served."""

import json
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

from accounts.permissions import public

_OPEN = frozenset({"ProblemShape"})  # RFC 9457 lets problems grow


@cache
def description() -> dict[str, Any]:
    """The whole document."""
    document: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return document


@public
@require_safe
def openapi_json(request: HttpRequest) -> HttpResponse:
    """The document, for tools; it says nothing about any organization."""
    return HttpResponse(_as_text(), content_type="application/json")


def closed(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Say of every shape that it holds nothing else, as is true of what is taken and of what is given."""
    for name, shape in result.get("components", {}).get("schemas", {}).items():
        if shape.get("type") == "object" and name not in _OPEN:
            shape["additionalProperties"] = False
    return result


@cache
def _as_text() -> str:
    return json.dumps(description(), ensure_ascii=False)
