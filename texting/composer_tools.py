"""What higher parts offer beside a text in the composer; they are named in `settings.TEXTING_COMPOSER_TOOLS`."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from accounts.models import Membership
from texting.models import Conversation


@dataclass(frozen=True)
class ComposerTool:
    """A button of the composer: an icon with its name, and the address of the dialog that it opens.

    `slash`: typing / in an empty text opens it as well.
    """

    label: str
    icon: str
    address: str
    slash: bool = False


Source = Callable[[Membership, Conversation], list[ComposerTool]]


@cache
def _sources() -> tuple[Source, ...]:
    return tuple(import_string(path) for path in settings.TEXTING_COMPOSER_TOOLS)


def composer_tools(member: Membership, conversation: Conversation) -> list[ComposerTool]:
    """All that this member may use here, in the order of the settings."""
    return [tool for source in _sources() for tool in source(member, conversation)]
