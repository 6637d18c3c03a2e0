"""The wording that a new box begins with, in each language. It passes `disclosures`. No Django."""

import re
from dataclasses import dataclass

from compliance.publish_check.disclosure_elements import Wording
from compliance.publish_check.disclosure_words import languages, plain

_FORMS = {
    "en": "I agree to receive {kind} from {brand} at the mobile number provided. Consent is not a condition of"
    " purchase. {frequency} Msg & data rates may apply. Reply HELP for help or STOP to cancel."
    " See our [SMS terms]({terms}) and [privacy policy]({privacy}).",
    "es": "Acepto recibir {kind} de {brand} en el número de móvil proporcionado. El consentimiento no es condición de"
    " compra. {frequency} Pueden aplicarse tarifas de mensajes y datos. Responda HELP para obtener ayuda o STOP para"
    " cancelar. Consulte los [términos de SMS]({terms}) y la [política de privacidad]({privacy}).",
    "fr": "J'accepte de recevoir {kind} de {brand} au numéro de mobile fourni. Le consentement n'est pas une condition"
    " d'achat. {frequency} Des frais de messages et de données peuvent s'appliquer. Répondez HELP pour obtenir de"
    " l'aide ou STOP pour annuler. Voir nos [conditions SMS]({terms}) et notre"
    " [politique de confidentialité]({privacy}).",
}
_MARKETING = {
    "en": "recurring automated marketing text messages",
    "es": "mensajes de texto de marketing automatizados y recurrentes",
    "fr": "des textos marketing automatisés et récurrents",
}
_ABOUT = {
    "en": "automated text messages about {what}",
    "es": "mensajes de texto automatizados sobre {what}",
    "fr": "des textos automatisés concernant {what}",
}
_WHAT = {
    "en": (
        "my account",
        "my appointments",
        "my orders",
        "my deliveries",
        "product tips",
        "opinion polls",
        "announcements",
    ),
    "es": ("mi cuenta", "mis citas", "mis pedidos", "mis entregas", "consejos de uso", "encuestas", "anuncios"),
    "fr": (
        "mon compte",
        "mes rendez-vous",
        "mes commandes",
        "mes livraisons",
        "des conseils",
        "des sondages",
        "des annonces",
    ),
}
_CATEGORIES = ("", "appointment", "order", "delivery", "tip", "poll", "announcement")
_VARIES = {
    "en": "Message frequency varies.",
    "es": "La frecuencia de los mensajes varía.",
    "fr": "La fréquence des messages varie.",
}
_UP_TO = {
    "es": (
        "Hasta {most} mensajes {unit}.",
        {"day": "al día", "week": "a la semana", "month": "al mes", "year": "al año"},
    ),
    "fr": (
        "Jusqu'à {most} messages {unit}.",
        {"day": "par jour", "week": "par semaine", "month": "par mois", "year": "par an"},
    ),
}
_COUNTED = re.compile(r"^(?:up to |about |at most )?(\d{1,3}) .*\b(day|week|month|year)$")


@dataclass(frozen=True)
class Asked:
    """What a box asks for, as its program says it. `frequency` is in English; `category` is empty for all texts."""

    brand: str
    program: str
    marketing: bool
    category: str
    frequency: str
    terms_url: str
    privacy_url: str


def default_wording(asked: Asked, language: str) -> str:
    """The whole wording. Without the program's addresses the links stay to be filled in, and the check says so."""
    what = _WHAT[language][_CATEGORIES.index(asked.category)]
    kind = _MARKETING[language] if asked.marketing else _ABOUT[language].format(what=what)
    return _FORMS[language].format(
        kind=kind,
        brand=asked.brand,
        frequency=_how_often(asked.frequency, language),
        terms=asked.terms_url or "https://",
        privacy=asked.privacy_url or "https://",
    )


def _how_often(frequency: str, language: str) -> str:
    """The program's own words where they are clear, in other languages the same number; else that it varies."""
    if language == "en":
        own = frequency.strip().rstrip(".") + "."
        words = plain(own.replace("/", " per "))
        patterns = languages()["en"]
        clear = any(patterns.words(each).search(words) for each in patterns.data["frequency"])
        return own if clear and not Wording(own, "en", "").agrees_by_number else _VARIES["en"]
    counted = _COUNTED.match(plain(frequency))
    if counted is None:
        return _VARIES[language]
    sentence, units = _UP_TO[language]
    return sentence.format(most=counted[1], unit=units[counted[2]])
