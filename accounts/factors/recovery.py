"""Recovery codes: ten of 80 random bits, shown once, each good once, whoever is locked out otherwise.

Kept as keyed hashes. A key that is retired to SECRET_KEY_FALLBACKS still finds them.
"""

import base64
import secrets

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.models import RecoveryCode, User
from accounts.throttling import TooManyAttempts, growing_wait

COUNT = 10
BYTES = 10  # 80 bits
FREE_TRIES = 5
_LENGTH = 16  # letters
_READ_AS = str.maketrans("018", "OIB")  # digits that the codes do not have, for the letters they look like


@transaction.atomic
def make(user: User) -> list[str]:
    """Ten new codes as a person copies them (`abcd-efgh-ijkl-mnop`); the earlier ones count no more."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    RecoveryCode.objects.filter(user=user).delete()
    letters = [base64.b32encode(secrets.token_bytes(BYTES)).decode() for _ in range(COUNT)]
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, code_hash=_hashes(user, code)[0]) for code in letters)
    return ["-".join(code[start : start + 4] for start in range(0, _LENGTH, 4)).lower() for code in letters]


@transaction.atomic
def use(user: User, typed: str) -> bool:
    """Whether it is one of the user's codes, which is then gone. Raises TooManyAttempts after five wrong ones."""
    row = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    now = timezone.now()
    seconds = growing_wait(row.recovery_failures - FREE_TRIES, row.recovery_failed_at, now)
    if seconds:
        raise TooManyAttempts(seconds)
    code = "".join(letter for letter in typed.upper().translate(_READ_AS) if letter.isalnum())
    found = RecoveryCode.objects.filter(user=user, code_hash__in=_hashes(user, code)) if len(code) == _LENGTH else None
    right = bool(found is not None and found.delete()[0])
    rows = User.objects.filter(pk=user.pk)
    if right:
        rows.update(recovery_failures=0, recovery_failed_at=None)
    else:
        rows.update(recovery_failures=F("recovery_failures") + 1, recovery_failed_at=now)
    return right


def _hashes(user: User, code: str) -> list[bytes]:
    """The code's keyed hash under the present key, then under the retired ones."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    salt, value = "accounts.factors.recovery", f"{user.pk} {code}"
    return [salted_hmac(salt, value, secret=key, algorithm="sha256").digest() for key in keys]
