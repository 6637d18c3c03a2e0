"""The words of the one text that offers another channel, for each trigger in each language (DOMAIN 6.4).

They name the company and a way to reach it, and nothing of what the customer wanted: whoever holds the phone may read
it. `{brand}` is the company, `{reach}` how it is reached, `{stop}` the opt-out words. The ready-made ones use letters
of the GSM alphabet only.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from compliance.detectors import scan
from compliance.escalations.cannot_act import CannotAct
from compliance.models import Escalation, EscalationText
from compliance.opt_out.answers import settings_now
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.isolation import current_organization_id
from tenancy.models import Organization
from texting.phone_numbers import display

Trigger = Escalation.Trigger
LANGUAGES = {"en": "English", "es": "Español", "fr": "Français"}
LONGEST = 320
_PLACES = ("brand", "reach")

_CARD = {
    "en": "{brand}: for your safety, do not text card details. We will send you a safe link to pay, or {reach}.",
    "es": "{brand}: por su seguridad, no envie datos de tarjeta por mensaje. Le daremos un enlace seguro, o {reach}.",
    "fr": "{brand}: par sécurité, n'envoyez pas de données de carte par SMS. Payez par un lien sécurisé, ou {reach}.",
}
_PRIVATE = {
    "en": "{brand}: to protect your privacy we can't share that by text. A team member will contact you, or {reach}.",
    "es": "{brand}: para proteger su privacidad no tratamos eso por mensaje. Le contactaremos, o {reach}.",
    "fr": "{brand}: pour protéger votre vie privée, nous n'en parlons pas par SMS. Nous vous contacterons, ou {reach}.",
}
_CONFUSED = {
    "en": "{brand}: sorry for the confusion. We text people who signed up. We'd like to clear this up another way:"
    " {reach}. Reply STOP to get no more texts.",
    "es": "{brand}: disculpe la confusion. Escribimos a quien se suscribe. Queremos aclararlo por otra via: {reach}."
    " Responda ALTO para no recibir mas.",
    "fr": "{brand}: désolé pour la confusion. Nous écrivons à ceux qui se sont inscrits. Parlons-en autrement: {reach}."
    " Répondez ARRET pour ne plus en recevoir.",
}
_OTHER = {
    "en": "{brand}: this is better settled by phone or e-mail. A team member will contact you, or {reach}.",
    "es": "{brand}: es mejor tratarlo por telefono o correo. Le contactaremos, o {reach}.",
    "fr": "{brand}: mieux vaut en parler par téléphone ou e-mail. Nous vous contacterons, ou {reach}.",
}
_READY = {
    Trigger.CONFUSION: _CONFUSED,
    Trigger.SENSITIVE: _PRIVATE,
    Trigger.CARD: _CARD,
    Trigger.FINDING: _PRIVATE,
    Trigger.MEMBER: _OTHER,
    Trigger.RULE: _OTHER,
}
_REACH = {
    "en": ("call us at {phone}", "write to {email}", " or ", "tell us when we may call you"),
    "es": ("llame al {phone}", "escriba a {email}", " o ", "diganos cuando podemos llamarle"),
    "fr": ("appelez le {phone}", "écrivez à {email}", " ou ", "dites-nous quand vous appeler"),
}


@dataclass(frozen=True)
class Wording:
    """One text as it is kept, and as a customer gets it. `is_own`: the organization has changed it."""

    trigger: str
    language: str
    body: str
    text: str
    is_own: bool


def wordings() -> list[Wording]:
    """Every text of the active organization."""
    own = {(row.trigger, row.language): row.body for row in EscalationText.objects.all()}
    facts = _facts()
    return [
        Wording(trigger, language, body, _filled(body, language, facts), (trigger, language) in own)
        for trigger in Trigger.values
        for language in LANGUAGES
        for body in (own.get((trigger, language), _READY[Trigger(trigger)][language]),)
    ]


def wording(trigger: str, language: str) -> Wording:
    """One of them; English for a language that there is none of."""
    wanted = language if language in LANGUAGES else "en"
    return next(one for one in wordings() if one.trigger == trigger and one.language == wanted)


def change(*, member: Membership, trigger: str, language: str, body: str) -> None:
    """Keep an organization's own words; empty, or the ready-made ones, bring those back.

    Raises CannotAct with what is wrong, MissingPermission, KeyError for a trigger or language that there is none of.
    """
    require(member, Permission.ESCALATIONS_MANAGE)
    ready = _READY[Trigger(trigger)][language]
    text = " ".join(body.replace("\x00", "").split())
    rows = EscalationText.objects.filter(trigger=trigger, language=language)
    if not text or text == ready:
        changed = bool(rows.delete()[0])
    else:
        _check(text)
        changed = not rows.filter(body=text).exists()
        EscalationText.objects.update_or_create(trigger=trigger, language=language, defaults={"body": text})
    if changed:
        organization = Organization.objects.get(pk=current_organization_id())
        audit.record(
            event=AuditKind.ESCALATION_TEXT_CHANGED,
            actor=member,
            object=organization,
            trigger=trigger,
            language=language,
        )


def _check(text: str) -> None:
    if len(text) > LONGEST:
        raise CannotAct(_("Write at most %(most)d characters.") % {"most": LONGEST})
    if "{brand}" not in text:
        raise CannotAct(_("Keep {brand}: the text has to say who writes."))
    bare = text
    for place in _PLACES:
        bare = bare.replace("{" + place + "}", "")
    if "{" in bare or "}" in bare:
        raise CannotAct(_("Only {brand} and {reach} can be filled in."))
    if any(one.confidence != "low" for one in scan(text, direction="out")):
        raise CannotAct(_("This holds something that must not be texted. Say only how you can be reached."))


def _facts() -> tuple[str, str, str]:
    organization, settings = Organization.objects.get(pk=current_organization_id()), settings_now()
    phone = display(settings.phone, organization.country) if settings.phone else ""
    return organization.name, phone, settings.email


def _filled(body: str, language: str, facts: tuple[str, str, str]) -> str:
    brand, phone, email = facts
    call, write, joined, ask = _REACH[language]
    ways = [way for way, known in ((call.format(phone=phone), phone), (write.format(email=email), email)) if known]
    return body.replace("{brand}", brand).replace("{reach}", joined.join(ways) or ask)
