"""Every address x every kind of person. The rows come from the URL configuration, so no address is forgotten."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.db import transaction
from django.test import Client

from accounts.built_in_roles import BUILT_IN_ROLES
from accounts.checks import every_view_says_who_may_use_it, is_declared, routes
from accounts.models import Membership
from accounts.permissions import Permission
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.architecture.permission_table import NOT_THEIRS, PLAIN, PUBLIC, objects_of
from tests.cast import PASSPHRASE, Cast, make_cast, signed_in
from tests.kept import kept

PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)")
METHODS = ("get", "post")
ROUTES = dict(routes())
GUARDED = [path for path, pattern in ROUTES.items() if hasattr(pattern.callback, "permission")]


def needed(path: str) -> tuple[Permission, ...]:
    return ROUTES[path].callback.permission


def is_open_to(path: str, member: Membership) -> bool:
    any_of = set(ROUTES[path].callback.any_of)
    return set(needed(path)) <= member.permissions and bool(not any_of or any_of & member.permissions)


def parameters(path: str) -> set[str]:
    return {name for names in PARAMETER.findall(path) for name in names if name}


@dataclass(frozen=True)
class Scenery:
    """The cast, and one object of organization A for every parameter."""

    cast: Cast
    objects: dict[str, object]

    def address(self, path: str) -> str:
        values = {**PLAIN, **self.objects}
        return "/" + PARAMETER.sub(lambda found: str(values[found.group(1) or found.group(2)]), path).strip("^$")


@dataclass(frozen=True)
class Answer:
    """What came back, with the body of a download read to its end."""

    status_code: int
    location: str
    text: str
    is_file: bool


def browser(member: Membership | None, headers: dict[str, str] | None = None, **kwargs) -> Client:
    client = Client(raise_request_exception=False, headers=headers)
    return client if member is None else signed_in(client, member, **kwargs)


def ask(client: Client, method: str, where: str) -> Answer:
    answer = getattr(client, method)(where)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    is_file = answer.get("Content-Disposition", "").startswith("attachment")
    text = body.decode(errors="replace")  # a picture is no text
    return Answer(answer.status_code, answer.get("Location", ""), text, is_file)


def answers(
    paths: list[str], scenery: Scenery, member: Membership | None, headers: dict[str, str] | None = None
) -> Iterator[tuple[str, Answer]]:
    """Each address asked each way by the member; what a request changes is undone before the next."""
    client = browser(member, headers)
    signed_in_as = client.cookies.copy()
    for path in paths:
        where = scenery.address(path)
        for method in METHODS:
            client.cookies = signed_in_as.copy()
            with transaction.atomic():
                yield f"{method.upper()} {path}", ask(client, method, where)
                transaction.set_rollback(True)


def make_scenery() -> Scenery:
    cast = make_cast()
    return Scenery(cast, objects_of(cast))


scenery = kept(make_scenery)


@pytest.fixture
def cast(scenery) -> Cast:
    return scenery.cast


def test_every_address_says_who_may_use_it():
    assert every_view_says_who_may_use_it(None) == []
    assert [path for path, pattern in ROUTES.items() if not is_declared(pattern.callback)] == []


def test_the_public_addresses_are_those_of_the_written_list():
    public = {path for path, pattern in ROUTES.items() if getattr(pattern.callback, "is_public", False)}
    assert public == set(PUBLIC), "add the address with its reason to permission_table.PUBLIC, or guard it"


def test_every_parameter_of_an_address_has_an_object_to_try_with(scenery):
    used = {name for path in ROUTES for name in parameters(path)}
    assert used - set(scenery.objects) - set(PLAIN) == set(), "add an object of organization A to permission_table.py"


def test_whoever_is_signed_out_is_sent_to_the_sign_in_page(scenery):
    wrong = {
        asked: answer.status_code
        for asked, answer in answers(GUARDED, scenery, None)
        if answer.status_code != 302 or not answer.location.startswith("/sign-in/")
    }
    assert wrong == {}


def test_a_deactivated_member_is_signed_out(scenery):
    wrong = {
        asked: answer.status_code
        for asked, answer in answers(GUARDED, scenery, scenery.cast.leaver)
        if answer.status_code != 302 or not answer.location.startswith("/sign-in/")
    }
    assert wrong == {}


def test_an_outsider_finds_nothing_of_the_organization_and_no_name_of_it(scenery):
    names = ["Harbor Dental", "Olga", "Ada Lindqvist", "Amelia", "Castellanos", "harbor.example", "Front desk"]
    with_objects = {path for path in GUARDED if parameters(path) - set(PLAIN)}
    assert with_objects
    wrong = {}
    for asked, answer in answers(GUARDED, scenery, scenery.cast.outsider):
        found = [name for name in names if name in answer.text]
        there = asked.split(" ")[1] in with_objects and answer.status_code not in {404, 405}
        if found or there:
            wrong[asked] = (answer.status_code, found)
    assert wrong == {}


ROLES = ("owner", *BUILT_IN_ROLES)
NOT_TOLD = {
    "GET settings/sign-ins/csv/",  # a person's own
    "GET settings/purges/<uuid:purge_id>/certificate.json",  # made to be handed on: counts and ids of keys
    "GET settings/purges/<uuid:purge_id>/certificate.pdf",
    "GET settings/requests/<uuid:subject_id>/erasure.json",
    "GET settings/requests/<uuid:subject_id>/erasure.pdf",
}
"""Files that may be taken without a trace in the audit log, with the reason."""
FINE = {200, 204, 302, 400, 405, 409, 422}
"""No 403, no 404 for what one may see, no error; 405 says that the address knows one method only."""


@pytest.mark.parametrize("role", ROLES)
def test_every_role_opens_exactly_the_addresses_it_has_the_permission_for(scenery, role):
    member = getattr(scenery.cast, role)
    with activate(scenery.cast.organization):
        allowed = [path for path in GUARDED if is_open_to(path, member)]
        refused = [path for path in GUARDED if path not in allowed]
        before = AuditEvent.objects.count()
    seen, untold = {}, set()
    for asked, answer in answers(allowed, scenery, member):
        seen[asked] = answer.status_code
        if answer.is_file:
            with activate(scenery.cast.organization):
                untold |= {asked} if AuditEvent.objects.count() == before else set()
    assert untold - NOT_TOLD == set(), "whoever takes a file out leaves a trace in the audit log"
    wrong = {
        asked: status
        for asked, status in seen.items()
        if status not in FINE and asked.split(" ")[1] not in NOT_THEIRS[role]
    }
    assert wrong == {}
    to_no_method = [path for path in allowed if {seen[f"{method.upper()} {path}"] for method in METHODS} == {405}]
    assert to_no_method == []
    part = {"HX-Request": "true"}  # its refusal has no page to draw
    wrong = {
        asked: answer.status_code
        for asked, answer in answers(refused, scenery, member, part)
        if answer.status_code != 403
    }
    assert wrong == {}
    assert len(allowed) > 10
    assert bool(refused) == (role != "owner")


def test_the_refusal_names_the_permission_and_who_can_give_it(scenery):
    page = ask(browser(scenery.cast.agent), "get", "/settings/people/").text
    assert html.escape(Permission.PEOPLE_READ.label) in page
    assert "Olga Brandt" in page


def test_a_member_who_needs_a_second_factor_can_do_nothing_before_it(scenery):
    wrong = {}
    client = browser(scenery.cast.admin, factors=("password",))
    for path in GUARDED:
        answer = ask(client, "get", scenery.address(path))
        if answer.status_code != 302 or not answer.location.startswith("/sign-in/code/"):
            wrong[path] = answer.status_code
    assert wrong == {}


def test_half_way_through_signing_in_nobody_can_do_anything_but_go_on(scenery):
    """Each of these people has no factor yet, and nothing but its set-up is open to them."""
    client = Client(raise_request_exception=False)
    client.post("/sign-in/", {"email": scenery.cast.admin.user.email, "password": PASSPHRASE})
    wrong = {}
    for path in GUARDED:
        answer = client.get(scenery.address(path))
        if answer.status_code != 302 or not answer["Location"].startswith("/sign-in/code/"):
            wrong[path] = answer.status_code
    assert wrong == {}
    assert client.get("/sign-in/code/")["Location"] == "/sign-in/set-up/"


@pytest.mark.parametrize("method", METHODS)
def test_htmx_is_sent_to_the_sign_in_page_as_a_whole(cast, method):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/settings/people/?q=1"}
    answer = getattr(Client(), method)("/settings/people/invite/", headers=headers)
    assert answer["HX-Redirect"] == "/sign-in/?next=%2Fsettings%2Fpeople%2F%3Fq%3D1"
    assert answer.content == b""
