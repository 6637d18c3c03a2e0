"""Programs that ask the API: an integration with a key, and its requests."""

import json
from dataclasses import dataclass
from typing import Any

from django.test import Client

from accounts import integrations
from accounts.models import ApiKey, Membership, Team
from accounts.permissions import Permission
from tenancy.isolation import activate

EVERYTHING = frozenset(integrations.OFFERED)


@dataclass
class Caller:
    """One key, and the requests made with it."""

    secret: str
    key: ApiKey | None = None

    @property
    def member(self) -> Membership:
        assert self.key is not None
        return self.key.integration.membership

    def ask(self, method: str, path: str, body: Any = None, **headers: str):
        """The answer to a request below /api/v1/; `body` becomes JSON unless it is bytes."""
        sent = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.secret}", **headers}
        kwargs = {"headers": headers, "content_type": "application/json"} if sent else {"headers": headers}
        client = Client(raise_request_exception=False)
        return client.generic(method, f"/api/v1/{path}", sent, **kwargs)

    def get(self, path: str, **headers: str):
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str):
        return self.ask("POST", path, body, **headers)


def make_caller(
    maker: Membership,
    permissions: frozenset[Permission] = EVERYTHING,
    *,
    teams: tuple[Team, ...] | None = None,
    networks: tuple[str, ...] = (),
    ends_at=None,
    name: str = "Booking system",
) -> Caller:
    """An integration made by `maker`, who must be allowed to."""
    with activate(maker.organization):
        wish = integrations.Wish(name, permissions, teams, networks, ends_at)
        made = integrations.create(actor=maker, wish=wish)
    return Caller(made.secret, made.key)
