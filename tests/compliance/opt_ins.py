"""Programs of tests, numbers that are asked for permission, and questions that left."""

from uuid import UUID

from django.utils import timezone

from accounts.models import Membership
from compliance.ledger.consent import Evidence
from compliance.models import ConsentEvent, Disclosure, Keyword, OptIn, Program
from compliance.opt_in import opt_in_keywords, opt_in_texts, opting_in
from compliance.opt_in.opt_in_elements import Kind
from tenancy.models import Organization
from tests.texting.conftest import Scene
from texting import threads
from texting.models import Contact, Line, Message
from texting.phone_numbers import display, parse
from texting.statuses import MessageStatus

DISCLOSURE = "I agree to receive automated marketing texts. Consent is not a condition of purchase."


def make_program(
    by: Scene | Membership, name: str = "Offers", *, scope: str = "marketing", **fields: object
) -> Program:
    """Needs the organization to be active, like everything here."""
    made_by = by if isinstance(by, Membership) else by.agent
    made = {"frequency": "Up to 4 msgs/month", "made_by": made_by, "made_at": timezone.now()} | fields
    return Program.objects.create(name=name, scope=scope, **made)


def make_keyword(line: Line, program: Program, word: str = "JOIN", *, image: bytes = b"", **fields: str) -> Keyword:
    """Made by whoever made the program, who must be allowed to."""
    organization = Organization.objects.get(pk=line.organization_id)
    language = fields.get("language", "en")
    text = opt_in_texts.ours(
        organization, program, Kind.ADVERTISEMENT, language, keyword=word, number=display(line.number)
    )
    wish = opt_in_keywords.Wish(program, fields.get("advertisement", text), language, image)
    return opt_in_keywords.make(member=program.made_by, line=line, word=word, wish=wish)


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


def asked(where: Scene | Line, program: Program, *, left: bool = True, number: str = "+12125550181") -> OptIn:
    """A number with an open question, which has left unless said otherwise."""
    contact = stranger(number)
    opted = opting_in.ask(
        contact=contact,
        line=where if isinstance(where, Line) else where.line,
        program=program,
        evidence=by_form(program),
    ).opt_in
    if left:
        leave(opted.question_id)
    return opted


def leave(message_id: UUID | None) -> None:
    """The provider has taken it."""
    assert message_id is not None
    Message.objects.filter(pk=message_id).update(
        status=MessageStatus.SENT, sent_at=timezone.now(), provider_message_id=f"far-{message_id}"
    )


def texts_to(number_of: Contact) -> list[str]:
    """Why each text to a customer was sent, in order."""
    sent = Message.objects.filter(contact=number_of, direction=Message.Direction.OUT)
    return list(sent.order_by("created_at", "id").values_list("purpose", flat=True))
