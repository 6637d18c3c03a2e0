"""What a customer opens in a browser: secure messages, payment requests."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        """Make the checks known."""
        import portal.checks  # noqa: F401
