"""Pages for requests that end badly."""

import json

import pytest
from django.db import InterfaceError, OperationalError
from django.test import Client
from django.urls import include, path

from accounts.models import Membership
from accounts.permissions import Permission, requires
from accounts.sessions import SessionStore
from config.errors import server_error
from tests.cast import cast, signed_in

__all__ = ["cast"]


@requires()
def breaks(request):
    raise RuntimeError("a secret detail")


handler500 = "config.errors.server_error"
urlpatterns = [path("breaks/", breaks), path("", include("config.urls"))]


def test_a_refusal_says_which_permission_is_missing_and_who_can_give_it(cast):
    page = signed_in(Client(), cast.agent).get("/settings/people/")
    assert page.status_code == 403
    text = page.content.decode()
    assert Permission.PEOPLE_READ.label in text
    assert "Olga Brandt, Ada Lindqvist" in text
    assert "Lev Moreau" not in text


def test_a_refusal_of_a_part_of_a_page_is_a_toast(cast):
    answer = signed_in(Client(), cast.agent).get("/settings/people/", headers={"HX-Request": "true"})
    assert answer.status_code == 403
    assert Permission.PEOPLE_READ.label in answer["HX-Trigger"]


def test_an_address_without_its_last_slash_is_put_right(cast):
    client = signed_in(Client(), cast.owner)
    assert client.get("/settings/people?x=1")["Location"] == "/settings/people/?x=1"
    assert client.post("/settings/people").status_code == 404
    assert client.get("/nothing").status_code == 404


def test_a_form_of_an_old_page_says_so_and_changes_nothing(cast):
    client = signed_in(Client(enforce_csrf_checks=True), cast.agent)
    answer = client.post("/settings/account/", {"name": "Mallory"})
    assert answer.status_code == 403
    assert "stood open for too long" in answer.content.decode()
    cast.agent.user.refresh_from_db()
    assert cast.agent.user.name == "Amelia Okafor"


def test_an_error_page_shows_no_detail(cast, settings):
    settings.ROOT_URLCONF = __name__
    answer = signed_in(Client(raise_request_exception=False), cast.owner).get("/breaks/")
    assert answer.status_code == 500
    assert "Something broke on our side" in answer.content.decode()
    assert "a secret detail" not in answer.content.decode()


@pytest.mark.django_db
def test_while_the_database_is_away_whoever_asks_is_told_to_try_later(cast, monkeypatch):
    """The session is read before any view: also there it is 503 and not 500."""

    client = signed_in(Client(raise_request_exception=False), cast.agent)

    def away(self):
        raise OperationalError("the server is not there")

    monkeypatch.setattr(SessionStore, "load", away)
    answer = client.get("/inbox/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    page = answer.content.decode()
    assert "Parley cannot answer for the moment" in page
    assert 'href="/inbox/"' in page


@pytest.mark.parametrize("failure", [OperationalError, InterfaceError])
def test_while_the_database_is_away_the_page_asks_it_for_nothing(cast, rf, failure, django_assert_num_queries):
    request = rf.post("/inbox/")
    request.member = Membership.objects.get(pk=cast.agent.pk)  # knows neither its user nor its organization yet
    try:
        raise failure("the server is not there")
    except (OperationalError, InterfaceError):
        with django_assert_num_queries(0):
            answer = server_error(request)
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert 'href="/"' in answer.content.decode()


@pytest.mark.parametrize("failure", [OperationalError, InterfaceError])
def test_while_the_database_is_away_a_program_gets_a_problem_document(rf, failure):
    """Also where no endpoint was reached yet, such as in a middleware."""
    try:
        raise failure("the server is not there")
    except (OperationalError, InterfaceError):
        answer = server_error(rf.get("/api/v1/me"))
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert answer["Content-Type"] == "application/problem+json"
    assert json.loads(answer.content)["type"].endswith("#unavailable")
