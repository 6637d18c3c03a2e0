"""Programs of tests, numbers that are asked for permission, and questions that left."""

from uuid import UUID

from django.utils import timezone

from compliance import opting_in
from compliance.consent import Evidence
from compliance.models import ConsentEvent, Disclosure, OptIn, Program
from tests.texting.conftest import Scene
from texting import threads
from texting.models import Contact, Message
from texting.phone_numbers import parse
from texting.statuses import MessageStatus

DISCLOSURE = "I agree to receive automated marketing texts. Consent is not a condition of purchase."


def make_program(scene: Scene, name: str = "Offers", *, scope: str = "marketing", **fields: object) -> Program:
    """Needs the organization to be active, like everything here."""
    made = {"frequency": "Up to 4 msgs/month", "made_by": scene.agent, "made_at": timezone.now()} | fields
    return Program.objects.create(name=name, scope=scope, **made)


def by_form(program: Program) -> Evidence:
    """Somebody ticked the box of a form."""
    wording = Disclosure.objects.filter(program=program).first() or Disclosure.objects.create(
        program=program, text=DISCLOSURE, digest=b"d" * 32, made_at=timezone.now()
    )
    source, act = ConsentEvent.Source.FORM, ConsentEvent.Act.TICKED
    return Evidence(source=source, act=act, disclosure=wording, quality=ConsentEvent.Quality.COMPLETE)


def stranger(number: str = "+12125550181") -> Contact:
    """Somebody who never wrote to us."""
    return threads.contact_for(parse(number))


def asked(scene: Scene, program: Program, *, left: bool = True, number: str = "+12125550181") -> OptIn:
    """A number with an open question, which has left unless said otherwise."""
    contact = stranger(number)
    opted = opting_in.ask(contact=contact, line=scene.line, program=program, evidence=by_form(program)).opt_in
    if left:
        leave(opted.question_id)
    return opted


def leave(message_id: UUID | None) -> None:
    """The provider has taken it."""
    Message.objects.filter(pk=message_id).update(
        status=MessageStatus.SENT, sent_at=timezone.now(), provider_message_id=f"far-{message_id}"
    )


def texts_to(number_of: Contact) -> list[str]:
    """Why each text to a customer was sent, in order."""
    sent = Message.objects.filter(contact=number_of, direction=Message.Direction.OUT)
    return list(sent.order_by("created_at", "id").values_list("purpose", flat=True))
