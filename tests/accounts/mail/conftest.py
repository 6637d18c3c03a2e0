"""Mails that go to a real mail server on loopback."""

from collections.abc import Iterator

import pytest

from tests.cast import cast
from tests.smtp_server import MailServer, mail_server

__all__ = ["cast"]


@pytest.fixture
def server(settings) -> Iterator[MailServer]:
    """A server that takes everything, and the settings that lead to it."""
    with mail_server() as running:
        use(settings, running)
        yield running


def use(settings, running: MailServer) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "localhost", running.port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_TIMEOUT = 5
    settings.DEFAULT_FROM_EMAIL = "Parley <parley@text.example.com>"
