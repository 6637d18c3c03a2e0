"""Wording that asks for a reserved word, in three languages, and wording that is fine."""

import pytest

from compliance.words.reserved_words import objections

WRONG = {
    "Reply CANCEL to cancel your appointment": "CANCEL",
    "reply cancel if you can't make it": "cancel",
    "Reply C to confirm or CANCEL to cancel the visit.": "CANCEL",
    "Text YES to confirm your visit tomorrow": "YES",
    "Please answer 'yes' to confirm": "yes",
    "Answer END to finish the survey": "END",
    "Reply with QUIT to leave the waiting list": "QUIT",
    "Reply STOP to stop the delivery": "STOP",
    "Reply INFO to receive your results": "INFO",
    "Reply HELP to book a visit": "HELP",
    "Reply REMOVE to remove the onions": "REMOVE",
    "Responda CANCELAR para cancelar su cita": "CANCELAR",
    "Responda SI para confirmar": "SI",
    "Envíe SÍ para confirmar su cita": "SÍ",
    "Conteste ALTO para detener el pedido": "ALTO",
    "Répondez ANNULER pour annuler votre rendez-vous": "ANNULER",
    "Répondez OUI pour confirmer": "OUI",
    "Textez ARRET pour reporter la visite": "ARRET",
    "Reply 2 to unsubscribe": "2",
    "Responda 2 para darse de baja": "2",
    "Répondez 2 pour vous désabonner": "2",
    "STOP is the only way to opt out": "",
    "You can only opt out by replying STOP": "",
    "Es la única forma de darse de baja": "",
    "C'est le seul moyen de vous désabonner": "",
}
FINE = [
    "Reply STOP to opt out.",
    "Reply STOP to cancel.",
    "Msg & data rates may apply. Reply HELP for help, STOP to cancel.",
    "Text STOP to end texts, HELP for info",
    "Reply STOP at any time.",
    "Reply C to confirm, X to cancel or R to reschedule",
    "Reply 1 for Monday, 2 for Tuesday",
    "Reply START to resubscribe.",
    "Reply YES to receive appointment reminders.",
    "Responda ALTO para cancelar.",
    "Responda AYUDA para ayuda, ALTO para cancelar.",
    "Répondez AIDE pour de l'aide, ARRET pour annuler.",
    "Répondez STOP pour vous désabonner",
    "You can cancel your appointment by phone.",
    "We will send help at the end of the day.",
    "Text us to cancel your appointment",
    "Yes, we are open on Monday. Reply here with any question.",
    "Please stop by the office and answer the questions on the form.",
    "Write to info@harbor.example",
    "The END of the road is closed",
    "",
]


@pytest.mark.parametrize(("text", "word"), WRONG.items())
def test_asking_for_a_reserved_word_is_refused_with_a_suggestion(text: str, word: str) -> None:
    found = objections(text)
    assert [one.word.casefold() for one in found] == [word.casefold()], found
    assert found[0].why
    assert found[0].instead


@pytest.mark.parametrize("text", FINE)
def test_the_words_for_their_own_purpose_and_ordinary_sentences_pass(text: str) -> None:
    assert objections(text) == []

    assert objections("reply with the word " * 5_000) == []
