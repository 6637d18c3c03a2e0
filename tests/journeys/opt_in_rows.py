"""A program with a keyword and opt-ins of every state, and their pages."""

from collections.abc import Iterator

from django.utils import timezone

from accounts.models import Membership
from compliance.models import Keyword, OptIn, Program
from compliance.opt_in import opting_in
from tenancy.isolation import activate
from tenancy.models import Organization
from tests.compliance.opt_ins import asked, by_form, leave, make_keyword, make_program, stranger
from texting.models import Contact, Line, Message
from texting.statuses import ErrorKind, MessageStatus


def opt_in_rows(owner: Membership, name: str, word: str) -> None:
    """Made once: several journeys share the demo."""
    with activate(owner.organization):
        if Program.objects.filter(name=name).exists():
            return
        line = Line.objects.filter(provider="simulator").order_by("created_at")[0]
        program = make_program(owner, name, double_opt_in=True)
        plain = make_program(owner, "Deliveries", scope="informational", category="delivery")
        make_keyword(line, program, word)
        asked(line, program, number="+13035550171")
        for number, status in (("+13035550172", "delivered"), ("+13035550173", "undelivered")):
            opted = opting_in.opt_in(contact=stranger(number), line=line, program=plain, evidence=by_form(plain))
            leave(opted.opt_in.confirmation_id)
            error = ErrorKind.UNREACHABLE if status == "undelivered" else ""
            text = Message.objects.filter(pk=opted.opt_in.confirmation_id)
            text.update(status=MessageStatus(status), error_kind=error)
        declined = asked(line, plain, number="+13035550174")
        OptIn.objects.filter(pk=declined.pk).update(state=OptIn.State.DECLINED, ended_at=timezone.now())
        Contact.objects.filter(pk=declined.contact_id).update(only_codes=False)


def opt_in_sights(organization: Organization) -> Iterator[tuple[str, str]]:
    """(name of the page, its path)."""
    opt_in = "/settings/opt-in/"
    yield from (("programs", opt_in), ("program-new", f"{opt_in}programs/new/"), ("keywords", f"{opt_in}keywords/"))
    yield from (("keyword-new", f"{opt_in}keywords/new/"), ("opt-ins", f"{opt_in}all/"))
    yield from (("opt-in-limits", f"{opt_in}protection/"), ("consent-rules", f"{opt_in}rules/"))
    with activate(organization):
        program, keyword = Program.objects.order_by("-name").first(), Keyword.objects.first()
    if program and keyword:
        yield "program", f"{opt_in}programs/{program.pk}/"
        yield "program-words", f"{opt_in}programs/{program.pk}/words/confirmation/en/"
        yield "keyword", f"{opt_in}keywords/{keyword.pk}/"
