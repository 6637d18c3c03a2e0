"""An organization with a Twilio line, and Twilio's requests about it, signed and each one new."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings

from accounts.founding import found_organization
from accounts.models import Team, User
from bench.load import post
from tenancy.isolation import activate
from tenancy.models import Organization
from texting.limits.bounds import Limited
from texting.models import Line, LineKey, SendingLimits
from texting.providers.base import Credentials
from texting.providers.twilio_signature import HEADER, sign

ACCOUNT, TOKEN = "AC" + "0" * 32, "bench-auth-token"
CUSTOMERS = 40
STOP_EVERY = 200  # one customer in so many texts says STOP
FORM = "application/x-www-form-urlencoded"


@dataclass
class Office:
    """One organization with one line. `key` names the line in webhook addresses."""

    organization: Organization
    line: Line
    key: str

    def hook(self, kind: str) -> str:
        """The path of a webhook."""
        return f"/webhooks/twilio/{self.key}/{kind}"

    def request(self, kind: str, form: dict[str, str]) -> bytes:
        """A signed request of Twilio's."""
        path = self.hook(kind)
        text = settings.PUBLIC_BASE_URL + path + "".join(name + form[name] for name in sorted(form))
        headers = {HEADER: sign(TOKEN, text)}
        return post(path, urlencode(form).encode(), FORM, **headers)

    def texts(self, prefix: str) -> Iterator[bytes]:
        """Texts of many customers, in turns; now and then one says STOP."""
        return (self.request("inbound", form) for form in forms(prefix, self.line.number))


def make_office(slug: str, number: str, *, pace: float = 100.0) -> Office:
    """An organization with an owner, a team and a line."""
    owner = User.objects.create(email=f"owner@{slug}.example", name="Olga Brandt")
    organization = found_organization(name="Harbor Dental", slug=slug, owner=owner).organization
    with activate(organization):
        line = Line.objects.create(
            name="Main line",
            number=number,
            team=Team.objects.create(name="Front desk"),
            provider="twilio",
            credentials=Credentials(account=ACCOUNT, secret=TOKEN).to_json(),
            texts_per_second=pace,
        )
        key = LineKey.objects.create(line_id=line.pk, organization=organization, texts_per_second=pace).key
        SendingLimits.objects.create(
            daily_segments=10**9, daily_micros=10**15, **{limited.value: 10**9 for limited in Limited}
        )
    return Office(organization, line, key)


def customer(number: int) -> str:
    """The number of a customer: spread over a whole area, since neighbours in one block look like pumping."""
    return f"+1212{2_000_000 + number * 7919 % 7_999_993}"


def forms(prefix: str, number: str) -> Iterator[dict[str, str]]:
    """What Twilio says of each text."""
    for count in itertools.count():
        yield {
            "MessageSid": f"SM{prefix}{count:0{32 - len(prefix)}d}",
            "AccountSid": ACCOUNT,
            "From": customer(count % CUSTOMERS),
            "To": number,
            "Body": "STOP"
            if count % STOP_EVERY == STOP_EVERY - 1
            else f"Can I move my appointment to {count} o'clock?",
            "NumMedia": "0",
            "NumSegments": "1",
            "SmsStatus": "received",
        }
