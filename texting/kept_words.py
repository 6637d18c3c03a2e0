"""What members write for themselves and for colleagues, as it may be stored.

Notes and drafts are never sent, but they are kept, read by colleagues and handed out by the API. What must not be
stored leaves a mask in its place before the first write; which that is, says `settings.TEXTING_KEPT_WORDS`.
"""

from collections.abc import Callable

from django.conf import settings
from django.utils.module_loading import import_string


def kept(words: str) -> str:
    """The words with masks for what must not be stored."""
    as_kept: Callable[[str], str] = import_string(settings.TEXTING_KEPT_WORDS)
    return as_kept(words)
