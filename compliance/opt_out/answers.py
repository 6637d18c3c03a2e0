"""The automatic answers to STOP, START, HELP and to a wrong number, with what carriers and law ask each to contain.

Sources: CTIA Messaging Principles 5.1 (opt-in, HELP), 47 CFR 64.1200(a)(12) (one confirmation, no marketing), Canadian
short code rules (AIDE and ARRET are answered in French). Whoever writes AYUDA or ALTO is answered in Spanish. The texts
use only letters of the GSM alphabet, so that each is as few segments as it can be.
"""

from dataclasses import dataclass

from compliance.models import AnswerSettings
from compliance.words.keyword_rules import LANGUAGES, rules
from tenancy.models import Organization
from texting.phone_numbers import display

OPT_OUT_WORDS = "Reply STOP to opt out."


@dataclass(frozen=True)
class Wording:
    """The sentences of one language. `{who}` is company and program, `{brand}` the company alone."""

    opted_out: str
    opted_in: str
    help_with: str
    help_here: str
    wrong_number: str
    not_cards: str
    not_cards_with: str
    not_secrets: str
    not_secrets_with: str
    often: str
    often_up_to: str
    joined: str


_WORDINGS = {
    "en": Wording(
        opted_out="{brand}: you are unsubscribed and will get no more texts. Reply START to resubscribe.",
        opted_in="{who}: you're subscribed to our texts. {often} Msg & data rates may apply."
        " Reply HELP for help, STOP to cancel.",
        help_with="{who}: help at {contact}. {often} Msg & data rates may apply. Reply STOP to cancel.",
        help_here="{who}: reply here and a person will answer. {often} Msg & data rates may apply."
        " Reply STOP to cancel.",
        wrong_number="{brand}: thank you for telling us. We have paused texts to this number."
        " Reply STOP to end them for good.",
        not_cards="{brand}: for your safety we removed card details from your text. Please do not text"
        " them; we will offer you a safe way to pay.",
        not_cards_with="{brand}: for your safety we removed card details from your text. Please do not text"
        " them. To pay safely: {safe}",
        not_secrets_with="{brand}: for your safety we removed private details from your text. Please do not text"
        " them. To reach us safely: {safe}",
        not_secrets="{brand}: for your safety we removed private details from your text. Please do not text"
        " them; we will offer you a safe way.",
        often="Message frequency varies.",
        often_up_to="Up to {most} msgs/month.",
        joined=" or ",
    ),
    "es": Wording(
        opted_out="{brand}: ya no recibira mas mensajes. Responda COMENZAR para volver.",
        opted_in="{who}: se ha suscrito a nuestros mensajes. {often} Pueden aplicarse tarifas de mensajes y datos."
        " Responda AYUDA para ayuda, ALTO para cancelar.",
        help_with="{who}: ayuda en {contact}. {often} Pueden aplicarse tarifas de mensajes y datos."
        " Responda ALTO para cancelar.",
        help_here="{who}: responda aqui y una persona le contestara. {often} Pueden aplicarse tarifas de mensajes y"
        " datos. Responda ALTO para cancelar.",
        wrong_number="{brand}: gracias por avisarnos. Hemos pausado los mensajes a este numero."
        " Responda ALTO para no recibir ninguno.",
        not_cards="{brand}: por su seguridad quitamos los datos de tarjeta de su mensaje. No los envie por"
        " mensaje; le ofreceremos una forma segura de pagar.",
        not_cards_with="{brand}: por su seguridad quitamos los datos de tarjeta de su mensaje. No los envie por"
        " mensaje. Para pagar de forma segura: {safe}",
        not_secrets_with="{brand}: por su seguridad quitamos datos privados de su mensaje. No los envie por"
        " mensaje. De forma segura: {safe}",
        not_secrets="{brand}: por su seguridad quitamos datos privados de su mensaje. No los envie por"
        " mensaje; le ofreceremos una forma segura.",
        often="La frecuencia varia.",
        often_up_to="Hasta {most} mensajes al mes.",
        joined=" o ",
    ),
    "fr": Wording(
        opted_out="{brand}: vous ne recevrez plus de messages, vous voici désabonné. Répondez DEBUT pour revenir.",
        opted_in="{who}: vous recevez nos messages. {often} Frais de messagerie et de données possibles."
        " Répondez AIDE pour de l'aide, ARRET pour annuler.",
        help_with="{who}: aide au {contact}. {often} Frais de messagerie et de données possibles."
        " Répondez ARRET pour annuler.",
        help_here="{who}: répondez ici, une personne vous aidera. {often} Frais de messagerie et de données possibles."
        " Répondez ARRET pour annuler.",
        wrong_number="{brand}: merci de nous prévenir. Nous avons suspendu les messages à ce numéro."
        " Répondez ARRET pour ne plus en recevoir.",
        not_cards="{brand}: par sécurité, nous avons effacé les données de carte de votre message. Ne les"
        " envoyez pas par SMS; nous vous proposerons un moyen sûr de payer.",
        not_cards_with="{brand}: par sécurité, nous avons effacé les données de carte de votre message. Ne les"
        " envoyez pas par SMS. Pour payer en sécurité: {safe}",
        not_secrets_with="{brand}: par sécurité, nous avons effacé des données privées de votre message. Ne les"
        " envoyez pas par SMS. Pour nous joindre en sécurité: {safe}",
        not_secrets="{brand}: par sécurité, nous avons effacé des données privées de votre message. Ne les"
        " envoyez pas par SMS; nous vous proposerons un moyen sûr.",
        often="Fréquence variable.",
        often_up_to="Jusqu'à {most} messages par mois.",
        joined=" ou ",
    ),
}


def opted_out(organization: Organization, language: str = "en") -> str:
    """Who we are, that no more texts will come, how to come back. Nothing that could be read as marketing."""
    return _WORDINGS[language].opted_out.format(brand=organization.name)


def opted_in(organization: Organization, language: str = "en", settings: AnswerSettings | None = None) -> str:
    """Who we are, that texts will come, how often, what they cost, where help is, how to stop."""
    wording, settings = _WORDINGS[language], settings or settings_now()
    return wording.opted_in.format(who=_who(organization, settings), often=_often(wording, settings))


def help_text(organization: Organization, language: str = "en", settings: AnswerSettings | None = None) -> str:
    """Who we are, where a person can be reached, how often we text, what it costs, how to stop."""
    wording, settings = _WORDINGS[language], settings or settings_now()
    contact = _contact(organization, wording, settings)
    sentence = wording.help_with if contact else wording.help_here
    return sentence.format(who=_who(organization, settings), often=_often(wording, settings), contact=contact)


def wrong_number(organization: Organization, language: str = "en") -> str:
    """Who we are and that texts are paused: nothing of whom we meant to reach, for a stranger reads it."""
    return _WORDINGS[language].wrong_number.format(brand=organization.name)


def not_by_text(organization: Organization, language: str = "en", *, is_card: bool) -> str:
    """Who we are, that something was removed, and the safe way: telephone or web, never mail, which is no safer than a
    text. Nothing of what it was.
    """
    wording, settings = _WORDINGS[language], settings_now()
    phone = display(settings.phone, organization.country) if settings.phone else ""
    safe = wording.joined.join(way for way in (phone, settings.web) if way)
    named, unnamed = (
        (wording.not_cards_with, wording.not_cards) if is_card else (wording.not_secrets_with, wording.not_secrets)
    )
    return (named if safe else unnamed).format(brand=organization.name, safe=safe)


def settings_now() -> AnswerSettings:
    """The active organization's; empty ones, not stored, if it has none."""
    return AnswerSettings.objects.first() or AnswerSettings()


def language_of(matched: str | None) -> str:
    """The language in which a customer is answered, by the keyword or rule that matched; English if several fit."""
    named = (matched or "").partition(":")[0]
    if named in LANGUAGES:
        return named
    fitting = [language for language in LANGUAGES if matched in _keywords(language)]
    return fitting[0] if fitting else "en"


def _keywords(language: str) -> frozenset[str]:
    known = rules((language,))
    return known.stop | known.start | known.help | known.start_when_opted_out


def _who(organization: Organization, settings: AnswerSettings) -> str:
    return f"{organization.name} {settings.program}".strip()


def _often(wording: Wording, settings: AnswerSettings) -> str:
    most = settings.most_a_month
    return wording.often_up_to.format(most=most) if most else wording.often


def _contact(organization: Organization, wording: Wording, settings: AnswerSettings) -> str:
    """The first two of telephone, mail and web: a third would make a segment more and help nobody."""
    phone = display(settings.phone, organization.country) if settings.phone else ""
    known = [one for one in (phone, settings.email, settings.web) if one]
    return wording.joined.join(known[:2]) or organization.help_contact
