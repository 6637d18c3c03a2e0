"""How the parts are put together; the only package that knows all of them."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        """Make our Celery application the one that tasks are published through, in every process."""
        import config.celery  # noqa: F401
