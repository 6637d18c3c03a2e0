"""Names of regions in the language of whoever reads them, and what is said of numbers that are never texted."""

from functools import cache

from babel import Locale
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext_noop as mark

from texting.limits.regions import Region, regions
from texting.phone_numbers import PhoneKind

ENGLISH = "en"
# Whoever owns such a number earns when it is texted, or a text cannot reach a person there.
NEVER: dict[PhoneKind, str] = {
    PhoneKind.PREMIUM: mark("This is a premium-rate number, which is never texted."),
    PhoneKind.SHARED_COST: mark("This is a shared-cost number, which is never texted."),
    PhoneKind.PERSONAL: mark("This is a personal number that forwards at the sender's cost, which is never texted."),
    PhoneKind.COMPANY: mark("This is a company's universal access number, which is never texted."),
    PhoneKind.PAGER: mark("This is a pager, which is never texted."),
    PhoneKind.VOICE_MAIL: mark("This is a voice mail box, which is never texted."),
}
SATELLITE = mark("This is a satellite or worldwide number, which is never texted.")


def name_of(code: str) -> str:
    """The region's name; the code itself when it is not known."""
    return _names(_language()).get(code, code)


def search(words: str, *, most: int = 12) -> list[Region]:
    """Regions whose name (the reader's or the English one), code or calling code begins with or holds `words`.

    Those whose name begins with it first; the others by their names.
    """
    wanted = " ".join(words.split()).casefold().lstrip("+")
    if not wanted:
        return []
    if wanted.isdecimal():
        return [region for region in regions().values() if str(region.calling_code).startswith(wanted)][:most]

    def names(region: Region) -> tuple[str, str]:
        return name_of(region.code), region.name

    found = [
        region
        for region in regions().values()
        if region.code.casefold() == wanted or any(wanted in name.casefold() for name in names(region))
    ]
    begins = {one.code for one in found if any(name.casefold().startswith(wanted) for name in names(one))}
    return sorted(found, key=lambda region: (region.code not in begins, name_of(region.code)))[:most]


def _language() -> str:
    return to_locale(get_language() or ENGLISH).split("_", 1)[0]


@cache
def _names(language: str) -> dict[str, str]:
    """Of one of our languages; English names are those of our own table."""
    ours = {code: region.name for code, region in regions().items()}
    if language == ENGLISH:
        return ours
    known = Locale.parse(language).territories
    return {code: known.get(code, name) for code, name in ours.items()}
