"""Sends and receives texts through a provider."""

from django.apps import AppConfig


class TextingConfig(AppConfig):
    name = "texting"
