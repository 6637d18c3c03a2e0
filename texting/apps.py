"""Sends and receives texts through a provider."""

from django.apps import AppConfig


class TextingConfig(AppConfig):
    name = "texting"

    def ready(self) -> None:
        """Make the checks known."""
        import texting.checks  # noqa: F401
