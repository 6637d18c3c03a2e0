"""What the page says before anybody has shown who they are, and how it reads what is posted there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.models import SecureMessage
from portal.secure import facts
from portal.secure.answers import CODE_DIGITS
from portal.secure.codes import Asked, is_open
from portal.secure.opening import Told
from tenancy.isolation import current_organization_id
from tenancy.models import Organization

Check = SecureMessage.Check


@dataclass(frozen=True)
class Door:
    """A message from outside. `date_fields`: name, label and digits, in the order in which people write dates there."""

    check: str
    sent_at: datetime
    expires_at: datetime
    is_open: bool
    is_locked: bool
    date_fields: tuple[tuple[str, str, int], ...] = ()


def door(secure_id: UUID) -> Door | None:
    """The message from outside; nothing is decrypted."""
    row = SecureMessage.objects.defer("content", "kept_half", "fact").filter(pk=secure_id).first()
    if row is None:
        return None
    locked = row.state == SecureMessage.State.LOCKED
    fields = _date_fields() if row.check_by == Check.BIRTH_DATE else ()
    return Door(row.check_by, row.created_at, row.expires_at, is_open(row), locked, fields)


def _date_fields() -> tuple[tuple[str, str, int], ...]:
    """The month stands first in the United States."""
    day, month, year = ("day", _("Day"), 2), ("month", _("Month"), 2), ("year", _("Year"), 4)
    country = Organization.objects.values_list("country", flat=True).get(pk=current_organization_id())
    return (month, day, year) if country == "US" else (day, month, year)


def answer_in(secure_id: UUID, posted: Mapping[str, str]) -> str:
    """The code or the fact that was posted, in the form that is compared; "" for what cannot be one."""
    check = SecureMessage.objects.filter(pk=secure_id).values_list("check_by", flat=True).first()
    if check == Check.BIRTH_DATE:
        parts = (posted.get(name, "")[:10] for name in ("day", "month", "year"))
        return facts.birth_date(*parts, today=timezone.localdate()) or ""
    if check == Check.POSTCODE:
        return facts.postcode(posted.get("postcode", "")) or ""
    digits = "".join(posted.get("code", "")[:40].split()).replace("-", "")
    return digits if len(digits) == CODE_DIGITS and digits.isascii() and digits.isdigit() else ""


def words(told: Told | None, asked: Asked | None) -> str:
    """What the page says to what was posted; "" when there is nothing to say."""
    if asked is Asked.CANNOT:
        return _("No code can be sent to this phone now. Call us instead.")
    if asked is Asked.TOO_MANY:
        return _("That is many codes in a short time. Wait some minutes, or call us.")
    if asked is Asked.GONE or told is Told.GONE:
        return _("This message can no longer be opened. Call us to get it another way.")
    if told is None:
        return ""
    return {
        Told.WRONG: _("That is not right. Check it and try again."),
        Told.EMPTY: _("That is not complete. Check it and try again."),
        Told.OLD: _("This code no longer counts. Get a new one."),
        Told.SCRIPT: _("Open the link in the text again with JavaScript turned on, in another browser if need be."),
        Told.WAIT: _("That was quick. Wait a minute, then try again."),
        Told.LOCKED: _("There were too many wrong answers. Call us."),
    }.get(told, "")
