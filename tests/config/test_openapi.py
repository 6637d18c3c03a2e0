"""What the API says of itself is complete, and it does what it says: tried with requests that nobody would write."""

import json

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings
from jsonschema import Draft202012Validator
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.api import limiting
from accounts.api.problems import Kind
from accounts.permissions import Permission
from config.developers import METHODS, operations
from config.openapi import description
from tests.architecture.permission_table import objects_of
from tests.callers import Caller, make_caller
from tests.cast import make_cast
from tests.kept import kept

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    ignored_auth,
]
BOUNDED = settings(
    max_examples=20,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def described():
    for path, methods in description()["paths"].items():
        for method, operation in methods.items():
            if method in METHODS:
                yield f"{method.upper()} {path}", operation


def make_callers() -> tuple[Caller, Caller]:
    """A key with all rights and one with few, in an organization with one of everything."""
    cast = make_cast()
    objects_of(cast)
    few = frozenset({Permission.MESSAGES_SEND, Permission.CONVERSATIONS_START})
    return make_caller(cast.owner), make_caller(cast.owner, few, teams=(cast.billing,))


callers = kept(make_callers)


@pytest.fixture
def no_limits(monkeypatch) -> None:
    for name in ("LIMIT", "BURST", "WRONG_KEYS"):
        monkeypatch.setattr(limiting, name, 1_000_000)


@pytest.fixture
def one_connection(callers, no_limits):
    """As Django's own test client does: the end of a request must not close the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


api = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())


@api.parametrize()
@BOUNDED
def test_neither_a_key_with_all_rights_nor_a_poor_one_gets_an_answer_that_is_not_described(
    case, callers, one_connection
):
    for caller in callers:
        case.call_and_validate(headers={"Authorization": f"Bearer {caller.secret}"}, checks=CHECKS)


def test_every_address_of_the_api_is_described():
    from accounts.checks import routes

    def as_path(path: str) -> str:
        return "/" + path.replace("<uuid:", "{").replace(">", "}")

    known = {as_path(path) for path, pattern in routes() if hasattr(pattern.callback, "key_permissions")}
    assert set(description()["paths"]) == known
    assert description()["openapi"].startswith("3.1")


def test_every_operation_has_words_and_an_example_of_each_answer_that_fits_its_shape():
    wrong, seen = [], 0
    components = description()["components"]
    for name, operation in described():
        assert operation["summary"]
        assert operation["description"]
        assert operation["security"] == [{"key": []}]
        for status, response in operation["responses"].items():
            for media, content in response["content"].items():
                if not content.get("examples"):
                    wrong.append(f"{name} {status} {media} has no example")
                for example in content.get("examples", {}).values():
                    seen += 1
                    validator = Draft202012Validator({**content["schema"], "components": components})
                    wrong += [f"{name} {status}: {error.message}" for error in validator.iter_errors(example["value"])]
    assert seen > 100
    assert wrong == []


def test_requests_have_examples_that_fit_too():
    components, seen = description()["components"], 0
    for name, operation in described():
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content is None:
            continue
        for example in content["examples"].values():
            seen += 1
            validator = Draft202012Validator({**content["schema"], "components": components})
            assert [error.message for error in validator.iter_errors(example["value"])] == [], name
    assert seen >= 7


def test_the_document_is_public_json_and_names_no_organization(callers, client):
    answer = client.get("/api/v1/openapi.json")
    assert answer.status_code == 200
    assert json.loads(answer.content)["info"]["title"] == "Parley API"
    assert "Harbor Dental" not in answer.content.decode().replace('"Harbor Dental', "")


def test_every_operation_has_a_page_with_its_command(client):
    assert len(operations()) >= 20
    for one in operations():
        page = client.get(f"/developers/{one.id}/")
        assert page.status_code == 200
        assert one.path in page.content.decode()
        assert "curl -X" in page.content.decode()
    assert client.get("/developers/nothing/").status_code == 404
    assert client.get("/developers/").status_code == 200


def test_the_type_of_every_problem_is_an_address_with_its_words(client):
    page = client.get("/developers/errors/").content.decode()
    for kind in Kind:
        assert f'id="{kind.value.slug}"' in page
        assert kind.type.endswith(f"/developers/errors/#{kind.value.slug}")


def test_the_pages_carry_no_script_or_style_of_their_own(client):
    for path in ("/developers/", "/developers/errors/", f"/developers/{operations()[0].id}/"):
        page = client.get(path)
        assert "<style" not in page.content.decode()
        assert "script-src 'self'" in page["Content-Security-Policy"]
