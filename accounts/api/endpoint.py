"""One address of the API. A subclass says which permissions each method takes, and has the methods.

A request brings a key and nothing else: cookies are not looked at, so no browser can be made to ask on somebody's
behalf. Everything inside runs in the key's organization, by its clock, and in one transaction, which a problem undoes.
"""

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.core.serializers.json import DjangoJSONEncoder
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from rest_framework.parsers import JSONParser
from rest_framework.renderers import JSONRenderer
from rest_framework.views import APIView

from accounts.api import limiting
from accounts.api.problems import Kind, Problem, away
from accounts.api.reading import read_object
from accounts.api.repeating import answer_once
from accounts.integrations import opened_by
from accounts.models import ApiKey, Membership
from accounts.origins import client_address
from accounts.permissions import MissingPermission, Permission, require
from tenancy import audit
from tenancy.isolation import activate
from tenancy.rates import Allowance

log = logging.getLogger("parley.api")

_JSON = ("*/*", "application/*", "application/json", "application/problem+json")


class Endpoint(APIView):
    """See the module. `member` is the acting integration; `cost` is what a request counts against the key's limit.

    `keeps_answers`: an `Idempotency-Key` is heeded. Not where nothing changes: a kept answer would say what the key may
    read no more, and leave no trace.
    """

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()
    parser_classes = (JSONParser,)
    renderer_classes = (JSONRenderer,)

    needs: ClassVar[Mapping[str, tuple[Permission, ...]]]
    cost: ClassVar[int] = 1
    keeps_answers: ClassVar[bool] = True
    member: Membership
    body: dict[str, Any]

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        view = super().as_view(**initkwargs)
        view.key_permissions = cls.needs  # type: ignore[attr-defined]
        return view

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Ask the key, count the request, work, answer; a problem becomes its document."""
        self.request, self.args, self.kwargs, self.headers = request, args, kwargs, {}  # type: ignore[assignment]
        allowance: Allowance | None = None
        try:
            _must_accept_json(request)
            key = _key_of(request)
            self.member = key.integration.membership
            allowance = limiting.spend_requests(key.pk, self.cost)
            limiting.refuse_if_spent(allowance)
            response = self._answer(request, key)
        except Problem as problem:
            response = problem.response()
        except Http404:
            response = Problem(Kind.NOT_FOUND).response()
        except (OperationalError, InterfaceError) as error:
            log.error("api_away", extra={"route": _route(request), "error": type(error).__name__})
            response = away().response()
        except Exception as error:
            log.exception("api_broke", extra={"route": _route(request), "error": type(error).__name__})
            response = Problem(Kind.BROKEN).response()
        if allowance is not None:
            limiting.tell(response, allowance)
        return response

    def _answer(self, request: HttpRequest, key: ApiKey) -> HttpResponse:
        method = (request.method or "").lower()
        handler = getattr(self, "get" if method == "head" else method, None)
        if handler is None or method not in (*self.needs, "head"):
            allowed = ", ".join(name.upper() for name in self.needs)
            raise Problem(Kind.METHOD_NOT_ALLOWED, headers={"Allow": allowed})
        needed = self.needs["get" if method == "head" else method]
        organization = self.member.organization
        try:
            with activate(organization), timezone.override(ZoneInfo(organization.time_zone)):
                require(self.member, *needed)
                if method in {"get", "head"}:
                    return handler(request, *self.args, **self.kwargs)  # type: ignore[no-any-return]
                self.body = read_object(request)
                if not self.keeps_answers:
                    return handler(request, *self.args, **self.kwargs)  # type: ignore[no-any-return]
                return answer_once(request, self.member, self.body, lambda: handler(request, *self.args, **self.kwargs))
        except PermissionDenied as refused:
            missing = refused.missing if isinstance(refused, MissingPermission) else ()
            with activate(organization):
                audit.record(
                    event=audit.AuditKind.PERMISSION_DENIED,
                    actor=self.member,
                    route=_route(request),
                    key=key.pk,
                    missing=list(missing),
                )
            raise Problem(Kind.PERMISSION_MISSING, missing=[one.value for one in missing]) from None


class _Encoder(DjangoJSONEncoder):
    def default(self, o: Any) -> Any:
        return super().default(o.astimezone(UTC) if isinstance(o, datetime) and o.tzinfo else o)


def answer(data: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> HttpResponse:
    """A finished answer in JSON. Moments are in UTC, whatever the zone of the organization."""
    body = json.dumps(data, cls=_Encoder, ensure_ascii=False)
    return HttpResponse(body, content_type="application/json", status=status, headers=headers)


def _key_of(request: HttpRequest) -> ApiKey:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    challenge = {"WWW-Authenticate": 'Bearer realm="parley"'}
    if scheme.lower() != "bearer" or not secret.strip():
        raise Problem(Kind.KEY_MISSING, headers=challenge)
    address = client_address(request)
    key = opened_by(secret.strip(), address)
    if key is None:
        limiting.count_wrong_key(address)
        challenge["WWW-Authenticate"] += ', error="invalid_token"'
        raise Problem(Kind.KEY_REFUSED, headers=challenge)
    return key


def _must_accept_json(request: HttpRequest) -> None:
    wanted = request.headers.get("Accept", "")
    if not wanted.strip():
        return
    for entry in wanted.split(","):
        kind, *options = (part.strip().lower() for part in entry.split(";"))
        if kind in _JSON and not any(option.replace(" ", "") in {"q=0", "q=0.0", "q=0.00"} for option in options):
            return
    raise Problem(Kind.NOT_ACCEPTABLE)


def _route(request: HttpRequest) -> str:
    match = request.resolver_match
    return match.view_name if match else ""
