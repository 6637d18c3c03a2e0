"""A connected directory of organization A, and requests as it makes them."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Directory, Membership
from accounts.scim import connecting
from accounts.scim.schemas import GROUP, PATCH, USER
from tenancy.isolation import activate
from tests.cast import cast

__all__ = ["cast"]


@dataclass
class Company:
    """The directory with its token."""

    directory: Directory
    secret: str

    def ask(self, method: str, path: str, body: Any = None, **headers: str):
        """The answer to a request below /scim/v2/."""
        sent = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.secret}", **headers}
        client = Client(raise_request_exception=False)
        return client.generic(method, f"/scim/v2/{path}", sent, content_type="application/scim+json", headers=headers)

    def get(self, path: str, **headers: str):
        return self.ask("GET", path, **headers)

    def add(self, user_name: str, **attributes: Any) -> dict[str, Any]:
        answer = self.ask("POST", "Users", {"schemas": [USER], "userName": user_name, **attributes})
        assert answer.status_code == 201, answer.content
        return answer.json()

    def add_group(self, name: str, *members: str) -> dict[str, Any]:
        body = {"schemas": [GROUP], "displayName": name, "members": [{"value": one} for one in members]}
        answer = self.ask("POST", "Groups", body)
        assert answer.status_code == 201, answer.content
        return answer.json()

    def patch(self, path: str, *operations: dict[str, Any]):
        return self.ask("PATCH", path, {"schemas": [PATCH], "Operations": list(operations)})

    def found(self, text: str, kind: str = "Users") -> list[dict[str, Any]]:
        answer = Client().get(f"/scim/v2/{kind}", {"filter": text}, headers={"Authorization": f"Bearer {self.secret}"})
        assert answer.status_code == 200, answer.content
        return answer.json()["Resources"]


def connect(owner: Membership) -> Company:
    """Connect the directory of the owner's organization."""
    with activate(owner.organization):
        made = connecting.make_token(actor=owner, life=timedelta(days=90))
    return Company(made.token.directory, made.secret)


@pytest.fixture
def company(cast) -> Company:
    return connect(cast.owner)
