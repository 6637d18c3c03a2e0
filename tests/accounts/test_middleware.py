"""Who acts, in which organization, and what is kept of a request that ends badly."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db.models import F
from django.http import Http404, HttpResponse
from django.template.response import SimpleTemplateResponse
from django.test import Client
from django.urls import include, path
from django.utils import timezone
from django_scopes import get_scope

from accounts.models import Membership, Session, Team, User
from accounts.permissions import Permission, public, require, requires
from accounts.step_up import fresh
from tenancy.audit import AuditKind
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.cast import signed_in


@requires(Permission.MESSAGES_SEND)
def wall(request):
    return HttpResponse(f"{get_scope().get('organization')} {timezone.get_current_timezone_name()}")


@public
def open_view(request):
    return HttpResponse(str(get_scope().get("organization")))


def undeclared(request):
    return HttpResponse("secret")


@requires()
def lazy(request):
    """The query runs while the answer is drawn, after the view has returned."""
    return SimpleTemplateResponse("tests/teams.html", {"teams": Team.objects.all()})


@requires()
def fails(request, how):
    Team.objects.create(name=f"made before {how}")
    if how == "answers500":
        return HttpResponse(status=500)
    if how == "answers422":
        return HttpResponse(status=422)
    if how == "denied":
        require(request.member, Permission.ROLES_MANAGE)
    raise {"error": RuntimeError("broken"), "gone": Http404(), "forbidden": PermissionDenied()}[how]


@requires()
@fresh
def dangerous(request):
    return HttpResponse("done")


handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"
urlpatterns = [
    path("wall/", wall),
    path("open/", open_view),
    path("undeclared/", undeclared),
    path("lazy/", lazy),
    path("fails/<str:how>/", fails),
    path("dangerous/", dangerous),
    path("", include("config.urls")),
]


@pytest.fixture(autouse=True)
def _here(settings):
    settings.ROOT_URLCONF = __name__
    template = (
        "django.template.loaders.locmem.Loader",
        {"tests/teams.html": "{% for t in teams %}{{ t.name }},{% endfor %}"},
    )
    [engine] = settings.TEMPLATES
    options = dict(engine["OPTIONS"])
    loaders = [template, "django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader"]
    settings.TEMPLATES = [{**engine, "APP_DIRS": False, "OPTIONS": {**options, "loaders": loaders}}]


@pytest.fixture
def quiet_client():
    return Client(raise_request_exception=False)


def teams(organization):
    with activate(organization):
        return set(Team.objects.values_list("name", flat=True))


def denials(organization):
    with activate(organization):
        return list(AuditEvent.objects.filter(event=AuditKind.PERMISSION_DENIED))


def test_the_members_organization_and_time_zone_are_active(cast, client):
    zone = str(ZoneInfo(cast.organization.time_zone))
    assert signed_in(client, cast.agent).get("/wall/").content.decode() == f"{cast.organization.pk} {zone}"


def test_a_public_address_runs_without_an_organization_for_members_too(cast, client):
    assert signed_in(client, cast.agent).get("/open/").content == b"None"


def test_nothing_stays_active_after_a_request(cast, client):
    signed_in(client, cast.agent).get("/wall/")
    assert get_scope().get("organization") is None


def test_a_view_that_says_nothing_is_refused_before_it_runs(cast, client):
    with pytest.raises(ImproperlyConfigured):
        signed_in(client, cast.owner).get("/undeclared/")
    with pytest.raises(ImproperlyConfigured):
        Client().get("/undeclared/")


def test_pages_that_are_drawn_late_are_drawn_inside_the_organization(cast, client):
    assert signed_in(client, cast.agent).get("/lazy/").content == b"Billing,Front desk,"


@pytest.mark.parametrize(
    ("how", "status"),
    [("error", 500), ("answers500", 500), ("gone", 404), ("forbidden", 403), ("denied", 403)],
)
def test_a_request_that_ends_badly_leaves_nothing_behind(cast, quiet_client, how, status):
    assert signed_in(quiet_client, cast.agent).get(f"/fails/{how}/").status_code == status
    assert teams(cast.organization) == {"Front desk", "Billing"}


def test_a_form_with_mistakes_is_an_answer_like_any_other(cast, client):
    assert signed_in(client, cast.agent).get("/fails/answers422/").status_code == 422
    assert "made before answers422" in teams(cast.organization)


def test_a_refusal_is_in_the_log_although_the_request_was_undone(cast, quiet_client):
    signed_in(quiet_client, cast.agent).get("/fails/denied/")
    [event] = denials(cast.organization)
    assert event.actor_id == cast.agent.pk
    with activate(cast.organization):
        assert "roles:manage" in event.details


def test_a_refusal_by_a_decorator_is_in_the_log(cast, quiet_client):
    signed_in(quiet_client, cast.auditor).get("/wall/")
    assert len(denials(cast.organization)) == 1


ENDINGS = {
    "the user is switched off": lambda member: User.objects.filter(pk=member.user_id).update(is_active=False),
    "the membership is switched off": lambda member: Membership.objects.filter(pk=member.pk).update(is_active=False),
    "the user's epoch grew": lambda member: User.objects.filter(pk=member.user_id).update(
        auth_epoch=F("auth_epoch") + 1
    ),
    "the member's epoch grew": lambda member: Membership.objects.filter(pk=member.pk).update(auth_epoch=1),
    "the session is deleted": lambda member: Session.objects.filter(membership=member).delete(),
    "the session is too old": lambda member: Session.objects.update(expires_at=timezone.now()),
    "nobody used it for twelve hours": lambda member: Session.objects.update(
        last_seen_at=timezone.now() - timedelta(hours=12)
    ),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_at_the_next_request_nobody_is_signed_in_once(cast, client, ending):
    signed_in(client, cast.agent)
    assert client.get("/wall/").status_code == 200
    ENDINGS[ending](cast.agent)
    answer = client.get("/wall/")
    assert answer.status_code == 302
    assert answer["Location"] == "/sign-in/?next=%2Fwall%2F"
    assert not Session.objects.filter(membership=cast.agent, expires_at__gt=timezone.now()).exclude(
        last_seen_at__lt=timezone.now() - timedelta(hours=11)
    )


def test_permissions_are_asked_anew_at_each_request(cast, quiet_client):
    from accounts.models import MembershipRole

    signed_in(quiet_client, cast.agent)
    assert quiet_client.get("/wall/").status_code == 200
    with activate(cast.organization):
        MembershipRole.objects.filter(membership=cast.agent).delete()
    assert quiet_client.get("/wall/").status_code == 403


def test_a_session_never_acts_as_a_membership_of_somebody_else(cast, client):
    signed_in(client, cast.agent)
    Session.objects.update(membership=cast.owner)
    assert client.get("/wall/").status_code == 302


def test_being_here_is_noted_at_most_once_a_minute(cast, client, django_assert_num_queries):
    signed_in(client, cast.agent)
    Session.objects.update(last_seen_at=timezone.now() - timedelta(seconds=90))
    client.get("/wall/")
    seen = Membership.objects.get(pk=cast.agent.pk).last_seen_at
    assert seen is not None
    client.get("/wall/")
    assert Membership.objects.get(pk=cast.agent.pk).last_seen_at == seen


def test_a_request_costs_few_queries(cast, client, django_assert_max_num_queries):
    """Session with user, membership and organization; begin; organization set; roles; organization reset; commit."""
    signed_in(client, cast.agent)
    with django_assert_max_num_queries(6):
        client.get("/wall/")


def test_something_dangerous_asks_again_after_ten_minutes(cast, client):
    assert signed_in(client, cast.agent, minutes_ago=9).get("/dangerous/").content == b"done"
    answer = signed_in(client, cast.agent, minutes_ago=11).get("/dangerous/")
    assert answer["Location"] == "/confirm/?next=%2Fdangerous%2F"


def test_whoever_confirms_who_they_are_goes_back_and_on(cast, client):
    from tests.cast import PASSPHRASE

    signed_in(client, cast.agent, factors=("password",), minutes_ago=30)
    assert client.post("/confirm/?next=/dangerous/", {"password": "wrong"}).status_code == 422
    assert client.get("/dangerous/").status_code == 302
    answer = client.post("/confirm/?next=/dangerous/", {"password": PASSPHRASE})
    assert answer["Location"] == "/dangerous/"
    assert client.get("/dangerous/").content == b"done"
