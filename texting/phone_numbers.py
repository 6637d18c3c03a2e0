"""Phone numbers as people type them, turned into E.164 and back into something readable.

Decimal digits of any script are understood (full-width, Arabic-Indic ...), because they mean one number without doubt;
a result is always ASCII. Anything a text cannot reach is refused with a sentence for the person who typed it: letters,
extensions, short codes, impossible numbers. A refusal never repeats the number, so it may be logged. Plain values: no
Django. Numbering plans come from Google's libphonenumber through `phonenumbers`.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

LONGEST_INPUT = 60  # characters; E.164 has 15 digits, the rest may be punctuation
_EXTENSION = re.compile(r"(?:ext\.?|extension|anexo|poste|[x#;])\s*[:=.]?\s*\d{1,7}\s*$", re.IGNORECASE)
_PUNCTUATION = re.compile(r"[\s().\-/\u00b7\u2010-\u2015\u2212\uff08\uff09\uff0d\uff0e\uff0f]")
_FULL_WIDTH_PLUS = "\uff0b"
_MEXICO = 52
_E164 = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)


def _(words: str) -> str:
    """Marks words for the catalogues."""
    return words


class BadNumber(ValueError):
    """A phone number we cannot text. `texting.number_words.why` is one or two sentences for a person, without the
    number; `str(error)` the same in English.
    """


class PhoneKind(StrEnum):
    """What libphonenumber says about a number's range. In North America mobile and landline share one range."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    MOBILE_OR_LANDLINE = "mobile_or_landline"
    TOLL_FREE = "toll_free"
    VOIP = "voip"
    PREMIUM = "premium"
    SHARED_COST = "shared_cost"
    PERSONAL = "personal"
    PAGER = "pager"
    COMPANY = "company"  # libphonenumber's UAN: one number that leads to whichever office is near
    VOICE_MAIL = "voice_mail"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """`e164`: `+` and digits. `region`: ISO 3166 alpha-2 code, "001" for numbers of no country, "ZZ" when unknown."""

    e164: str
    region: str
    kind: PhoneKind


_KINDS = {
    PhoneNumberType.MOBILE: PhoneKind.MOBILE,
    PhoneNumberType.FIXED_LINE: PhoneKind.LANDLINE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE: PhoneKind.MOBILE_OR_LANDLINE,
    PhoneNumberType.TOLL_FREE: PhoneKind.TOLL_FREE,
    PhoneNumberType.VOIP: PhoneKind.VOIP,
    PhoneNumberType.PREMIUM_RATE: PhoneKind.PREMIUM,
    PhoneNumberType.SHARED_COST: PhoneKind.SHARED_COST,
    PhoneNumberType.PERSONAL_NUMBER: PhoneKind.PERSONAL,
    PhoneNumberType.PAGER: PhoneKind.PAGER,
    PhoneNumberType.UAN: PhoneKind.COMPANY,
    PhoneNumberType.VOICEMAIL: PhoneKind.VOICE_MAIL,
}


def parse(text: str, default_region: str = "US") -> PhoneNumber:
    """The number a person typed. Without a leading `+` it is read as a number of `default_region`.

    Raises `BadNumber` for everything that is not one complete, existing number that can be texted.
    """
    digits = _digits(text)
    _refuse_short(digits, default_region)
    try:
        number = _without_old_mark(phonenumbers.parse(digits, default_region))
    except NumberParseException as error:
        raise BadNumber(_reason(error)) from None
    if not phonenumbers.is_valid_number(number):
        raise BadNumber(_("This phone number does not exist. Check its digits; a number from abroad starts with +."))
    return _described(number)


@lru_cache(maxsize=10_000)  # a webhook's numbers are looked at twice, and customers write more than once
def from_provider(text: str) -> PhoneNumber:
    """The number a provider reports, which must be E.164. Raises `BadNumber` for short codes and named senders.

    Not checked against numbering plans: they lag behind new ranges, and a text that arrived must not be lost for that.
    """
    if not _E164.fullmatch(text):
        raise BadNumber(_("The sender is not an ordinary phone number, so it cannot be answered by text."))
    try:
        return _described(_without_old_mark(phonenumbers.parse(text)))
    except NumberParseException as error:
        raise BadNumber(_reason(error)) from None


def is_e164(text: str) -> bool:
    """Whether it is written as E.164; not whether there is such a number."""
    return bool(_E164.fullmatch(text))


def described(e164: str) -> PhoneNumber:
    """Region and kind of a stored number; "ZZ" and `OTHER` for what is none."""
    number = _known(e164)
    return _described(number) if number else PhoneNumber(e164, "ZZ", PhoneKind.OTHER)


def prefix(e164: str) -> str:
    """`+` and the first seven digits: in North America the exchange, elsewhere a block of one carrier at most."""
    return e164[:8]


def mask(e164: str) -> str:
    """Only the country code and the last four digits: `+1 *** *** 0123`. Short national numbers show two digits."""
    number = _known(e164)
    if number is None:
        return "***"
    national = phonenumbers.national_significant_number(number)
    shown = national[-4:] if len(national) >= 8 else national[-2:]
    return f"+{number.country_code} *** *** {shown}"


def display(e164: str, home_region: str = "US") -> str:
    """The number as people of `home_region` write it: national at home, `(415) 555-0123`, else `+44 20 7946 0018`.

    Text that is not E.164 is returned as it is.
    """
    number = _known(e164)
    if number is None:
        return e164
    at_home = number.country_code == phonenumbers.country_code_for_region(home_region)
    style = PhoneNumberFormat.NATIONAL if at_home else PhoneNumberFormat.INTERNATIONAL
    return str(phonenumbers.format_number(number, style))


def _digits(text: str) -> str:
    """`+`? and ASCII digits only, or `BadNumber`."""
    if len(text) > LONGEST_INPUT:
        raise BadNumber(_("This is too long for a phone number."))
    visible = "".join(c for c in text if unicodedata.category(c) != "Cf").strip()  # contacts paste bidi marks along
    if not visible:
        raise BadNumber(_("Enter a phone number."))
    if _EXTENSION.search(visible):
        raise BadNumber(_("A text cannot reach an extension. Enter the direct number."))
    bare = _PUNCTUATION.sub("", visible).replace(_FULL_WIDTH_PLUS, "+")
    plus, rest = ("+", bare[1:]) if bare.startswith("+") else ("", bare)
    if any(character.isalpha() for character in rest):
        raise BadNumber(_("A phone number has no letters. Type its digits."))
    if not rest or not all(character.isdecimal() for character in rest):
        raise BadNumber(_("This is not a phone number. Use digits, spaces, dashes and a leading + only."))
    return plus + "".join(str(unicodedata.decimal(character)) for character in rest)


def _refuse_short(digits: str, region: str) -> None:
    if digits.startswith("+"):
        return
    if 3 <= len(digits) <= 6:
        raise BadNumber(_("This is a short code. Enter a full phone number with its area code."))
    if len(digits) == 7 and phonenumbers.country_code_for_region(region) == 1:
        raise BadNumber(_("The area code is missing. Enter all ten digits."))


def _reason(error: NumberParseException) -> str:
    if error.error_type == NumberParseException.INVALID_COUNTRY_CODE:
        return _("This country code does not exist. Check the digits after the +.")
    if error.error_type == NumberParseException.TOO_LONG:
        return _("This phone number has too many digits.")
    return _("This phone number is too short. Enter it with its area code.")


def _without_old_mark(number: phonenumbers.PhoneNumber) -> phonenumbers.PhoneNumber:
    """Mexico's mobile numbers had a 1 behind the country code until August 2019, and networks still write it: +52 1 55
    1234 5678 and +52 55 1234 5678 are one telephone, so a STOP from one holds for both.
    """
    national = str(number.national_number)
    if number.country_code == _MEXICO and len(national) == 11 and national.startswith("1"):
        number.national_number = int(national[1:])
    return number


def _described(number: phonenumbers.PhoneNumber) -> PhoneNumber:
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    region = phonenumbers.region_code_for_number(number) or "ZZ"
    return PhoneNumber(e164, region, _KINDS.get(phonenumbers.number_type(number), PhoneKind.OTHER))


def _known(e164: str) -> phonenumbers.PhoneNumber | None:
    if not _E164.fullmatch(e164):
        return None
    try:
        return phonenumbers.parse(e164)
    except NumberParseException:
        return None
