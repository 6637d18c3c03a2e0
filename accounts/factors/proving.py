"""Judges what somebody typed as their second factor, whichever they chose. Passkeys sign instead: `passkeys`."""

from accounts import second_factor
from accounts.factors import recovery, sending, telling
from accounts.factors.codes import Answer
from accounts.factors.enrolled import recovery_codes_left
from accounts.factors.ways import Way
from accounts.models import Membership
from tenancy import audit
from tenancy.isolation import activate


def prove(*, member: Membership, way: Way, binding: bytes, code: str) -> Answer:
    """Whether the code is right for this way of the member's user; it is good once. Raises TooManyAttempts."""
    if way is Way.APP:
        return _answer(second_factor.check_code(user=member.user, code=code))
    if way is Way.RECOVERY:
        return _answer(with_recovery_code(member, code))
    target = sending.target_of(member.user, way)
    if target is None:
        return Answer.GONE
    return sending.check(member=member, target=target, binding=binding, code=code)


def with_recovery_code(member: Membership, code: str) -> bool:
    """Whether it is one of the person's codes, which is then gone. Each use is in the log, and the person is told of
    it: it may not have been them. Raises TooManyAttempts.
    """
    right = recovery.use(member.user, code)
    if right:
        left = recovery_codes_left(member.user)
        with activate(member.organization):
            audit.record(event=audit.AuditKind.RECOVERY_CODE_USED, actor=member, object=member, left=left)
            telling.recovery_code_used(member, left=left)
    return right


def _answer(right: bool) -> Answer:
    return Answer.RIGHT if right else Answer.WRONG
