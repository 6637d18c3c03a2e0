"""One address of the SCIM service: asks the token, works in its organization and in one transaction, answers.

A request brings a token and nothing else; cookies are not looked at. A refusal undoes everything and is recorded.
"""

import json
import logging
from math import ceil
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from accounts.api import limiting
from accounts.api.problems import Problem
from accounts.api.reading import read_json
from accounts.models import Directory, DirectoryToken
from accounts.origins import client_address
from accounts.scim import owners
from accounts.scim.connecting import opened_by
from accounts.scim.errors import OwnerStays, ScimError, invalid_syntax
from tenancy import audit
from tenancy.isolation import activate

MEDIA_TYPE = "application/scim+json"
METHODS = ("get", "post", "put", "patch", "delete")
_SENT_AS = {MEDIA_TYPE, "application/json"}

log = logging.getLogger("parley.scim")


class ScimEndpoint(View):
    """Methods are `get`, `post`, `put`, `patch`, `delete`; each returns `answer(...)` or raises ScimError."""

    directory: Directory

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        view = csrf_exempt(super().as_view(**initkwargs))
        view.is_public = True  # type: ignore[attr-defined]
        return view

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Whatever goes wrong is answered as SCIM has it."""
        try:
            token = _token_of(request)
            _spend(token)
            return self._work(request, token, *args, **kwargs)
        except ScimError as refused:
            return answer(refused.document(), status=refused.status, headers=refused.headers)
        except Problem as problem:
            words = problem.kind.value
            kind = "invalidSyntax" if words.status == 400 else ""
            said = ScimError(words.status, problem.detail or words.help, kind)
            return answer(said.document(), status=said.status, headers=problem.headers)
        except Exception as error:
            log.exception("scim_broke", extra={"error": type(error).__name__})
            return answer(ScimError(500, "We failed. Nothing was done; send it again.").document(), status=500)

    def _work(self, request: HttpRequest, token: DirectoryToken, *args: Any, **kwargs: Any) -> HttpResponse:
        method = (request.method or "").lower()
        handler = getattr(self, method, None)
        if handler is None or method not in METHODS:
            allowed = ", ".join(name.upper() for name in METHODS if hasattr(self, name))
            raise ScimError(405, "This address does not know that method.", headers={"Allow": allowed})
        self.directory = token.directory
        self.directory.by_owner = token.made_by.is_owner and token.made_by.is_active
        organization = token.directory.membership.organization
        try:
            with activate(organization):
                done: HttpResponse = handler(request, *args, **kwargs)
                return done
        except OwnerStays as refused:
            with activate(organization):
                owners.alarm(self.directory, refused)
            raise
        except ScimError as refused:
            if refused.status == 409:
                with activate(organization):
                    audit.record(
                        event=audit.AuditKind.DIRECTORY_REFUSED, actor=token.directory.membership, reason=refused.detail
                    )
            raise


def answer(data: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> HttpResponse:
    """A finished answer."""
    body = json.dumps(data, ensure_ascii=False)
    return HttpResponse(body, content_type=MEDIA_TYPE, status=status, headers=headers)


def body_of(request: HttpRequest) -> dict[str, Any]:
    """The JSON object that was sent. Raises ScimError, Problem."""
    if request.content_type not in _SENT_AS:
        raise ScimError(415, "Send `Content-Type: application/scim+json`.")
    found = read_json(request)
    if not isinstance(found, dict):
        raise invalid_syntax("Send one JSON object.")
    return found


def _token_of(request: HttpRequest) -> DirectoryToken:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    challenge = {"WWW-Authenticate": 'Bearer realm="parley-scim"'}
    if scheme.lower() != "bearer" or not secret.strip():
        raise ScimError(401, "Send the directory's token as a bearer token.", headers=challenge)
    address = client_address(request)
    token = opened_by(secret.strip(), address)
    if token is None:
        limiting.count_wrong_key(address)
        raise ScimError(401, "This token opens nothing.", headers=challenge)
    return token


def _spend(token: DirectoryToken) -> None:
    allowance = limiting.spend_requests(token.pk, 1)
    if not allowance.allowed:
        after = str(ceil(allowance.retry_after or limiting.SECONDS))
        raise ScimError(429, "Too many requests. Wait, then go on more slowly.", headers={"Retry-After": after})
