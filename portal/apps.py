"""What a customer opens in a browser: secure messages, payment requests."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"
