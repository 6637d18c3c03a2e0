"""What members do about opt-ins: ask a number for permission by a text, once, and confirm an opt-in again."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from compliance.ledger import consent
from compliance.ledger.consent import Evidence, State
from compliance.ledger.coverage import BY_LAW
from compliance.models import ConsentEvent, OptIn, Program
from compliance.opt_in import opt_in_texts, opting_in
from compliance.opt_in.opt_in_confirmations import Confirmation, confirmations
from compliance.opt_in.opting_in import CannotOptIn
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.ids import new_id
from tenancy.isolation import current_organization_id
from tenancy.models import Organization
from texting import live
from texting.live import LiveKind
from texting.models import Conversation, Message


def programs_for(conversation: Conversation) -> list[Program]:
    """What a number may be asked for on this line."""
    teams = Program.objects.filter(team=None) | Program.objects.filter(team=conversation.line.team_id)
    found = list(teams.filter(is_active=True).order_by("name"))
    brand = consent.brand_of(conversation.line) if any(each.brand_id for each in found) else None
    return [each for each in found if each.brand_id in (None, brand)]


def askable(conversation: Conversation) -> list[Program]:
    """What the customer may be asked for here: not permitted yet on this line's team, and not asked for before."""
    programs = programs_for(conversation)
    if not programs:
        return []
    asked = OptIn.objects.filter(number_index=conversation.contact.number_index, question_id__isnull=False)
    before = set(asked.exclude(state=OptIn.State.GIVEN).values_list("program_id", flat=True))
    here = consent.state_of(conversation.contact).at_line(conversation.line)
    return [
        each for each in programs if each.pk not in before and not all(_agreed(here, scope) for scope in each.scopes)
    ]


def ask(*, member: Membership, conversation: Conversation, program_id: UUID) -> OptIn:
    """Ask the customer for a YES. Raises CannotOptIn when they opted out, were asked before, or nothing may be sent."""
    require(member, Permission.MESSAGES_SEND)
    program = next((each for each in programs_for(conversation) if each.pk == program_id), None)
    if program is None:
        raise CannotOptIn(_("Choose what you ask them for."))
    index = conversation.contact.number_index
    before = OptIn.objects.filter(number_index=index, program=program, question_id__isnull=False)
    if before.exclude(state=OptIn.State.GIVEN).exists():
        raise CannotOptIn(_("They were asked for this before. Once is all that is allowed; now only they can begin."))
    if _agreed(consent.state_of(conversation.contact), program.scopes[0]):
        raise CannotOptIn(_("They have agreed to this already."))
    evidence = Evidence(source=ConsentEvent.Source.AGENT, actor=member)
    with transaction.atomic():  # an opt-in whose question may not leave would wait for nothing
        begun = opting_in.ask(contact=conversation.contact, line=conversation.line, program=program, evidence=evidence)
        if not Message.objects.filter(pk__in=[begun.opt_in.question_id]).exists():
            raise CannotOptIn(_("The question may not be sent to this number. Ask them another way."))
    _show(conversation)
    return begun.opt_in


def confirm_again(*, member: Membership, opt_in: OptIn) -> None:
    """Send the confirmation of an opt-in once more, if they did not get it. Raises CannotOptIn."""
    require(member, Permission.FORMS_MANAGE)
    held = OptIn.objects.select_for_update(of=("self",)).select_related("program", "contact", "line", "given")
    opt_in = held.get(pk=opt_in.pk)
    if confirmations([opt_in]).get(opt_in.pk) is not Confirmation.UNCONFIRMED:
        raise CannotOptIn(_("It is confirmed, or its confirmation is on the way."))
    organization = Organization.objects.get(pk=current_organization_id())
    language = opt_in.given.language if opt_in.given else ""
    text = opt_in_texts.confirmation(organization, opt_in.program, language or "en")
    opt_in.confirmation_id, opt_in.confirmation_status, opt_in.confirmation_sent_at = new_id(), "", None
    opting_in.say_again(opt_in, text, opt_in.confirmation_id)
    if not Message.objects.filter(pk=opt_in.confirmation_id).exists():
        raise CannotOptIn(_("It may not be sent to this number now. Its conversation says why."))
    opt_in.confirmed_at = None
    opt_in.save(update_fields=["confirmation_id", "confirmation_status", "confirmation_sent_at", "confirmed_at"])
    audit.record(
        event=AuditKind.OPT_IN_CONFIRMED_AGAIN, actor=member, object=opt_in.contact, program=opt_in.program.name
    )


def _agreed(state: State, scope: str) -> bool:
    """Whether they said so themselves; what only the law permits (a purchase, a patient's number) is worth asking."""
    found = state.permits(scope)
    return found is not None and found.kind not in BY_LAW


def _show(conversation: Conversation) -> None:
    live.publish(kind=LiveKind.CONVERSATION, conversation=conversation.pk, line=conversation.line_id)
