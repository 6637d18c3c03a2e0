"""The addresses below /scim/v2/ (RFC 7644)."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from accounts.models import DirectoryGroup, DirectoryPerson
from accounts.scim import finding, groups, people, showing
from accounts.scim.endpoint import ScimEndpoint, answer, body_of
from accounts.scim.errors import ScimError, invalid_syntax, not_found
from accounts.scim.patching import patched
from accounts.scim.reading import read_group, read_person
from accounts.scim.schemas import (
    GROUP,
    PATCH,
    SEARCH,
    USER,
    resource_types,
    schemas,
    service_provider_config,
)


class Users(ScimEndpoint):
    """Everybody whom the directory sent."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """A page of those whom the filter fits."""
        return _people(request.GET)

    def post(self, request: HttpRequest) -> HttpResponse:
        """A new person."""
        made = people.create(self.directory, read_person(body_of(request)))
        return _one(showing.person(made), request.GET, USER, status=201)


class User(ScimEndpoint):
    """One person."""

    def get(self, request: HttpRequest, person_id: UUID) -> HttpResponse:
        """As the directory sent them."""
        return _one(showing.person(_person(person_id)), request.GET, USER)

    def put(self, request: HttpRequest, person_id: UUID) -> HttpResponse:
        """All of it anew."""
        wish = read_person(body_of(request))
        person = _person(person_id)
        people.replace(self.directory, person, wish)
        return _one(showing.person(person), request.GET, USER)

    def patch(self, request: HttpRequest, person_id: UUID) -> HttpResponse:
        """Some of it."""
        body = _patch(request)
        person = _person(person_id)
        after = patched(_writable(showing.person(person)), body, USER)
        people.replace(self.directory, person, read_person(after))
        return _one(showing.person(person), request.GET, USER)

    def delete(self, request: HttpRequest, person_id: UUID) -> HttpResponse:
        """Gone from the directory, so out at once."""
        people.remove(self.directory, _person(person_id))
        return HttpResponse(status=204)


class Groups(ScimEndpoint):
    """Every group that the directory sent."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """A page of those that the filter fits."""
        return _groups(request.GET)

    def post(self, request: HttpRequest) -> HttpResponse:
        """A new group."""
        made = groups.create(self.directory, read_group(body_of(request)))
        return _one(showing.groups([made])[0], request.GET, GROUP, status=201)


class Group(ScimEndpoint):
    """One group."""

    def get(self, request: HttpRequest, group_id: UUID) -> HttpResponse:
        """With its members."""
        return _one(showing.groups([_group(group_id)])[0], request.GET, GROUP)

    def put(self, request: HttpRequest, group_id: UUID) -> HttpResponse:
        """All of it anew: members that are not named are none."""
        wish = read_group({"members": [], **body_of(request)})
        group = _group(group_id)
        groups.replace(self.directory, group, wish)
        return _one(showing.groups([group])[0], request.GET, GROUP)

    def patch(self, request: HttpRequest, group_id: UUID) -> HttpResponse:
        """Some of it."""
        body = _patch(request)
        group = _group(group_id)
        after = patched(_writable(showing.groups([group])[0]), body, GROUP)
        groups.replace(self.directory, group, read_group(after))
        return _one(showing.groups([group])[0], request.GET, GROUP)

    def delete(self, request: HttpRequest, group_id: UUID) -> HttpResponse:
        """With what it gave."""
        groups.remove(self.directory, _group(group_id))
        return HttpResponse(status=204)


class SearchUsers(ScimEndpoint):
    """The list, asked for in a body: filters may hold what should not stand in logs of addresses."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """As GET of the list."""
        return _people(_search(request))


class SearchGroups(ScimEndpoint):
    """The list of groups, asked for in a body."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """As GET of the list."""
        return _groups(_search(request))


class SearchAll(ScimEndpoint):
    """People and groups in one list; a filter must fit both, so `id`, `externalId` and `displayName` do."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """People first, each kind in the order in which it came."""
        asked = _search(request)
        text = str(asked.get("filter") or "")
        both: list[DirectoryPerson | DirectoryGroup] = [*finding.people(text), *finding.groups(text)]
        shown, start = finding.window(both, asked.get("startIndex"), asked.get("count"))
        shown_groups = iter(showing.groups([row for row in shown if isinstance(row, DirectoryGroup)]))
        resources = [
            _narrowed(showing.person(row), asked, USER)
            if isinstance(row, DirectoryPerson)
            else _narrowed(next(shown_groups), asked, GROUP)
            for row in shown
        ]
        return answer(showing.listed(resources, total=len(both), start=start))


class Config(ScimEndpoint):
    """What the service can do."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """One document."""
        return answer(service_provider_config(showing.base()))


class Described(ScimEndpoint):
    """Schemas or resource types, all or one."""

    kind = "Schemas"

    def get(self, request: HttpRequest, name: str = "") -> HttpResponse:
        """Filters make no sense here (RFC 7644, 4)."""
        if request.GET.get("filter"):
            raise ScimError(403, "This list cannot be filtered.")
        rows = (schemas if self.kind == "Schemas" else resource_types)(showing.base())
        if not name:
            return answer(showing.listed(rows, total=len(rows), start=1))
        found = next((row for row in rows if row["id"] == name), None)
        if found is None:
            raise not_found()
        return answer(found)


class Unknown(ScimEndpoint):
    """Whatever else is asked for below /scim/v2/."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Nothing is there, whoever asks."""
        return answer(not_found().document(), status=404)


def _person(person_id: UUID) -> DirectoryPerson:
    found = people.locked(person_id)
    if found is None:
        raise not_found()
    return found


def _group(group_id: UUID) -> DirectoryGroup:
    found = groups.locked(group_id)
    if found is None:
        raise not_found()
    return found


def _people(asked: Any) -> HttpResponse:
    rows = finding.people(str(asked.get("filter") or ""))
    shown, start = finding.window(rows, asked.get("startIndex"), asked.get("count"))
    return _page([showing.person(row) for row in shown], len(rows), start, asked, USER)


def _groups(asked: Any) -> HttpResponse:
    rows = finding.groups(str(asked.get("filter") or ""))
    shown, start = finding.window(rows, asked.get("startIndex"), asked.get("count"))
    without = "members" in showing.names(asked.get("excludedAttributes"), GROUP)
    return _page(showing.groups(shown, with_members=not without), len(rows), start, asked, GROUP)


def _page(resources: list[dict[str, Any]], total: int, start: int, asked: Any, schema: str) -> HttpResponse:
    return answer(showing.listed([_narrowed(one, asked, schema) for one in resources], total=total, start=start))


def _one(resource: dict[str, Any], asked: Any, schema: str, *, status: int = 200) -> HttpResponse:
    where = {"Location": resource["meta"]["location"]}
    return answer(_narrowed(resource, asked, schema), status=status, headers=where)


def _narrowed(resource: dict[str, Any], asked: Any, schema: str) -> dict[str, Any]:
    wanted, unwanted = (showing.names(asked.get(name), schema) for name in ("attributes", "excludedAttributes"))
    return showing.narrowed(resource, wanted, unwanted)


def _patch(request: HttpRequest) -> dict[str, Any]:
    body = body_of(request)
    if PATCH not in _schemas(body):
        raise invalid_syntax(f"`schemas` names {PATCH}.")
    return body


def _search(request: HttpRequest) -> dict[str, Any]:
    body = body_of(request)
    if SEARCH not in _schemas(body):
        raise invalid_syntax(f"`schemas` names {SEARCH}.")
    return body


def _schemas(body: dict[str, Any]) -> list[Any]:
    found = body.get("schemas")
    return found if isinstance(found, list) else []


def _writable(resource: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in resource.items() if name not in {"id", "meta", "schemas"}}
