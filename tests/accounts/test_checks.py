"""A view that says nothing stops the start."""

import pytest
from django.http import HttpResponse
from django.urls import include, path

from accounts.checks import every_view_says_who_may_use_it
from accounts.permissions import Permission, public, requires


def forgotten(request):
    return HttpResponse()


@public
def for_all(request):
    return HttpResponse()


@requires(Permission.AUDIT_READ, Permission.AUDIT_EXPORT)
def for_some(request):
    return HttpResponse()


urlpatterns = [
    path("for-all/", for_all),
    path("for-some/", for_some),
    path("deep/", include([path("down/<int:number>/", forgotten)])),
]


@pytest.fixture(autouse=True)
def _here(settings):
    settings.ROOT_URLCONF = __name__


def test_the_check_names_the_address_that_was_forgotten():
    [problem] = every_view_says_who_may_use_it(None)
    assert problem.id == "accounts.E001"
    assert "/deep/down/<int:number>/" in problem.msg


def test_a_view_carries_what_it_needs():
    assert for_some.permission == (Permission.AUDIT_READ, Permission.AUDIT_EXPORT)
    assert for_all.is_public
