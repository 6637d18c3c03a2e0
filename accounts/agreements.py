"""Which organizations have a say when somebody's sign-in is reset, which have agreed, and the codes that show it.

A sign-in opens every organization of its person, so no organization may reset it alone (decision 163). Each of the
others hands the person a code of its own; the link of the one that resets opens nothing without all of them. So neither
who holds the link nor who has a code can take the sign-in over.
"""

import base64
import re
import secrets

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Membership, RecoveryAgreement, RecoveryRequest
from accounts.sessions import key_hash

CODE_BYTES = 10  # 80 bits
CODE_LETTERS = 16
_NOT_OURS = re.compile(r"[^A-Z2-7]")
_READ_AS = str.maketrans("018", "OIB")


def places_elsewhere(member: Membership) -> QuerySet[Membership]:
    """The person's places in other organizations that a new password opens, now or when a suspension ends.

    Not those that were only offered (or anybody could keep a person from being helped by inviting them), nor those from
    which the person was deactivated for good.
    """
    joined = Membership.objects.filter(user=member.user_id, is_machine=False, joined_at__isnull=False)
    return joined.exclude(pk=member.pk).filter(Q(is_active=True) | Q(suspended_at__isnull=False))


def open_request(member: Membership) -> RecoveryRequest | None:
    """What is being asked about this person, by whichever organization."""
    found = RecoveryRequest.objects.filter(user=member.user_id, expires_at__gt=timezone.now())
    return found.select_related("membership", "asked_by__user").first()


def agreement_of(request: RecoveryRequest, place: Membership) -> RecoveryAgreement | None:
    """What the organization of this place of the person has said."""
    return RecoveryAgreement.objects.filter(request=request, membership=place).first()


def waits(request: RecoveryRequest) -> bool:
    """Whether an organization of the person has not agreed yet, as their places are now."""
    agreed = RecoveryAgreement.objects.filter(request=request).values("membership")
    return places_elsewhere(request.membership).exclude(pk__in=agreed).exists()


def new_code() -> tuple[str, bytes]:
    """A code as a person copies it (`abcd-efgh-ijkl-mnop`), and what is kept of it."""
    code = base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode()
    return "-".join(code[start : start + 4] for start in range(0, CODE_LETTERS, 4)).lower(), key_hash(code)


def codes_are_right(request: RecoveryRequest, typed: str) -> bool:
    """Whether what was typed holds the code of every organization that has a say now, in any order."""
    if waits(request):
        return False
    letters = _NOT_OURS.sub("", typed.upper().translate(_READ_AS))
    shown = {key_hash(letters[start : start + CODE_LETTERS]) for start in range(0, len(letters), CODE_LETTERS)}
    needed = RecoveryAgreement.objects.filter(request=request, membership__in=places_elsewhere(request.membership))
    return {bytes(one) for one in needed.values_list("code_hash", flat=True)} <= shown
