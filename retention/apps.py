"""How long things live, and how they end."""

from django.apps import AppConfig


class RetentionConfig(AppConfig):
    name = "retention"

    def ready(self) -> None:
        from retention.backups import checks  # noqa: F401 - registers them
