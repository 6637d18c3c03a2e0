"""The words that an e-mail begins with, in each language; the organization may change them.

They name the company and ways to reach it, and nothing of what the customer wrote or wanted: an e-mail is read by
whoever has the screen, and passes servers of others.
"""

from dataclasses import dataclass

from django.conf import settings as django_settings
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from compliance.detectors import scan
from compliance.escalations.cannot_act import CannotAct
from compliance.escalations.switch_texts import LANGUAGES
from compliance.models import LetterText
from compliance.opt_out.answers import settings_now
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.isolation import current_organization_id
from tenancy.models import Organization
from texting.phone_numbers import display

LONGEST_SUBJECT, LONGEST_BODY = 140, 4000
_PLACES = ("brand", "member", "reach")
_SUBJECTS = {
    "en": "{brand}: about your message",
    "es": "{brand}: sobre su mensaje",
    "fr": "{brand} : au sujet de votre message",
}
_BODIES = {
    "en": "Hello,\n\nThank you for writing to {brand}. We would like to settle this in a safer way than by text."
    "\n\n{reach}\n\nPlease do not send card numbers, passwords or private health details by e-mail or by text."
    "\n\nKind regards\n{member}\n{brand}",
    "es": "Hola:\n\nNos escribió a {brand} por mensaje de texto. Queremos resolverlo por una vía más segura."
    "\n\n{reach}\n\nPor favor, no envíe números de tarjeta, contraseñas ni datos de salud por correo ni por mensaje."
    "\n\nSaludos cordiales\n{member}\n{brand}",
    "fr": "Bonjour,\n\nVous avez écrit à {brand} par SMS. Nous préférons régler cela par un moyen plus sûr."
    "\n\n{reach}\n\nMerci de n'envoyer ni numéro de carte, ni mot de passe, ni détail de santé par e-mail ou par SMS."
    "\n\nCordialement\n{member}\n{brand}",
}
_REACH = {
    "en": (
        "Call us at {phone}, or answer this e-mail and say when we may call you.",
        "Call us at {phone}.",
        "Answer this e-mail, and say when we may call you.",
        "Tell us by text when we may call you.",
    ),
    "es": (
        "Llámenos al {phone}, o responda a este correo y díganos cuándo podemos llamarle.",
        "Llámenos al {phone}.",
        "Responda a este correo y díganos cuándo podemos llamarle.",
        "Díganos por mensaje cuándo podemos llamarle.",
    ),
    "fr": (
        "Appelez-nous au {phone}, ou répondez à cet e-mail en disant quand vous appeler.",
        "Appelez-nous au {phone}.",
        "Répondez à cet e-mail en disant quand vous appeler.",
        "Dites-nous par SMS quand vous appeler.",
    ),
}
"""By phone or answer, by phone only, by answer only, by neither."""


@dataclass(frozen=True)
class Wording:
    """Subject and body of one language as they are kept. `is_own`: the organization has changed them."""

    language: str
    subject: str
    body: str
    is_own: bool


def wordings() -> list[Wording]:
    """All languages of the active organization."""
    own = {row.language: row for row in LetterText.objects.all()}
    return [
        Wording(
            language,
            own[language].subject if language in own else _SUBJECTS[language],
            own[language].body if language in own else _BODIES[language],
            language in own,
        )
        for language in LANGUAGES
    ]


def wording(language: str) -> Wording:
    """One of them; English for a language that there is none of."""
    wanted = language if language in LANGUAGES else "en"
    return next(one for one in wordings() if one.language == wanted)


def filled(words: Wording, member: Membership) -> tuple[str, str]:
    """Subject and body as they go to a customer."""
    organization, settings = Organization.objects.get(pk=current_organization_id()), settings_now()
    phone = display(settings.phone, organization.country) if settings.phone else ""
    both, call, answer, neither = _REACH[words.language]
    answered = bool(replies_are_read() or settings.email)
    reach = (both if answered else call) if phone else answer if answered else neither
    facts = {"brand": organization.name, "member": member.user.name, "reach": reach.format(phone=phone)}
    return _put(words.subject, facts), _put(words.body, facts)


def change(*, member: Membership, language: str, subject: str, body: str) -> None:
    """Keep an organization's own words; empty ones, or the ready-made ones, bring those back.

    Raises CannotAct with what is wrong, KeyError for a language that there is none of, MissingPermission.
    """
    require(member, Permission.ESCALATIONS_MANAGE)
    ready = _SUBJECTS[language], _BODIES[language]
    wanted = " ".join(subject.replace("\x00", "").split()), cleaned(body)
    rows = LetterText.objects.filter(language=language)
    if not any(wanted) or wanted == ready:
        changed = bool(rows.delete()[0])
    else:
        _check(*wanted)
        changed = not rows.filter(subject=wanted[0], body=wanted[1]).exists()
        LetterText.objects.update_or_create(language=language, defaults={"subject": wanted[0], "body": wanted[1]})
    if changed:
        organization = Organization.objects.get(pk=current_organization_id())
        audit.record(
            event=AuditKind.ESCALATION_TEXT_CHANGED,
            actor=member,
            object=organization,
            language=language,
            trigger="mail",
        )


def cleaned(text: str) -> str:
    """What somebody typed, with line ends of one kind and nothing invisible that ends a text."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").strip()


def replies_are_read() -> bool:
    """Whether answers come back to the page of the escalation (`MAIL_REPLIES`)."""
    return bool(django_settings.MAIL_REPLIES)


def _check(subject: str, body: str) -> None:
    if not subject or not body:
        raise CannotAct(_("Write a subject and a text, or leave both empty for the ready-made ones."))
    if len(subject) > LONGEST_SUBJECT or len(body) > LONGEST_BODY:
        raise CannotAct(_("Write at most %(most)d characters.") % {"most": LONGEST_BODY})
    if "{brand}" not in subject + body:
        raise CannotAct(_("Keep {brand}: the e-mail has to say who writes."))
    bare = subject + body
    for place in _PLACES:
        bare = bare.replace("{" + place + "}", "")
    if "{" in bare or "}" in bare:
        raise CannotAct(_("Only {brand}, {member} and {reach} can be filled in."))
    if any(one.confidence != "low" for one in scan(f"{subject}\n{body}", direction="out")):
        raise CannotAct(_("This holds something that must not be mailed. Say only how you can be reached."))


def _put(text: str, facts: dict[str, str]) -> str:
    for name, value in facts.items():
        text = text.replace("{" + name + "}", value)
    return text
