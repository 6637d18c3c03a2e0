"""A line at Twilio and the requests that Twilio, or somebody who is not Twilio, sends to its webhook."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import HttpResponse
from django.test import Client
from twilio.request_validator import RequestValidator

from tenancy.isolation import activate
from tests.cast import Cast, cast
from texting.models import Line, LineKey, Message, QuarantinedRequest
from texting.providers.base import Credentials

__all__ = ["cast"]

BASE = "https://text.harbor.example"
ACCOUNT, OTHER_ACCOUNT = "AC" + "a1" * 16, "AC" + "b2" * 16
TOKEN, OLD_TOKEN, NEW_TOKEN = "the-line's-auth-token", "the-token-before-it", "the-token-after-it"
NUMBER, CUSTOMER = "+12125550110", "+12125550181"
FORM = "application/x-www-form-urlencoded"


@dataclass
class TwilioLine:
    """The cast's line, and everything that may be posted to it."""

    cast: Cast
    line: Line

    @property
    def path(self) -> str:
        return f"/webhooks/twilio/{LineKey.objects.get(line_id=self.line.pk).key}/inbound"

    def form(self, **fields: str) -> dict[str, str]:
        """What Twilio says about a customer's text."""
        usual = {
            "MessageSid": "SM" + "0" * 31 + "1",
            "AccountSid": ACCOUNT,
            "From": CUSTOMER,
            "To": NUMBER,
            "Body": "See you at 5",
            "NumMedia": "0",
        }
        return {name: value for name, value in {**usual, **fields}.items() if value is not None}

    def post(
        self, *, secret: str | None = TOKEN, base: str = BASE, path: str = "", slash: str = "", headers=None, **fields
    ) -> HttpResponse:
        """A text signed by `secret` for `base`; not signed at all when it is None. `path`: to another webhook."""
        form, path = self.form(**fields), path or self.path
        signed = {}
        if secret is not None:
            signature = RequestValidator(secret).compute_signature(base + path + slash, form)
            signed = {"X-Twilio-Signature": signature}
        return Client().post(path, urlencode(form), content_type=FORM, headers={**signed, **(headers or {})})

    def kept(self) -> list[QuarantinedRequest]:
        """What is in quarantine, oldest first."""
        with activate(self.cast.organization):
            return list(QuarantinedRequest.objects.order_by("received_at", "pk"))

    def texts(self) -> list[str]:
        """What stands in the inbox, in the order in which it came."""
        with activate(self.cast.organization):
            return [message.body for message in Message.objects.filter(direction="in").order_by("created_at", "pk")]

    def store(self, **credentials: Any) -> None:
        """Give the line other credentials."""
        with activate(self.cast.organization):
            line = Line.objects.get(pk=self.line.pk)
            line.credentials = Credentials(**{"account": ACCOUNT, "secret": TOKEN, **credentials}).to_json()
            line.save()


def make_twilio_line(cast: Cast) -> TwilioLine:
    with activate(cast.organization):
        line = Line.objects.create(
            name="Main line",
            number=NUMBER,
            team=cast.front_desk,
            provider="twilio",
            credentials=Credentials(account=ACCOUNT, secret=TOKEN).to_json(),
        )
        LineKey.objects.create(line_id=line.pk, organization=cast.organization)
    return TwilioLine(cast, line)


@pytest.fixture
def twilio(cast: Cast, settings: Any) -> TwilioLine:
    """The line, on an installation whose address is BASE."""
    settings.PUBLIC_BASE_URL = BASE
    return make_twilio_line(cast)
