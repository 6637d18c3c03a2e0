"""The ground floor: organizations, the wall around them, their keys, their log."""

from django.apps import AppConfig


class TenancyConfig(AppConfig):
    name = "tenancy"

    def ready(self) -> None:
        from tenancy import checks  # noqa: F401 - registers them
