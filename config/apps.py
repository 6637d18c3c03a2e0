"""How the parts are put together; the only package that knows all of them."""

from django.apps import AppConfig
from django.conf import settings

from config.words.compiling import compile_all


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        """Make our Celery application the one that tasks are published through, in every process; find our words."""
        import config.celery
        import config.words.checks  # noqa: F401

        if settings.LOCAL:
            compile_all()
