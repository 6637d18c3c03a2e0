"""Two questions that whoever runs the system asks by machine: does the process live, and can it do its work?"""

from collections.abc import Callable

import redis
from django.conf import settings
from django.db import DatabaseError, connections
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.mail.health import mail_health
from accounts.permissions import public
from config.heartbeat import Part, silence
from retention.backups import drill
from tenancy.encryption import tidying
from tenancy.redis_client import connect
from tenancy.routers import KEYS

WORKER_SILENCE_SECONDS = 30.0  # it gives a sign every two
CLOCK_SILENCE_SECONDS = 180.0  # it gives a sign every ten, through the queue


@public
@require_safe
@never_cache
def live(request: HttpRequest) -> JsonResponse:
    """200 while the process can answer at all; a failure here means: restart it."""
    return JsonResponse({"live": True})


@public
@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """200 when every part works, else 503; says of each part `ok` or, in a few words, what is wrong."""
    results = {name: check() or "ok" for name, check in CHECKS.items()}
    complete = all(result == "ok" for result in results.values())
    notes = {"mail": _mail(), "restore drill": _told(drill.sentence), "destroyed keys": _told(tidying.sentence)}
    shown = {"ready": complete, "checks": results, "notes": notes}
    return JsonResponse(shown, status=200 if complete else 503)


def _mail() -> str:
    """Only told: pages work without mail, so no balancer should take this process away because of it."""
    try:
        return mail_health().sentence
    except DatabaseError:
        return "unknown, the database does not answer"


def _told(sentence: Callable[[], str]) -> str:
    """Only told: see `retention.backups.drill` and `tenancy.encryption.tidying`."""
    try:
        return sentence()
    except DatabaseError:
        return "unknown, the database does not answer"


def check_database(alias: str) -> str | None:
    """It answers, and every migration of this release was applied to it."""
    connection = connections[alias]
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        missing = alias not in _migrated and _missing_migrations(alias)
    except DatabaseError:
        return "does not answer"
    if missing:
        return f"{missing} migrations are missing"
    _migrated.add(alias)
    return None


def check_redis() -> str | None:
    """It answers."""
    try:
        with connect(settings.REDIS_URL, wait=1) as client:
            client.ping()
    except (redis.RedisError, ValueError):
        return "does not answer"
    return None


def check_part(part: Part, limit: float) -> str | None:
    """It gave a sign of life within `limit` seconds."""
    try:
        age = silence(part)
    except (redis.RedisError, ValueError):
        return "unknown, Redis does not answer"
    if age is None:
        return "gave no sign of life"
    return None if age <= limit else f"gave its last sign of life {age:.0f} seconds ago"


# A process never runs with migrations older than those it has seen, so one look is enough.
_migrated: set[str] = set()


def _missing_migrations(alias: str) -> int:
    loader = MigrationLoader(connections[alias])
    missing = set(loader.disk_migrations or {}) - set(loader.applied_migrations or {}) - _replaced(loader)
    # `migrate` runs those of `tenancy` only in the database of keys: the others have no table there.
    return sum(alias != KEYS or app == "tenancy" for app, _name in missing)


def _replaced(loader: MigrationLoader) -> set[tuple[str, str]]:
    """Squashed migrations stand beside those that they replace; applied is one or the other."""
    return {name for migration in loader.replacements.values() for name in migration.replaces}


CHECKS: dict[str, Callable[[], str | None]] = {
    "database": lambda: check_database("default"),
    "keys database": lambda: check_database("keys"),
    "redis": check_redis,
    "worker": lambda: check_part(Part.WORKER, WORKER_SILENCE_SECONDS),
    "clock": lambda: check_part(Part.CLOCK, CLOCK_SILENCE_SECONDS),
}
