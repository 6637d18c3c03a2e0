"""What `manage.py check --deploy` says about sending."""

import os
from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Warning, register


@register(deploy=True)
def spool_is_there(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Answers of providers have somewhere to wait while the database is away."""
    folder = settings.SPOOL_DIR
    hint = "Set SPOOL_DIR to a folder on the worker's own disk that outlives a restart."
    if not folder:
        return [
            Warning("SPOOL_DIR is not set: answers are lost when the database is away.", hint=hint, id="texting.W001")
        ]
    if not os.access(folder, os.W_OK | os.X_OK):
        return [Warning(f"SPOOL_DIR names {folder}, which cannot be written.", hint=hint, id="texting.W002")]
    return []
