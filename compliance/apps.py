"""Who may be texted, what may be said, what must be looked at."""

from django.apps import AppConfig


class ComplianceConfig(AppConfig):
    """Loads the checks that `manage.py check` runs."""

    name = "compliance"

    def ready(self) -> None:
        from compliance import checks  # noqa: F401 - importing registers them
