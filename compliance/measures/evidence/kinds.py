"""All kinds of evidence, by key: those of this app, and what apps above it add (`COMPLIANCE_EVIDENCE`)."""

from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from compliance.measures.evidence import access, content, log, permission, reviews, texts
from compliance.measures.evidence.figures import Evidence


@cache
def kinds() -> dict[str, Evidence]:
    """In the order in which pages show them."""
    classes: list[Callable[[], Evidence]] = [*texts.KINDS, *permission.KINDS, *content.KINDS, *reviews.KINDS]
    classes += [*access.KINDS, *log.KINDS]
    classes += [import_string(path) for path in settings.COMPLIANCE_EVIDENCE]
    return {kind.key: kind for kind in (make() for make in classes)}
