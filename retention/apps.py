"""How long things live, and how they end."""

from django.apps import AppConfig


class RetentionConfig(AppConfig):
    name = "retention"
