"""How an address of the API describes itself for OpenAPI: shapes, an example of each answer, and every error."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers

from accounts.api.problems import MEDIA_TYPE, Flaw, Kind, Problem
from accounts.api.repeating import HEADER, LONGEST

F = TypeVar("F", bound=Callable[..., Any])
Shape = type[serializers.Serializer]  # type: ignore[type-arg]

ALWAYS = (Kind.KEY_MISSING, Kind.KEY_REFUSED, Kind.NOT_ACCEPTABLE, Kind.TOO_MANY, Kind.BROKEN, Kind.AWAY)
WITH_BODY = (Kind.MALFORMED, Kind.TOO_LARGE, Kind.MEDIA_TYPE, Kind.INVALID)
REPEATABLE = (Kind.STILL_RUNNING, Kind.ANSWER_GONE, Kind.KEY_REUSED, Kind.INVALID)
_EXTRA: dict[Kind, dict[str, Any]] = {
    Kind.INVALID: {"errors": [Flaw("This field is required.", pointer="/body").as_json()]},
    Kind.PERMISSION_MISSING: {"missing": ["messages:send"]},
    Kind.TEXT_REFUSED: {
        "reasons": [
            {
                "rule": "consent.none",
                "text": "There is no permission to text this number yet.",
                "what_to_do": "Ask them to text START to +1 212-555-0110; you can write as soon as they have.",
            }
        ]
    },
}


class FlawShape(serializers.Serializer):  # type: ignore[type-arg]
    """One thing that is wrong, and where."""

    pointer = serializers.CharField(required=False, help_text="A JSON pointer into the body (RFC 6901).")
    parameter = serializers.CharField(required=False, help_text="The parameter or header.")
    detail = serializers.CharField()


class ReasonShape(serializers.Serializer):  # type: ignore[type-arg]
    """One rule that speaks against sending a text."""

    rule = serializers.CharField(help_text="A fixed word, such as consent.none.")
    text = serializers.CharField()
    what_to_do = serializers.CharField()


class ProblemShape(serializers.Serializer):  # type: ignore[type-arg]
    """A problem document (RFC 9457)."""

    type = serializers.URLField(help_text="What kind of problem, and where to read about it.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="What happened and what to do, for people.")
    errors = FlawShape(many=True, required=False)  # type: ignore[assignment]
    reasons = ReasonShape(many=True, required=False)
    missing = serializers.ListField(child=serializers.CharField(), required=False)


def describe(
    summary: str,
    *,
    answer: Shape,
    example: Any,
    status: int = 200,
    request: Shape | None = None,
    request_example: Any = None,
    parameters: Iterable[Shape] = (),
    problems: Iterable[Kind] = (),
    repeatable: bool = False,
    more: Mapping[int, tuple[Shape, Any]] | None = None,
    tag: str = "",
) -> Callable[[F], F]:
    """Describe one method of an `Endpoint`; its docstring is the description. `more`: further good answers."""
    kinds = [*ALWAYS, *(WITH_BODY if request else ()), *(REPEATABLE if repeatable else ()), *problems]
    kinds += [Kind.INVALID] if tuple(parameters) else []
    good = {status: (answer, example), **(more or {})}
    responses: dict[Any, Any] = {
        (code, "application/json"): OpenApiResponse(
            shape,
            description=(shape.__doc__ or "").strip(),
            examples=[_example(summary, shown, code, "application/json")],
        )
        for code, (shape, shown) in good.items()
    }
    responses |= _refusals(kinds)
    examples = [OpenApiExample(summary, value=request_example, request_only=True)] if request_example else []
    extra: list[Any] = [*parameters, *([_idempotency_key()] if repeatable else [])]
    return extend_schema(
        operation_id=summary.lower().replace(" ", "_").replace("'", ""),
        summary=summary,
        tags=[tag] if tag else None,
        request=request,
        parameters=extra,
        responses=responses,
        examples=examples,
    )


def _refusals(kinds: Iterable[Kind]) -> dict[Any, Any]:
    """One response for each status, with one example for each kind of problem."""
    by_status: dict[int, list[Kind]] = {}
    for kind in kinds:
        known = by_status.setdefault(kind.value.status, [])
        if kind not in known:
            known.append(kind)
    return {
        (status, MEDIA_TYPE): OpenApiResponse(
            ProblemShape,
            description="; ".join(kind.value.title for kind in known) + ".",
            examples=[_problem_example(kind) for kind in known],
        )
        for status, known in sorted(by_status.items())
    }


def _problem_example(kind: Kind) -> OpenApiExample:
    document = Problem(kind, **_EXTRA.get(kind, {})).document() if kind is not Kind.INVALID else None
    document = document or Problem(kind).document() | _EXTRA[kind]
    return _example(kind.value.slug, document, kind.value.status, MEDIA_TYPE)


def _example(name: str, value: Any, status: int, media_type: str) -> OpenApiExample:
    return OpenApiExample(name, value=value, response_only=True, status_codes=[str(status)], media_type=media_type)


def _idempotency_key() -> OpenApiParameter:
    return OpenApiParameter(
        HEADER,
        OpenApiTypes.STR,
        OpenApiParameter.HEADER,
        description=f"Your own name for this request, up to {LONGEST} characters, such as a random UUID."
        " The same request with the same name within 72 hours gets the first answer and does nothing again.",
    )
