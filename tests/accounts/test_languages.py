"""Which language somebody reads: chosen on one's own page, else what the browser asks for."""

import re

import pytest
from django.core import mail as outbox
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils.translation import get_language, override

from accounts import languages, mail
from accounts.languages import each_in, language_of, written_in
from accounts.mail.delivering import deliver_due
from accounts.mail.writing import day_in_words, said_later
from accounts.models import User
from tests.cast import PASSPHRASE, signed_in

ACCOUNT = "/settings/account/"


def spoken(client: Client, path: str = ACCOUNT, asks: str = "") -> str:
    """The language that a page says it is in."""
    page = client.get(path, headers={"Accept-Language": asks} if asks else {}).content.decode()
    return page.partition('<html lang="')[2].partition('"')[0]


@pytest.mark.parametrize(
    ("asks", "spoken_then"),
    [
        ("", "en"),
        ("es", "es"),
        ("ES-mx,es;q=0.9,en;q=0.8", "es"),
        ("en-US,es;q=0.5", "en"),
        ("fr-FR,fr;q=0.9,es;q=0.2,en;q=0.1", "es"),  # members' pages have no French
        ("de,*;q=0.1", "en"),
        ("es;q=0", "en"),
        ("\x00,;;q=x" * 40, "en"),
        ("x" * 5000, "en"),
    ],
)
def test_whoever_chose_none_reads_what_their_browser_asks_for(db, client, asks, spoken_then):
    assert spoken(client, "/sign-in/", asks) == spoken_then


def test_a_chosen_language_is_spoken_whatever_the_browser_says(cast, client):
    signed_in(client, cast.agent)
    assert spoken(client, asks="es") == "es"
    client.post(ACCOUNT, {"name": "Ana", "language": "en"})
    assert spoken(client, asks="es") == "en"
    client.post(ACCOUNT, {"name": "Ana", "language": "es"})
    assert spoken(client, asks="en") == "es"
    assert ">Guardar<" in client.post(ACCOUNT, {"name": "", "language": "es"}).content.decode()
    assert spoken(client, "/no/such/page/") == "es"
    client.post(ACCOUNT, {"name": "Ana"})  # what was not asked is not changed
    assert client.post(ACCOUNT, {"name": "Ana", "language": "fr"}).status_code == 422
    assert User.objects.get(pk=cast.agent.user_id).language == "es"
    client.post(ACCOUNT, {"name": "Ana", "language": ""})
    assert spoken(client) == "en"
    assert get_language() == "en-us"  # nothing of it is left for the next one


def test_programs_read_english_whatever_they_ask_for(cast, client):
    asked = {"Accept-Language": "es"}
    said = client.get("/api/v1/contacts", headers=asked).content
    assert said == client.get("/api/v1/contacts").content
    assert b"detail" in said


def test_the_database_knows_which_languages_there_are(cast):
    for wrong in ({"language": "fr"}, {"browser_language": "xx"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.filter(pk=cast.agent.user_id).update(**wrong)
    with pytest.raises(ValueError, match="no language"):
        languages.choose(cast.agent.user, "fr")


def test_a_mail_is_in_its_readers_language_whoever_causes_it(cast, mailoutbox):
    cast.agent.user.language = "es"
    User.objects.filter(pk=cast.agent.user_id).update(language="es")
    User.objects.filter(pk=cast.owner.user_id).update(browser_language="es")
    words = {"way": said_later(lambda: str(get_language())), "organization": day_in_words(cast.admin.joined_at, "F")}
    kind = mail.MailKind.SECOND_FACTOR_CHANGED
    with written_in("es"):
        for to in (cast.admin.user, cast.agent.user, cast.owner.user.email, "new@elsewhere.example"):
            mail.queue(to=to, kind=kind, words=words)
    deliver_due()
    said = {one.to[0]: one for one in outbox.outbox}
    read = {address: re.findall(r" (en|es)\.", one.body)[0] for address, one in said.items()}
    assert read == {
        cast.admin.user.email: "en",
        cast.agent.user.email: "es",
        cast.owner.user.email: "es",
        "new@elsewhere.example": "es",
    }
    frames = {address: one.alternatives[0].content for address, one in said.items()}
    assert '<html lang="es">' in frames[cast.agent.user.email]
    assert '<html lang="en">' in frames[cast.admin.user.email]


def test_a_sign_in_remembers_what_the_browser_asks_for(cast, client):
    typed = {"email": cast.agent.user.email, "password": PASSPHRASE}
    client.post("/sign-in/", typed, headers={"Accept-Language": "es-US"})
    assert language_of(User.objects.get(pk=cast.agent.user_id)) == "es"
    User.objects.filter(pk=cast.agent.user_id).update(language="en")
    assert language_of(User.objects.get(pk=cast.agent.user_id)) == "en"


def test_what_is_sent_when_the_request_is_over_is_in_its_readers_language():
    with override("en"):
        pieces = each_in("es", (get_language() for _ in range(3)))
        assert [(piece, get_language()) for piece in pieces] == [("es", "en")] * 3
