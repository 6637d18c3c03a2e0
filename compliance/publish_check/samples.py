"""What to write where a wording says too little, in the form's own language. No Django."""

_STOP = {
    "en": "Reply HELP for help or STOP to cancel.",
    "es": "Responda HELP para obtener ayuda o STOP para cancelar.",
    "fr": "Répondez HELP pour obtenir de l'aide ou STOP pour annuler.",
}
SAMPLES = {
    "brand": {"en": "from {brand}", "es": "de {brand}", "fr": "de {brand}"},
    "agreement": {"en": "I agree to receive", "es": "Acepto recibir", "fr": "J'accepte de recevoir"},
    "automated": {
        "en": "recurring automated marketing text messages",
        "es": "mensajes de texto de marketing automatizados y recurrentes",
        "fr": "des textos marketing automatisés et récurrents",
    },
    "number": {
        "en": "at the mobile number provided",
        "es": "en el número de móvil proporcionado",
        "fr": "au numéro de mobile fourni",
    },
    "condition": {
        "en": "Consent is not a condition of purchase.",
        "es": "El consentimiento no es condición de compra.",
        "fr": "Le consentement n'est pas une condition d'achat.",
    },
    "frequency": {
        "en": "Message frequency varies.",
        "es": "La frecuencia de los mensajes varía.",
        "fr": "La fréquence des messages varie.",
    },
    "rates": {
        "en": "Msg & data rates may apply.",
        "es": "Pueden aplicarse tarifas de mensajes y datos.",
        "fr": "Des frais de messages et de données peuvent s'appliquer.",
    },
    "stop": _STOP,
    "help": _STOP,
    "terms": {"en": "SMS terms", "es": "términos de SMS", "fr": "conditions SMS"},
    "privacy": {"en": "privacy policy", "es": "política de privacidad", "fr": "politique de confidentialité"},
    "by_number": {
        "en": "by entering your number you agree",
        "es": "al introducir su número usted acepta",
        "fr": "en saisissant votre numéro, vous acceptez",
    },
}
"""By rule and language: what a usual wording says, but for `by_number`, which none may say."""


def sample(rule: str, language: str, brand: str) -> str:
    """Words for a rule; "" for a rule without any. In English where the language is none of ours."""
    of_rule = SAMPLES.get(rule, {})
    return of_rule.get(language, of_rule.get("en", "")).format(brand=brand)
