"""Who may be texted, what may be said, what must be looked at."""

from django.apps import AppConfig


class ComplianceConfig(AppConfig):
    name = "compliance"
