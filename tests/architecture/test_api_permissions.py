"""Every address of the API x every kind of key. The rows come from the URL configuration, so none is forgotten."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts import integrations
from accounts.api import limiting
from accounts.permissions import Permission
from tenancy.isolation import activate
from tests.architecture.permission_table import PLAIN
from tests.architecture.test_permissions import PARAMETER, ROUTES, make_scenery, parameters
from tests.callers import EVERYTHING, Caller, make_caller
from tests.cast import Cast, signed_in
from tests.kept import kept

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
API = {
    path: pattern.callback.key_permissions
    for path, pattern in ROUTES.items()
    if hasattr(pattern.callback, "key_permissions")
}
NAMES = ["Harbor Dental", "Amelia", "Olga", "5550181", "Front desk", "Main line"]


@pytest.fixture(autouse=True)
def _no_limits(monkeypatch):
    """Each test asks more often in a second than a key may in a minute."""
    for name in ("LIMIT", "BURST", "WRONG_KEYS"):
        monkeypatch.setattr(limiting, name, 1_000_000)


scenery = kept(make_scenery)


@pytest.fixture
def cast(scenery) -> Cast:
    return scenery.cast


@pytest.fixture
def caller(cast) -> Caller:
    return make_caller(cast.owner)


def answers(scenery, caller: Caller, paths=API) -> Iterator[tuple[str, str, object]]:
    """(method, path, answer) of each address asked each way; what a request changes is undone before the next."""
    for path in paths:
        where = scenery.address(path).removeprefix("/api/v1/")
        for method in METHODS:
            with transaction.atomic():
                yield method, path, caller.ask(method, where, {} if method not in {"GET", "DELETE"} else None)
                transaction.set_rollback(True)


def test_there_are_addresses_and_each_says_what_every_method_takes():
    assert len(API) >= 15
    for path, needs in API.items():
        assert path.startswith("api/v1/")
        assert needs, path
        for permissions in needs.values():
            assert all(isinstance(permission, Permission) for permission in permissions)


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ({}, "key-missing"),
        ({"Authorization": "Bearer "}, "key-missing"),
        ({"Authorization": "Basic b2xnYTpvbGdh"}, "key-missing"),
        ({"Authorization": "Bearer nonsense"}, "key-refused"),
        ({"Authorization": "Bearer \xe9\xe9"}, "key-refused"),
    ],
)
def test_without_a_key_nothing_opens(scenery, headers, kind):
    for path in API:
        answer = Client().get(scenery.address(path), headers=headers)
        assert answer.status_code == 401, path
        assert answer.json()["type"].endswith(f"#{kind}")
        assert "Bearer" in answer["WWW-Authenticate"]
        assert not any(name in answer.content.decode() for name in NAMES)


def test_a_session_opens_nothing_and_a_signed_in_browser_needs_a_key_like_all_others(scenery, cast):
    client = signed_in(Client(), cast.owner)
    for path in API:
        for method in METHODS:
            assert client.generic(method, scenery.address(path)).status_code == 401, f"{method} {path}"


def test_keys_that_do_not_work_cannot_be_told_apart(scenery, cast, caller):
    """Expired, ended, of a deactivated integration, from a wrong address, never made: one answer, to the letter."""
    expired = make_caller(cast.owner, ends_at=timezone.now())
    elsewhere = make_caller(cast.owner, networks=("192.0.2.0/24", "2001:db8::/32"))
    ended, deactivated = make_caller(cast.owner), make_caller(cast.owner)
    with activate(cast.organization):
        integrations.end_key(actor=cast.owner, key=ended.key)
        integrations.end(actor=cast.owner, integration=deactivated.key.integration)
    unknown = Caller(integrations.new_key())
    assert caller.get("me").status_code == 200
    told = set()
    for refused in (expired, elsewhere, ended, deactivated, unknown):
        for method, path, answer in answers(
            scenery, refused, ["api/v1/me", "api/v1/messages", "api/v1/conversations/<uuid:conversation_id>"]
        ):
            assert answer.status_code == 401, f"{method} {path}"
            told.add((answer.content, answer["WWW-Authenticate"], tuple(sorted(answer.headers))))
    assert len(told) == 1


def test_what_belongs_to_another_organization_is_not_there(scenery, cast):
    outsider = make_caller(cast.outsider)
    with_objects = [path for path in API if parameters(path) - set(PLAIN)]
    assert with_objects
    wrong = {}
    for method, path, answer in answers(scenery, outsider, with_objects):
        expected = {404, 422} if method.lower() in API[path] else {405}
        if answer.status_code not in expected:
            wrong[f"{method} {path}"] = answer.status_code
    assert wrong == {}


def test_another_organizations_key_never_sees_a_name_of_this_one(scenery, cast):
    outsider = make_caller(cast.outsider)
    seen = {
        f"{method} {path}": [name for name in NAMES if name in answer.content.decode()]
        for method, path, answer in answers(scenery, outsider)
    }
    assert {asked: found for asked, found in seen.items() if found} == {}


def test_a_key_without_the_right_is_refused_with_the_right_it_lacks(scenery, cast):
    wrong, tried = {}, 0
    poor = make_caller(cast.owner, frozenset())
    for method, path, answer in answers(scenery, poor):
        needed = API[path].get(method.lower())
        if not needed:
            continue
        tried += 1
        lacking = sorted(
            permission.value for permission in needed if permission is not Permission.CONVERSATIONS_READ_ALL
        )
        if answer.status_code != 403 or sorted(answer.json()["missing"]) != lacking:
            wrong[f"{method} {path}"] = answer.content
    assert tried >= 15
    assert wrong == {}


def test_each_right_alone_opens_nothing_that_takes_more(scenery, cast):
    wrong = {}
    for held in integrations.OFFERED:
        poor = make_caller(cast.owner, frozenset({held}))
        for path, needs in API.items():
            for method, needed in needs.items():
                if set(needed) <= {held}:
                    continue
                with transaction.atomic():
                    answer = poor.ask(
                        method.upper(), scenery.address(path).removeprefix("/api/v1/"), {} if method != "get" else None
                    )
                    transaction.set_rollback(True)
                if answer.status_code != 403:
                    wrong[f"{method} {path} with {held}"] = answer.status_code
    assert wrong == {}


def test_a_key_with_the_right_gets_an_answer(scenery, caller):
    wrong = {}
    for method, path, answer in answers(scenery, caller):
        known = method.lower() in API[path]
        expected = {200, 201, 202, 409, 422} if known else {405}
        if answer.status_code not in expected:
            wrong[f"{method} {path}"] = (answer.status_code, answer.content)
        if not known:
            assert answer["Allow"]
    assert wrong == {}


def test_a_key_of_one_team_sees_nothing_of_another(scenery, cast):
    billing = make_caller(cast.owner, EVERYTHING, teams=(cast.billing,))
    with_objects = [path for path in API if {"conversation_id", "message_id", "line_id"} & parameters(path)]
    wrong = {
        f"{method} {path}": answer.status_code
        for method, path, answer in answers(scenery, billing, with_objects)
        if answer.status_code not in {404, 405, 422}
    }
    assert wrong == {}
    assert billing.get("conversations").json() == {"data": [], "next": None}
    assert billing.get("lines").json() == {"data": []}


def test_without_reveal_no_address_gives_a_name_or_a_number(scenery, cast):
    masked = make_caller(cast.owner, EVERYTHING - {Permission.CONTACTS_REVEAL})
    for _method, path, answer in answers(scenery, masked):
        assert "2125550181" not in answer.content.decode(), path
        assert "555-0181" not in answer.content.decode(), path


def test_a_missing_address_is_a_problem_document_too(caller):
    answer = caller.get("nowhere/at/all")
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert PARAMETER.findall("api/v1/messages/<uuid:message_id>")
