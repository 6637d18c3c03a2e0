"""What an announcement is part of: asked of the parts named in `settings.TEXTING_ANNOUNCED_FOR`."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from texting.models import Announcement


@dataclass(frozen=True)
class Owner:
    """A sentence for its page, a link to what it is part of, and where it is changed before it begins."""

    words: str
    label: str
    url: str
    edit_url: str


Part = Callable[[Announcement], Owner | None]


@cache
def _parts() -> tuple[Part, ...]:
    return tuple(import_string(path) for path in settings.TEXTING_ANNOUNCED_FOR)


def owner_of(row: Announcement) -> Owner | None:
    """What it is part of; None for one that somebody wrote as it is."""
    return next((found for part in _parts() if (found := part(row)) is not None), None)
