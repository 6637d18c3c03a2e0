"""The files for containers cannot be built here; what can be read from them is held to."""

import json
from pathlib import Path

import yaml
from django.core.management import load_command_class
from django.utils import timezone

from config.env import PROJECT
from retention.backups.manifest import MAIN
from retention.backups.shelf import new_name

COMPOSE = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())
DOCKERFILE = (PROJECT / "Dockerfile").read_text()
SERVICES = COMPOSE["services"]


def test_every_package_is_in_the_image():
    packages = {path.parent.name for path in PROJECT.glob("*/__init__.py")} - {"bench", "tests"}
    copied = {line.split()[1] for line in DOCKERFILE.splitlines() if line.startswith("COPY ")}
    assert packages | {"templates", "manage.py"} <= copied


def test_only_the_proxy_is_reachable_from_outside():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]


def test_every_part_is_there_and_says_how_it_is():
    assert set(SERVICES) == {"web", "worker", "clock", "proxy", "migrate", "backup", "postgres", "valkey"}
    checked = {name for name, service in SERVICES.items() if "healthcheck" in service}
    assert {"web", "worker", "postgres", "valkey"} <= checked


def test_redis_keeps_what_it_was_told_and_throws_nothing_away():
    command = SERVICES["valkey"]["command"]
    for setting in ("--appendonly yes", "--appendfsync everysec", "--maxmemory-policy noeviction"):
        assert setting in command


def test_the_app_is_no_owner_and_only_migrations_are():
    for name in ("web", "worker", "clock"):
        environment = SERVICES[name]["environment"]
        assert "parley_app" in environment["DATABASE_URL"]
        assert "parley_app" in environment["KEYS_DATABASE_URL"]
    assert "parley_owner" in SERVICES["migrate"]["environment"]["DATABASE_URL"]


def test_what_a_backup_needs_is_given_to_nothing_else():
    """Who reads every row, the key that opens the copies, and the copies themselves."""
    for name, service in SERVICES.items():
        given = str([service.get(part) for part in ("environment", "secrets", "volumes")])
        others = given.replace("BACKUP_PASSWORD", "") if name == "postgres" else given  # it makes the role
        assert ("backup" in others.lower()) == (name == "backup")
    backup = SERVICES["backup"]
    for address in ("BACKUP_DATABASE_URL", "BACKUP_KEYS_DATABASE_URL"):
        assert "parley_backup" in backup["environment"][address]
    assert "BYPASSRLS" in COMPOSE["configs"]["roles"]["content"].partition("parley_backup")[2]
    assert DOCKERFILE.rpartition("FROM ")[2].strip() == "parley", "what is built when no target is named"


def test_backups_are_made_without_anybody_asking_and_can_be_restored_from_where_they_stand():
    """`up` starts it, it goes on, and its command line is one that manage.py takes; one by hand, too."""
    backup = SERVICES["backup"]
    assert ("profiles" in backup, backup["restart"]) == (False, "unless-stopped")
    kept = _parsed(backup["command"].split())
    by_hand = _parsed(json.loads(DOCKERFILE.partition("AS backup")[2].partition("\nCMD ")[2].splitlines()[0]))
    volumes = dict(reversed(one.split(":")) for one in backup["volumes"])
    for each in (kept, by_hand):
        assert {str(each.to), str(each.keys_to)} <= set(volumes)
        assert volumes[str(each.to)] != volumes[str(each.keys_to)], "one volume for texts and the keys that open them"
        assert str(each.to) in DOCKERFILE, "made in the image, for its account"
    assert (kept.hours, kept.drill_days) == (1, 7)
    assert str(kept.to / MAIN) in str(backup["healthcheck"]["test"])
    assert '-name "[0-9]*"' in str(backup["healthcheck"]["test"])
    assert new_name(timezone.now())[0].isdigit(), "as a backup's folder is named, and no unfinished one"


def _parsed(command):
    assert command[:2] == ["python", "manage.py"]
    return load_command_class("retention", command[2]).create_parser("manage.py", command[2]).parse_args(command[3:])


def test_secrets_come_as_files_and_no_local_mode_is_on():
    for name in ("web", "worker", "clock", "migrate", "backup"):
        environment = SERVICES[name]["environment"]
        assert "PARLEY_LOCAL" not in environment
        for secret in ("SECRET_KEY", "ROOT_KEY", "AUDIT_SIGNING_KEY", "METRICS_TOKEN", "SMTP_PASSWORD"):
            assert secret not in environment
            assert Path(environment[f"{secret}_FILE"]).parent == Path("/run/secrets")


def test_the_proxy_says_who_asked_and_keeps_the_figures_inside():
    caddyfile = COMPOSE["configs"]["caddyfile"]["content"]
    assert "header_up X-Forwarded-For {remote_host}" in caddyfile
    assert "respond @inside 404" in caddyfile
