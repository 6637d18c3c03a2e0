"""Which language somebody reads: the one they chose, else the one their browser asks for.

A page is written in its reader's language while they read it. What is written for somebody who is not there (a mail, by
whoever caused it, a task or the clock) is in theirs, too: the chosen one, or what their browser asked for when they
last signed in. Programs read English. Decision 385.
"""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from typing import TypeVar

from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import get_language, to_language
from django.utils.translation.trans_real import parse_accept_lang_header

from accounts.models import User
from accounts.models.user import Language

DEFAULT = Language.ENGLISH.value
MEMBERS: tuple[str, ...] = tuple(Language.values)
PROGRAMS = ("/api/", "/scim/", "/webhooks/")
T = TypeVar("T")


def asked_for(request: HttpRequest, among: Iterable[str] = MEMBERS) -> str:
    """The first language of ours that the browser asks for, "" if it asks for none."""
    ours = set(among)
    for wanted, weight in parse_accept_lang_header(request.headers.get("Accept-Language", "").lower()):
        if weight > 0 and (language := wanted.split("-", 1)[0]) in ours:
            return language
    return ""


def language_of_page(request: HttpRequest, user: User | None) -> str:
    """In which language this request is answered."""
    if request.path_info.startswith(PROGRAMS):
        return DEFAULT
    return (user.language if user else "") or asked_for(request) or DEFAULT


def language_of(user: User) -> str:
    """In which language somebody is written to who is not there."""
    return user.language or user.browser_language or DEFAULT


def language_of_address(address: str) -> str:
    """In which language a mail to an address is written: its user's, or that of whoever causes the mail."""
    user = User.objects.filter(email=address).only("language", "browser_language").first()
    return language_of(user) if user else current()


def current() -> str:
    """The language in which is being answered, if members read it."""
    language = to_language(get_language() or DEFAULT).split("-", 1)[0]
    return language if language in MEMBERS else DEFAULT


def note_browser(user: User) -> None:
    """Remember, at a sign-in, what the browser asked for."""
    if user.browser_language != current():
        user.browser_language = current()
        User.objects.filter(pk=user.pk).update(browser_language=user.browser_language)


def choose(user: User, language: str) -> None:
    """Set the language that a user reads; "" is their browser's. Raises ValueError for one that is not ours."""
    if language not in {"", *MEMBERS}:
        raise ValueError(f"{language!r} is no language of ours")
    user.language = language
    User.objects.filter(pk=user.pk).update(language=language)


def written_in(language: str) -> AbstractContextManager[None]:
    """Everything inside is in this language."""
    return translation.override(language)


def each_in(language: str, pieces: Iterable[T]) -> Iterator[T]:
    """The pieces of an answer that is made while it is sent, when the request is over, in its reader's language."""
    found = iter(pieces)
    while True:
        with translation.override(language):
            try:
                piece = next(found)
            except StopIteration:
                return
        yield piece
