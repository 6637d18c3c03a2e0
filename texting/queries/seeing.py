"""The one place that decides what a member sees of a customer: the name, the number, and both inside texts.

Three kinds of members. Whoever holds `contacts:reveal` and `contacts:unmasked` sees everybody. Whoever holds
`contacts:reveal` alone sees everybody masked, and one contact for some minutes after giving a reason
(`texting.revealing`). All others see everybody masked. A program gives no reasons: a key with `contacts:reveal` sees
everybody.

What was revealed is shown where the clock that ends it stands: in the open conversation and on the contact's page.
Lists ask with `in_list` and stay masked, so that nothing is left on a screen when the time is over.

Nothing else reads a contact's `name` or `number` to show it; tests/architecture/test_seeing.py keeps that so.
"""

from dataclasses import dataclass
from datetime import datetime
from math import ceil
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission
from tenancy.encryption import readable
from tenancy.isolation import TenantModel
from texting.masking import hide_people, last_digits
from texting.models import Contact, EndedAs, Reveal
from texting.models.conversation import PREVIEW_LENGTH
from texting.phone_numbers import display
from texting.private_texts import words_instead


@dataclass(frozen=True)
class Customer:
    """A contact as this member may see it. `name` is never empty; `is_named` says whether it is a name at all.

    `call` is what a telephone dials (E.164), "" for those who may not see it. `until`: when what was revealed is hidden
    again, None for whoever sees it in any case or does not see it.
    """

    id: UUID
    name: str
    number: str
    call: str
    is_masked: bool
    is_named: bool
    until: datetime | None = None

    @property
    def seconds_left(self) -> int:
        """How long it is still shown, rounded up; 0 without `until`."""
        return max(0, ceil((self.until - timezone.now()).total_seconds())) if self.until else 0

    @property
    def time_left(self) -> str:
        """The same as a clock shows it: 9:41."""
        minutes, seconds = divmod(self.seconds_left, 60)
        return f"{minutes}:{seconds:02}"


def sees_everybody(member: Membership) -> bool:
    """Whether the member sees all names and numbers without asking."""
    if not member.may(Permission.CONTACTS_REVEAL):
        return False
    return member.is_machine or member.may(Permission.CONTACTS_UNMASKED)


def must_ask(member: Membership) -> bool:
    """Whether the member sees names and numbers one by one, for a reason."""
    return member.may(Permission.CONTACTS_REVEAL) and not sees_everybody(member)


def sees(member: Membership, contact_id: UUID) -> bool:
    """Whether the member sees this contact now, because they see everybody or because they have revealed it."""
    return sees_everybody(member) or shown_until(member, contact_id) is not None


def shown_until(member: Membership, contact_id: UUID) -> datetime | None:
    """When the contact that this session has revealed is hidden again; None when it is not revealed."""
    if member.session_id is None or not must_ask(member):
        return None
    if member.shown_until is None:
        now = timezone.now()
        rows = Reveal.objects.filter(member=member, session_id=member.session_id, until__gt=now, hidden_at=None)
        member.shown_until = dict(rows.order_by("until").values_list("contact_id", "until"))
    until = member.shown_until.get(contact_id)
    return until if until is not None and until > timezone.now() else None


def customer(member: Membership, contact: Contact, *, in_list: bool = False, to_take: bool = False) -> Customer:
    """The contact as `member` may see it. For those who may not, name and number are not even decrypted.

    `to_take`: in a file of many, which also takes the right to export contacts.
    """
    shown = sees_everybody(member) if in_list else sees(member, contact.pk)
    shown = shown and (not to_take or member.may(Permission.CONTACTS_EXPORT))
    if not shown:
        name = _("Contact %(digits)s") % {"digits": f"·· {last_digits(contact.number_masked)}"}
        return Customer(contact.pk, name, contact.number_masked, call="", is_masked=True, is_named=False)
    erased = _("Erased contact")
    call = readable(contact, "number", "") or ""
    number = display(call, member.organization.country) or contact.number_masked
    name = readable(contact, "name", erased) or ""
    return Customer(
        contact.pk,
        name or number,
        number,
        call=call,
        is_masked=False,
        is_named=bool(name),
        until=shown_until(member, contact.pk),
    )


def wording(
    member: Membership,
    row: TenantModel,
    attribute: str = "body",
    *,
    contact: Contact | None = None,
    in_list: bool = False,
) -> str:
    """A text of `row` (a message, a note, a preview) as `member` may read it: without numbers, addresses and the name.

    `contact`: whose it is, where it is known already or the row does not say; else the row's own.
    """
    if attribute == "body" and (instead := words_instead(getattr(row, "purpose", ""))):
        return instead
    if attribute == "body" and (tombstone := ended_words(row)):
        return tombstone
    text = readable(row, attribute, _("Erased"))
    if text is None and attribute in {"body", "preview"}:
        return _("Words removed")
    text = text or ""
    whose: Contact | UUID = contact or row.contact_id  # type: ignore[attr-defined]
    contact_id = whose if isinstance(whose, UUID) else whose.pk
    if sees_everybody(member) if in_list else sees(member, contact_id):
        return text
    cut = attribute == "preview" and len(text) >= PREVIEW_LENGTH
    return masked_words(text, contact or row.contact, cut=cut)  # type: ignore[attr-defined]


def ended_words(row: TenantModel) -> str:
    """What stands in place of words that have ended, whoever looks; "" while they are there."""
    if ended_as := getattr(row, "ended_as", ""):
        return {
            EndedAs.RETENTION: _("Words removed by the retention rule"),
            EndedAs.REDACTED: _("Words removed by a colleague"),
            EndedAs.DELETED: _("Text deleted by a colleague"),
            EndedAs.ERASED: _("Words erased at the customer's request"),
        }[EndedAs(ended_as)]
    return ""


def masked_words(text: str, contact: Contact | None, *, cut: bool = False) -> str:
    """A text without numbers, addresses and this contact's name. The name is opened here, to be looked for."""
    return hide_people(text, name=(readable(contact, "name", "") or "") if contact else "", cut=cut)
