"""Says at start that words are not compiled: without, every page would be English and nobody would know why."""

from typing import Any

from django.core.checks import CheckMessage, Error, register

from config.words import compiling


@register()
def words_are_compiled(**_: Any) -> list[CheckMessage]:
    """config.E001: which catalogues are not compiled, or older than their words."""
    old = ["/".join(file.parts[-5:]) for file in compiling.not_compiled()]
    if not old:
        return []
    return [
        Error(
            f"Words in other languages are not compiled: {', '.join(old)}.",
            hint="Run `python -m config.words compile` where the code stands.",
            id="config.E001",
        )
    ]
