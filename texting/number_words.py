"""Why a number cannot be texted, in the language of whoever typed it."""

from django.utils.translation import gettext

from texting.phone_numbers import BadNumber


def why(error: BadNumber) -> str:
    """One or two sentences, without the number."""
    return gettext(str(error))
