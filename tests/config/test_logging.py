"""Lines that anybody may read: no token, no customer, no number."""

import io
import logging
import logging.config

import pytest
from django.db import IntegrityError
from django.test import RequestFactory
from django.urls import resolve

from accounts.models import User
from config.logging import configuration


@pytest.fixture
def written():
    """What the log's handler writes for a record."""

    def write(message, *arguments, request=None, exc_info=None, name="django.request"):
        settings = configuration()
        out = settings["handlers"]["out"]
        formatter = settings["formatters"]["line"]
        handler = logging.StreamHandler(io.StringIO())
        handler.setFormatter(formatter["()"](formatter["format"]))
        for filter_name in out["filters"]:
            handler.addFilter(settings["filters"][filter_name]["()"]())
        record = logging.getLogger(name).makeRecord(
            name,
            logging.ERROR,
            __file__,
            1,
            message,
            arguments,
            exc_info,
            extra={"request": request} if request else {},
        )
        if handler.filter(record):
            handler.emit(record)
        return handler.stream.getvalue()

    return write


def test_the_configuration_is_one_that_python_accepts():
    logging.config.DictConfigurator(configuration()).configure_formatter(configuration()["formatters"]["line"])
    assert configuration("DEBUG")["loggers"]["texting"]["level"] == "DEBUG"


def test_a_token_in_an_address_is_not_logged(written):
    request = RequestFactory().get("/people/7b0c6f2e-secret")
    request.resolver_match = None
    assert written("%s: %s", "Not Found", request.path, request=request) == (
        "ERROR django.request Not Found: an address that does not exist\n"
    )


def test_a_known_page_is_logged_as_its_route(written):
    request = RequestFactory().get("/health-of-something")
    request.resolver_match = resolve("/health/live")
    assert "Internal Server Error: /health/live" in written(
        "%s: %s", "Internal Server Error", request.path, request=request
    )


def test_a_probe_that_is_told_not_yet_is_no_event(written):
    request = RequestFactory().get("/health/ready")
    assert written("%s: %s", "Service Unavailable", request.path, request=request) == ""


@pytest.mark.django_db
def test_a_refused_row_is_not_quoted(written):
    address = "@".join(["ada", "harbor.example"])
    User.objects.create_user(email=address, name="Ada")
    with pytest.raises(IntegrityError) as refusal:
        User.objects.create_user(email=address, name="Ada")
    assert address in str(refusal.value)
    line = written("a task failed", exc_info=refusal._excinfo, name="celery")
    assert "IntegrityError" in line
    assert "duplicate key value violates unique constraint" in line
    assert address not in line
