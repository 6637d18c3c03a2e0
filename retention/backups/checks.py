"""`manage.py check --database default`: are restores tried?"""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import DatabaseError

from retention.backups import drill


@register(Tags.database)
def restores_are_tried(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """A drill passed within eight days; not asked of a local system, nor of a database without tables."""
    if settings.LOCAL or "default" not in (databases or ()):
        return []
    try:
        overdue, said = drill.overdue(), drill.sentence()
    except DatabaseError:
        return []
    if not overdue:
        return []
    return [Warning(f"No restore was tried and passed within 8 days: {said}.", id="retention.W001")]
