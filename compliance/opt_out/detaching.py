"""A number turned out to be a stranger's: what we knew of our customer no longer stands at it.

Name and place go from the contact into the question, sealed under the contact's own key, so that erasing the contact
takes them too. The thread ends: whoever has the number later begins another, without a name, and with no permission
(`opt_out_questions.stop` has withdrawn it). As long as nobody has agreed to anything from the number since, a member
may put back what was taken off.
"""

import json

from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from compliance.models import ConsentEvent, OptOutQuestion
from compliance.opt_out.cannot_decide import CannotDecide
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.encryption import readable
from texting import contacts, conversations, persons
from texting.duplicates import merging
from texting.fields import writing as fields
from texting.models import Contact
from texting.searching.keeping import keep_names

KNOWN = ("name", "time_zone", "state", "zip_code")
"""Of a contact: about the person, not about the number."""
FIELDS = "fields"  # and what the organization wrote into fields of its own, by their ids


def detach(*, member: Membership, question: OptOutQuestion, contact: Contact) -> None:
    """Take off what was known of the customer, in the running transaction. Nothing happens when nothing was known.

    Of a person with several numbers it is a stranger's from now on; the others keep what they say.
    """
    if len(person := persons.with_others([contact.pk])) > 1:
        merging.refusal(person)  # holds note whom they cover; an opt-out waits for nothing
    persons.part([contact.pk])
    kept = {name: value for name in KNOWN if (value := readable(contact, name, ""))}
    values = fields.take_off(contact)
    told = {**kept, FIELDS: values} if values else kept
    question.detached = json.dumps(told, ensure_ascii=False) if told else ""
    question.save(update_fields=["detached"])
    for name in kept:
        setattr(contact, name, "")
    contact.save(update_fields=list(kept))
    keep_names([contact])
    audit.record(event=AuditKind.CONTACT_DETACHED, actor=member, object=contact, fields=sorted(told))
    conversations.end_all(member=member, contact=contact)


def put_back(*, member: Membership, question: OptOutQuestion) -> None:
    """It was our customer's number after all: what was known stands at it again. The opt-out stays.

    Raises CannotDecide when there is nothing to put back, when the contact has another name by now, or when somebody
    has agreed to something from the number since; MissingPermission.
    """
    require(member, Permission.OPT_OUTS_DECIDE)
    mine = OptOutQuestion.objects.select_for_update(of=("self",)).get(pk=question.pk)
    contact = Contact.objects.select_for_update(no_key=True).get(pk=mine.contact_id)
    kept = readable(mine, "detached", "")
    if not kept:
        raise CannotDecide(_("There is nothing to put back."))
    if readable(contact, "name", ""):
        raise CannotDecide(_("The contact has another name by now. Rename it if that is wrong."))
    since = ConsentEvent.objects.filter(number_index=mine.number_index, recorded_at__gt=mine.decided_at)
    if since.filter(action=ConsentEvent.Action.GIVEN).exists():
        raise CannotDecide(_("Whoever has the number now has agreed to texts since. Ask who they are."))
    taken = json.loads(kept)
    found = {name: value for name, value in taken.items() if name in KNOWN}
    for name, value in found.items():
        setattr(contact, name, value)
    contact.save(update_fields=list(found))
    fields.put_back(contact, taken.get(FIELDS, {}))
    keep_names([contact])
    mine.detached = ""
    mine.save(update_fields=["detached"])
    audit.record(event=AuditKind.CONTACT_PUT_BACK, actor=member, object=contact, fields=sorted(taken))
    contacts.show(contact)
