"""A customer's phone sends a text: the one thing that a phone can do to us."""

from collections.abc import Sequence

from django.db import transaction

from texting.models import Line, LineKey
from texting.providers.base import Credentials
from texting.sending import cleaned
from texting.simulator import network
from texting.simulator.files import HandsetFile
from texting.simulator.phones import Phone
from texting.simulator.tasks import run_network


def text_from_phone(*, phone: Phone, line: Line, body: str, files: Sequence[HandsetFile] = ()) -> str:
    """Hand a text to the carrier, who offers it to our webhook as a signed request. Returns its id.

    Raises BadText, FileTooLarge.
    """
    key = LineKey.objects.get(line_id=line.pk).key
    secret = Credentials.from_json(line.credentials).secret
    text_id = network.inbound_request(
        line_key=key,
        line=line.number,
        customer=phone.number,
        text=cleaned(body, may_be_empty=bool(files)),
        secret=secret,
        files=files,
    )
    transaction.on_commit(run_network.delay, robust=True)
    return text_id
