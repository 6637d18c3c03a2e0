"""Lines that anybody may read: no token, no customer, no number."""

import io
import logging
import logging.config

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import RequestFactory
from django.urls import resolve

from accounts.models import User
from config.logging import configuration
from tenancy.unawaited import unawaited


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


REFUSED = 'null value in column "name" violates not-null constraint\nDETAIL:  Failing row contains (7, Ada\nHopper, x).'


@pytest.mark.parametrize("as_json", [False, True], ids=["line", "json"])
@pytest.mark.parametrize(
    ("message", "argument"),
    [
        ("error ignored terminating %r: %s", IntegrityError(REFUSED)),
        ("error ignored terminating %r: %s", REFUSED),
        ("error ignored terminating %r: %r", IntegrityError(REFUSED)),
        ("error ignored terminating %r: %s", f"{REFUSED}\nCONTEXT:  COPY users, line 1: Hopper"),
    ],
)
def test_a_message_does_not_quote_a_row(message, argument, as_json):
    formatter = configuration(as_json=as_json)["formatters"]["line"]
    record = logging.makeLogRecord(
        {"name": "psycopg", "levelname": "WARNING", "msg": message, "args": ("<Pipeline>", argument)}
    )
    line = formatter["()"](formatter["format"]).format(record)
    assert "error ignored terminating '<Pipeline>'" in line
    assert "violates not-null constraint" in line
    assert "Hopper" not in line
    assert "Failing" not in line


def test_what_follows_a_quoted_row_is_kept(written):
    told = f"Task raised unexpected: {REFUSED}\nTraceback (most recent call last):\n  File x\n{REFUSED}"
    line = written("%s", told, name="celery")
    assert "File x" in line
    assert line.count("violates") == 2
    assert "Hopper" not in line


@pytest.mark.django_db
def test_what_breaks_inside_a_pipeline_quotes_no_row(caplog):
    address = "@".join(["hopper", "harbor.example"])
    columns = "INSERT INTO accounts_user (id, email, name) VALUES (gen_random_uuid(), %s, NULL)"
    with pytest.raises(ZeroDivisionError), transaction.atomic(), unawaited(), connection.cursor() as cursor:
        cursor.execute(columns, [address])
        _ = 1 / 0
    [record] = [one for one in caplog.records if one.name.startswith("psycopg")]
    assert address in record.getMessage()
    formatter = configuration()["formatters"]["line"]
    line = formatter["()"](formatter["format"]).format(record)
    assert "violates" in line
    assert address not in line
