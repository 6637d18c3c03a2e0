"""The exact words that people were shown, kept once each."""

import hashlib

from django.utils import timezone

from accounts.models import Membership
from compliance.models import Disclosure, Program

LONGEST = 2000  # characters


def disclosure_of(program: Program, text: str, language: str = "en", made_by: Membership | None = None) -> Disclosure:
    """The stored wording, the old one if it was shown before. Two who store it at once get the same."""
    digest = hashlib.sha256(text.encode()).digest()
    row = Disclosure(
        program=program, text=text, language=language, digest=digest, made_by=made_by, made_at=timezone.now()
    )
    Disclosure.objects.bulk_create([row], ignore_conflicts=True)
    return Disclosure.objects.get(program=program, digest=digest)
