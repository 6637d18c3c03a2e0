"""Sends a code to a person's phone or mailbox, and judges what they type: for signing in, set-up and confirmation."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import mail
from accounts.factors import codes, senders
from accounts.factors.codes import Answer, Bound
from accounts.factors.senders import BadNumber, CannotSend
from accounts.factors.ways import Way
from accounts.mail import MailKind
from accounts.models import CodeMailbox, CodePhone, Membership, SentCode, User
from tenancy.isolation import activate


@dataclass(frozen=True)
class Target:
    """Where codes of one way go. `shown`: what the person sees of the address; `row` is set up or being set up."""

    way: Way
    address: str
    shown: str
    row: CodePhone | CodeMailbox


def target_of(user: User, way: Way, *, confirmed: bool = True) -> Target | None:
    """The phone or mailbox that the user gets codes with; with `confirmed=False` the one being set up."""
    if way is Way.SMS:
        phone = CodePhone.objects.filter(user=user, confirmed=confirmed).first()
        return Target(way, phone.number, phone.number_masked, phone) if phone else None
    if way is Way.EMAIL:
        mailbox = CodeMailbox.objects.filter(user=user, confirmed=confirmed).first()
        return Target(way, user.email, user.email, mailbox) if mailbox else None
    return None


def begin_phone(*, member: Membership, typed: str) -> CodePhone:
    """A phone that counts once its code was typed in; the one before it stays until then. Raises BadNumber."""
    with activate(member.organization):
        carrier = senders.sender()
        if carrier is None:
            raise BadNumber(_("Your organization cannot send codes by text."))
        number = carrier.read(typed)
        User.objects.select_for_update(no_key=True).get(pk=member.user_id)
        CodePhone.objects.filter(user=member.user_id, confirmed=False).delete()
        return CodePhone.objects.create(
            user=member.user, name=_("Phone"), confirmed=False, number=number.e164, number_masked=number.masked
        )


def begin_mailbox(*, member: Membership) -> CodeMailbox:
    """The mailbox that counts once its code was typed in."""
    mailbox, _made = CodeMailbox.objects.get_or_create(
        user=member.user, defaults={"name": _("E-mail"), "confirmed": False}
    )
    return mailbox


def send(*, member: Membership, target: Target, binding: bytes) -> str:
    """Send a new code. Returns "" or, when it could not go, a sentence that says why.

    Raises TooManyAttempts. The digits exist in this function and in the sealed text only.
    """
    with activate(member.organization), transaction.atomic():
        row, code = codes.issue(_bound(member.user, target, binding))
        try:
            _carry(member, target, code)
        except CannotSend as refused:
            SentCode.objects.filter(pk=row.pk).delete()
            return str(refused)
    return ""


def check(*, member: Membership, target: Target, binding: bytes, code: str) -> Answer:
    """Judge what was typed. A right one makes a phone or mailbox that was being set up count from now on."""
    with activate(member.organization), transaction.atomic():
        answer = codes.check(_bound(member.user, target, binding), code)
        if answer is Answer.RIGHT:
            _count(target)
            carrier = senders.sender() if target.way is Way.SMS else None
            if carrier is not None:
                carrier.used(number=target.address)
    return answer


def is_waiting(*, member: Membership, target: Target, binding: bytes) -> bool:
    """Whether this browser was sent a code that can still be typed in."""
    return codes.is_waiting(_bound(member.user, target, binding))


def _bound(user: User, target: Target, binding: bytes) -> Bound:
    return Bound(user, target.way, binding, target.address)


def _count(target: Target) -> None:
    rows = type(target.row).objects
    if not target.row.confirmed:
        rows.filter(user=target.row.user, confirmed=True).delete()
    rows.filter(pk=target.row.pk).update(confirmed=True, last_used_at=timezone.now())


def _carry(member: Membership, target: Target, code: str) -> None:
    if target.way is Way.EMAIL:
        words = {"organization": member.organization.name, "code": code}
        try:
            mail.queue(to=target.address, kind=MailKind.SIGN_IN_CODE, words=words)
        except (mail.BadAddress, mail.TooManyMails):
            raise CannotSend(_("No code can be sent to this address now. Choose another way.")) from None
        return
    carrier = senders.sender()
    if carrier is None:
        raise CannotSend(_("Your organization cannot send codes by text."))
    carrier.send(number=target.address, words=_words(member, code))


def _words(member: Membership, code: str) -> str:
    """What the text says. Its last line lets browsers fill the code in on this site and on no other
    (https://wicg.github.io/sms-one-time-codes/).
    """
    host = urlsplit(settings.PUBLIC_BASE_URL).hostname
    told = _("%(code)s is your sign-in code for %(organization)s in Parley. Give it to nobody; we never ask for it.")
    return f"{told % {'code': code, 'organization': member.organization.name}}\n\n@{host} #{code}"
