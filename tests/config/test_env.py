"""Reading the environment: what is understood, and how a bad value is refused."""

import base64
import os
import secrets
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config import env


def test_a_missing_text_is_refused_by_name(monkeypatch):
    monkeypatch.delenv("SOME_NAME", raising=False)
    with pytest.raises(ImproperlyConfigured, match="SOME_NAME is not set"):
        env.text("SOME_NAME")
    assert env.text("SOME_NAME", "fallback") == "fallback"


@pytest.mark.parametrize(("written", "meant"), [("1", True), ("TRUE", True), (" on ", True), ("0", False), ("", False)])
def test_a_flag_is_read(monkeypatch, written, meant):
    monkeypatch.setenv("SOME_FLAG", written)
    assert env.flag("SOME_FLAG", default=not meant) is meant


def test_what_is_for_trials_is_refused_in_production(monkeypatch):
    env.only_on_local_systems("SOME_OPENING", local=False)
    monkeypatch.setenv("SOME_OPENING", "1")
    env.only_on_local_systems("SOME_OPENING", local=True)
    with pytest.raises(ImproperlyConfigured, match="SOME_OPENING is for trials"):
        env.only_on_local_systems("SOME_OPENING", local=False)


def test_an_unclear_flag_is_refused(monkeypatch):
    monkeypatch.setenv("SOME_FLAG", "maybe")
    with pytest.raises(ImproperlyConfigured, match="SOME_FLAG must be 1 or 0"):
        env.flag("SOME_FLAG")


@pytest.mark.parametrize(("written", "complaint"), [("ten", "whole number"), ("0", "at least 1"), ("11", "at most 10")])
def test_a_bad_number_is_refused(monkeypatch, written, complaint):
    monkeypatch.setenv("SOME_NUMBER", written)
    with pytest.raises(ImproperlyConfigured, match=f"SOME_NUMBER must be .*{complaint}"):
        env.number("SOME_NUMBER", 5, minimum=1, maximum=10)


def test_words_are_split_at_commas(monkeypatch):
    monkeypatch.setenv("SOME_WORDS", " a.example, b.example ,,")
    assert env.words("SOME_WORDS") == ["a.example", "b.example"]


def test_a_secret_comes_from_its_file(monkeypatch, tmp_path):
    file = tmp_path / "secret"
    file.write_text("very secret\n")
    monkeypatch.setenv("SOME_SECRET_FILE", str(file))
    assert env.secret("SOME_SECRET") == "very secret"


def test_a_secret_given_twice_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("SOME_SECRET", "one")
    monkeypatch.setenv("SOME_SECRET_FILE", str(tmp_path / "other"))
    with pytest.raises(ImproperlyConfigured, match="SOME_SECRET and SOME_SECRET_FILE are both set"):
        env.secret("SOME_SECRET")


def test_a_secret_file_that_is_missing_or_empty_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("SOME_SECRET_FILE", str(tmp_path / "missing"))
    with pytest.raises(ImproperlyConfigured, match="cannot be read: No such file"):
        env.secret("SOME_SECRET")
    (tmp_path / "missing").write_text("\n")
    with pytest.raises(ImproperlyConfigured, match="is empty"):
        env.secret("SOME_SECRET")


def test_a_key_has_exactly_its_length(monkeypatch):
    material = secrets.token_bytes(32)
    monkeypatch.setenv("SOME_KEY", base64.b64encode(material).decode())
    assert env.key("SOME_KEY") == material
    with pytest.raises(ImproperlyConfigured, match="SOME_KEY must be 16 bytes in base64, not 32 bytes"):
        env.key("SOME_KEY", 16)
    monkeypatch.setenv("SOME_KEY", "not base64!")
    with pytest.raises(ImproperlyConfigured, match="in base64") as refusal:
        env.key("SOME_KEY")
    assert "not base64!" not in str(refusal.value)


@pytest.mark.parametrize("written", ["text.example.com", "ftp://a.example", "https://a.example/path", "https://"])
def test_a_base_url_is_only_a_base(monkeypatch, written):
    monkeypatch.setenv("SOME_URL", written)
    with pytest.raises(ImproperlyConfigured, match="SOME_URL must look like"):
        env.base_url("SOME_URL", "http://127.0.0.1")
    monkeypatch.setenv("SOME_URL", "https://text.example.com/")
    assert env.base_url("SOME_URL", "http://127.0.0.1") == "https://text.example.com"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    user=st.text(st.characters(codec="ascii", exclude_categories=("Cc", "Cs")), min_size=1),
    password=st.text(st.characters(exclude_categories=("Cc", "Cs"))),
    name=st.text(st.characters(codec="ascii", exclude_categories=("Cc", "Cs"), exclude_characters="/"), min_size=1),
)
def test_any_credentials_survive_the_address(monkeypatch, user, password, name):
    from urllib.parse import quote

    address = f"postgresql://{quote(user, safe='')}:{quote(password, safe='')}@db.example:6543/{quote(name, safe='')}"
    monkeypatch.setenv("SOME_DATABASE_URL", address)
    entry = env.database("SOME_DATABASE_URL", pool=0)
    assert (entry["USER"], entry["PASSWORD"], entry["NAME"]) == (user, password, name)
    assert (entry["HOST"], entry["PORT"], entry["OPTIONS"]) == ("db.example", "6543", env.TCP_WATCH)


def test_a_socket_folder_and_connection_parameters_are_read(monkeypatch):
    monkeypatch.setenv("SOME_DATABASE_URL", "postgresql://app@/parley?host=%2Fa%20folder%2Frun&sslmode=require")
    entry = env.database("SOME_DATABASE_URL", pool=3)
    assert entry["HOST"] == "/a folder/run"
    pool = {"min_size": 1, "max_size": 3, "timeout": 5}
    assert entry["OPTIONS"] == {**env.TCP_WATCH, "sslmode": "require", "pool": pool}
    assert entry["CONN_MAX_AGE"] == 0


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("mysql://a@b/c", "must begin with postgresql://"),
        ("postgresql://a@b:port/c", "cannot be read|can be read"),
        ("postgresql://a@b", "does not name a database"),
        ("postgresql://a@b/c?sslmod=require", "parameter 'sslmod', which is not known"),
    ],
)
def test_a_bad_database_address_is_refused_without_showing_it(monkeypatch, written, complaint):
    monkeypatch.setenv("SOME_DATABASE_URL", written)
    with pytest.raises(ImproperlyConfigured, match=f"SOME_DATABASE_URL .*({complaint})") as refusal:
        env.database("SOME_DATABASE_URL")
    assert written not in str(refusal.value)


def test_celery_knows_a_socket_by_another_name():
    assert env.celery_broker_url("unix:///run/valkey.sock") == "redis+socket:///run/valkey.sock"
    assert env.celery_broker_url("rediss://cache.example:6380/1") == "rediss://cache.example:6380/1"


def without_services(**changes):
    """This process' environment as it was before the services' plugin."""
    names = ("DATABASE_URL", "KEYS_DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ROOT_KEY", "AUDIT_SIGNING_KEY")
    return {name: value for name, value in os.environ.items() if name not in names} | changes


def test_a_command_joins_the_running_local_system(tmp_path):
    (tmp_path / "env").write_text("DATABASE_URL=postgresql://parley_app@/parley?host=/from/the/file\n")
    code = "from config import env; env.load_local(); print(env.database('DATABASE_URL')['HOST'])"
    for given_url, expected in (("", "/from/the/file"), ("postgresql://a@db.example/c", "db.example")):
        environment = without_services(PARLEY_DATA=str(tmp_path), DATABASE_URL=given_url)
        if not given_url:
            del environment["DATABASE_URL"]
        answer = subprocess.run(
            [sys.executable, "-c", code], env=environment, cwd=env.PROJECT, capture_output=True, text=True, check=True
        )
        assert answer.stdout.strip() == expected


def test_without_a_database_settings_load_and_the_first_query_says_what_is_missing(tmp_path):
    code = "import django; django.setup()\nfrom django.db import connections\nconnections['keys'].ensure_connection()"
    environment = without_services(PARLEY_DATA=str(tmp_path), DJANGO_SETTINGS_MODULE="config.settings")
    answer = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=env.PROJECT, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 1
    assert "OperationalError" in answer.stderr
    assert "KEYS_DATABASE_URL is not set" in answer.stderr
