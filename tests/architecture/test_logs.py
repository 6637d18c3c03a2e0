"""What the log says about a whole story holds no number, no name, no text, no token: in both formats."""

import io
import logging
from urllib.parse import urlencode

import pytest
from django.test import Client

from config.logging import Json, Line, about_a_route
from tenancy.isolation import activate
from tests.cast import PASSPHRASE, signed_in
from tests.texting.twilio_line import FORM, cast, twilio
from texting import delivery, sending
from texting.models import Contact, Conversation, Message

__all__ = ["cast", "twilio"]

pytestmark = pytest.mark.django_db(transaction=True)
NAME, WORDS, REPLY = "Grace Whitfield", "my biopsy result", "your appointment tomorrow"
SECRETS = ("5550181", "Grace", "Whitfield", "biopsy", "appointment", "auth-token", PASSPHRASE)


@pytest.fixture(params=[Line("%(levelname)s %(name)s %(message)s"), Json()], ids=["line", "json"])
def written(request):
    """Everything that was logged, down to DEBUG for our own packages."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(request.param)
    handler.addFilter(about_a_route)
    names = ("", "parley", "texting", "tenancy", "accounts", "compliance", "config", "django")
    before = {name: logging.getLogger(name).level for name in names}
    logging.getLogger().addHandler(handler)
    for name in names[1:]:
        logging.getLogger(name).setLevel(logging.DEBUG if name != "django" else logging.INFO)
    yield stream
    logging.getLogger().removeHandler(handler)
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


def test_a_days_work_leaves_nothing_of_a_customer_in_the_log(cast, twilio, written, settings):
    settings.TEXTING_PROVIDER_BASE_URLS = {"twilio": "http://127.0.0.1:9"}  # nobody is there
    assert twilio.post(Body=WORDS).status_code == 200
    with activate(cast.organization):
        contact = Contact.objects.get()
        contact.name = NAME
        contact.save()
        conversation = Conversation.objects.get()
        sending.send_text(conversation=conversation, body=REPLY, author=cast.agent)
    delivery.deliver_line(twilio.line.pk)  # refused: nobody is there
    twilio.post(secret="guessed-auth-token", Body=WORDS)
    twilio.post(MessageSid=None, Body=WORDS)
    twilio.post(MessageSid="SM" + "5" * 32, Body="STOP")
    path = twilio.path.replace("/inbound", "/status/a-token-that-nobody-knows")
    Client().post(path, urlencode({"Body": WORDS}), content_type=FORM)
    Client().post("/sign-in/", {"email": "grace@whitfield.example", "password": PASSPHRASE})
    browser = signed_in(Client(), cast.agent)
    for address in (f"/inbox/c/{conversation.pk}/", "/inbox/", "/people/Whitfield-token", "/join/biopsy-token/"):
        browser.get(address)
    browser.post("/inbox/search/", {"q": "+12125550181"})
    browser.post(f"/inbox/c/{conversation.pk}/send/", {"body": REPLY})  # refused: they opted out
    with activate(cast.organization):
        assert Message.objects.count() >= 3
    said = written.getvalue()
    assert "webhook_refused" in said
    for secret in SECRETS:
        assert secret not in said, said
