"""The texts of an opt-in: the question that a YES answers, and the confirmation; a program's own wording, or ours.

What each must say stands in `opt_in_elements.py`; own wordings are checked when they are saved. Ours use only letters
of the GSM alphabet, so that each is as few segments as it can be.
"""

from compliance.models import Program, ProgramText
from compliance.opt_in.opt_in_elements import Kind
from tenancy.models import Organization

_QUESTIONS = {
    "en": "{brand}: reply YES to get {sort}{program} texts ({often}). Msg & data rates may apply.{condition}"
    " Reply HELP for help, STOP to opt out.",
    "es": "{brand}: responda SI para recibir mensajes {sort}de {program} ({often}). Pueden aplicarse tarifas de"
    " mensajes y datos.{condition} AYUDA para ayuda, ALTO para cancelar.",
    "fr": "{brand}: répondez OUI pour recevoir {sort}{program} ({often}). Frais de messagerie et de données possibles."
    "{condition} AIDE pour de l'aide, ARRET pour annuler.",
}
_CONDITIONS = {
    "en": " Not a condition of purchase.",
    "es": " No es condicion de compra.",
    "fr": " Ce n'est pas une condition d'achat.",
}
_SORTS = {  # of a program for marketing: an agreement in writing names it, 47 CFR 64.1200(f)(9)(i)(A)
    "en": "recurring automated marketing ",
    "es": "publicitarios automaticos y periodicos ",
    "fr": "des messages publicitaires automatiques et réguliers : ",
}
_CONFIRMATIONS = {
    "en": "{brand} {program}: you're subscribed. {Often}. Msg & data rates may apply. Reply HELP for help,"
    " STOP to opt out.",
    "es": "{brand} {program}: se ha suscrito. {Often}. Pueden aplicarse tarifas de mensajes y datos. Responda AYUDA"
    " para ayuda, ALTO para cancelar.",
    "fr": "{brand} {program}: vous êtes inscrit. {Often}. Frais de messagerie et de données possibles. Répondez AIDE"
    " pour de l'aide, ARRET pour annuler.",
}
_ADVERTISEMENTS = {
    "en": "Text {keyword} to {number} to get recurring automated {program} texts from {brand}. {Often}.{condition}"
    " Msg & data rates may apply. Reply HELP for help, STOP to opt out.",
    "es": "Envie {keyword} al {number} para recibir mensajes automaticos de {program} de {brand}. {Often}.{condition}"
    " Pueden aplicarse tarifas de mensajes y datos. AYUDA para ayuda, ALTO para cancelar.",
    "fr": "Envoyez {keyword} au {number} pour recevoir des messages automatiques {program} de {brand}. {Often}."
    "{condition} Frais de messagerie et de données possibles. AIDE pour de l'aide, ARRET pour annuler.",
}
LANGUAGES = tuple(_QUESTIONS)


def question(organization: Organization, program: Program, language: str = "en") -> str:
    """Asks for YES. The only text that leaves before there is a permission, so it says everything at once."""
    return own(program, Kind.QUESTION, language) or ours(organization, program, Kind.QUESTION, language)


def confirmation(organization: Organization, program: Program, language: str = "en") -> str:
    """The first text of a program, before any other."""
    return own(program, Kind.CONFIRMATION, language) or ours(organization, program, Kind.CONFIRMATION, language)


def own(program: Program, kind: Kind, language: str) -> str:
    """The program's own wording; empty without one."""
    row = ProgramText.objects.filter(program=program, kind=kind, language=language).first()
    return row.text if row else ""


def ours(
    organization: Organization, program: Program, kind: Kind, language: str, *, keyword: str = "", number: str = ""
) -> str:
    """What is sent without an own wording; in English for a language that we do not have. An advertisement names the
    keyword and the number it is texted to.
    """
    language = language if language in LANGUAGES else "en"
    often = program.frequency.strip().rstrip(".")
    wordings = {Kind.QUESTION: _QUESTIONS, Kind.CONFIRMATION: _CONFIRMATIONS, Kind.ADVERTISEMENT: _ADVERTISEMENTS}[kind]
    is_marketing = program.scope == Program.Scope.MARKETING
    return wordings[language].format(
        brand=organization.name,
        sort=_SORTS[language] if is_marketing else "",
        program=program.name,
        often=often[:1].lower() + often[1:],
        Often=often,
        condition=_CONDITIONS[language] if is_marketing else "",
        keyword=keyword,
        number=number,
    )
