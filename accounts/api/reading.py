"""Reading what was sent, strictly: one JSON object in UTF-8, known names only, each once; parameters likewise."""

import json
from difflib import get_close_matches
from itertools import islice
from typing import Any

from django.core.exceptions import TooManyFieldsSent
from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from accounts.api.problems import Flaw, Kind, Problem

LARGEST = 1_048_576  # bytes
DEEPEST = 8  # objects and lists inside each other; no body of ours needs more than 3
MOST_UNKNOWN = 10  # names that are listed with what was probably meant, which is slow to find out
LONGEST_LIKENED = 60  # characters
_CHARSETS = {"", "utf-8", "utf8"}


class Strict(serializers.Serializer):  # type: ignore[type-arg]
    """A serializer that refuses names it does not know, and says which one was probably meant."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, dict):
            raise ValidationError({"non_field_errors": [_("Send an object here.")]})
        strange = islice((name for name in data if name not in self.fields), MOST_UNKNOWN)
        unknown = {name: [self._hint(name)] for name in strange}
        try:
            cleaned = super().to_internal_value(data)
        except ValidationError as error:
            known = error.detail if isinstance(error.detail, dict) else {"non_field_errors": error.detail}
            raise ValidationError({**unknown, **known}) from None
        if unknown:
            raise ValidationError(unknown)
        return cleaned

    def _hint(self, name: str) -> str:
        near = get_close_matches(name, list(self.fields), n=1) if len(name) <= LONGEST_LIKENED else []
        if near:
            return _("There is no such field. Did you mean %(near)s?") % {"near": near[0]}
        return _("There is no such field. Known are: %(names)s.") % {"names": ", ".join(self.fields) or _("none")}


def checked(body: dict[str, Any], shape: type[Strict]) -> Any:
    """The body, checked against a serializer. Raises Problem."""
    read = shape(data=body)
    try:
        read.is_valid(raise_exception=True)
    except ValidationError as error:
        raise Problem(Kind.INVALID, errors=_flaws(error.detail, "")) from None
    return read.validated_data


def read_parameters(request: HttpRequest, shape: type[Strict]) -> Any:
    """The parameters of the address, checked against a serializer. Raises Problem."""
    try:
        sent = request.GET
    except TooManyFieldsSent:
        raise Problem(Kind.INVALID, errors=[Flaw(_("There are too many parameters."), parameter="")]) from None
    doubled = [name for name, values in sent.lists() if len(values) > 1]
    if doubled:
        flaws = [Flaw(_("Send this parameter once."), parameter=name) for name in doubled]
        raise Problem(Kind.INVALID, errors=flaws)
    read = shape(data=sent.dict())
    try:
        read.is_valid(raise_exception=True)
    except ValidationError as error:
        flaws = [Flaw(flaw.detail, parameter=(flaw.pointer or "/").split("/")[1]) for flaw in _flaws(error.detail, "")]
        raise Problem(Kind.INVALID, errors=flaws) from None
    return read.validated_data


def read_object(request: HttpRequest) -> dict[str, Any]:
    """The JSON object of the body; an empty body is an empty object. Raises Problem."""
    raw = _raw(request)
    if not raw:
        return {}
    if request.content_type != "application/json":
        raise Problem(Kind.MEDIA_TYPE)
    found = _parsed(request, raw)
    if not isinstance(found, dict):
        raise Problem(Kind.INVALID, errors=[Flaw(_("Send an object here."), pointer="")])
    return found


def read_json(request: HttpRequest) -> Any:
    """Whatever JSON the body is, under the same strict rules, of any media type. Raises Problem."""
    return _parsed(request, _raw(request))


def _parsed(request: HttpRequest, raw: bytes) -> Any:
    parameters = request.content_params or {}
    if parameters.get("charset", "").strip('"').lower() not in _CHARSETS:
        raise Problem(Kind.MEDIA_TYPE)
    try:
        found = json.loads(raw.decode("utf-8"), object_pairs_hook=_each_once, parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise Problem(Kind.MALFORMED, _("The body is not UTF-8.")) from None
    except json.JSONDecodeError as error:
        where = {"line": error.lineno, "column": error.colno}
        detail = _("The body is not JSON: see line %(line)d, column %(column)d.") % where
        raise Problem(Kind.MALFORMED, detail) from None
    except RecursionError:
        raise Problem(Kind.MALFORMED, _("The body is nested too deeply.")) from None
    except ValueError as error:  # a name twice, NaN, a number of thousands of digits
        detail = str(error) if isinstance(error, _Unwanted) else _("The body holds a number that is too long.")
        raise Problem(Kind.MALFORMED, detail) from None
    if _depth(found) > DEEPEST:
        raise Problem(Kind.MALFORMED, _("The body is nested too deeply."))
    return found


class _Unwanted(ValueError):
    """JSON that some programs read one way and some another."""


def _raw(request: HttpRequest) -> bytes:
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = 0
    if length > LARGEST:
        raise Problem(Kind.TOO_LARGE)
    try:
        raw = request.read(LARGEST + 1)
    except OSError:  # the caller hung up
        raise Problem(Kind.MALFORMED) from None
    if len(raw) > LARGEST:
        raise Problem(Kind.TOO_LARGE)
    return raw


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Unwanted(_("The body says something twice: each name may stand once in an object."))
    return found


def _no_constant(word: str) -> Any:
    raise _Unwanted(_("The body holds %(word)s, which is not JSON.") % {"word": word})


def _depth(value: Any) -> int:
    """How deeply lists and objects stand in each other; looked at level by level, so that nothing can overflow."""
    level, deep = [value], 0
    while level and deep <= DEEPEST:
        nested = [one for one in level if isinstance(one, dict | list)]
        deep += bool(nested)
        level = [inner for one in nested for inner in (one.values() if isinstance(one, dict) else one)]
    return deep + bool(level)


def _flaws(detail: Any, pointer: str) -> list[Flaw]:
    """The errors of a serializer as a flat list with JSON pointers (RFC 6901)."""
    if isinstance(detail, dict):
        flaws = []
        for name, inner in detail.items():
            step = "" if name == "non_field_errors" else "/" + str(name).replace("~", "~0").replace("/", "~1")
            flaws += _flaws(inner, pointer + step)
        return flaws
    if isinstance(detail, list):
        flaws = []
        for at, inner in enumerate(detail):
            nested = isinstance(inner, dict | list)
            flaws += _flaws(inner, f"{pointer}/{at}") if nested else [Flaw(str(inner), pointer=pointer)]
        return flaws
    return [Flaw(str(detail), pointer=pointer)]
