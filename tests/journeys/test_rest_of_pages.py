"""axe on each page that no tour of `pages` comes by, whatever it is: nobody has to remember a new one."""

import pytest
from django.test import Client
from django.urls import resolve

from tests.architecture.permission_table import objects_of
from tests.architecture.test_permissions import ROUTES, Scenery
from tests.cast import make_cast, signed_in

from .browser import MakePerson, needs_browser
from .pages import State
from .test_accessible import walk

pytestmark = needs_browser


@pytest.mark.long
def test_every_page_that_no_tour_comes_by(usual: State, someone: MakePerson) -> None:
    seen = {resolve(path.partition("?")[0]).route for name, path in usual.sights() if name != "not-found"}
    cast = make_cast()
    scenery = Scenery(cast, objects_of(cast, domain="scenery.example"))
    client = signed_in(Client(), cast.owner)
    rest = []
    for route in sorted(set(ROUTES) - seen):
        answer = client.get(scenery.address(route))
        if answer.status_code == 200 and not answer.streaming and b"<html" in answer.content[:200]:
            rest.append((route, scenery.address(route)))
    assert {"settings/purges/<uuid:purge_id>/", "polls/<uuid:poll_id>/edit/"} <= {route for route, _ in rest}
    found = walk(someone().let_in(cast.owner).page, rest)
    assert not found, "\n".join(found)
