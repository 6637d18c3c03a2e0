"""In which language a customer's page speaks: the one chosen on it, else that of their agreement, else the browser's.

What was chosen stands in the address (`?lang=`) and nowhere else: these pages set no cookie for it, and a link that is
sent on opens as it was sent.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from accounts.languages import DEFAULT, asked_for, written_in
from compliance.message_templates.picking import language_of
from portal import links
from portal.models import PaymentRequest, SecureMessage
from tenancy.isolation import activate

OFFERED = {"en": "English", "es": "Español", "fr": "Français"}
Page = Callable[..., HttpResponse]  # of the request and, by name, the link's code


@dataclass(frozen=True)
class Spoken:
    """What the page's switch needs. `page` is where it leads, `keeps` what an address carries on of the choice."""

    language: str
    page: str
    keeps: str

    @property
    def offered(self) -> tuple[tuple[str, str], ...]:
        """Code and own name of each language."""
        return tuple(OFFERED.items())


def speaking(kind: links.Kind, route: str) -> Callable[[Page], Page]:
    """A view of a link's page, answered in its customer's language. `route` is the page that the switch opens again."""

    def decorate(view: Page) -> Page:
        @wraps(view)
        def spoken_view(request: HttpRequest, **named: str) -> HttpResponse:
            (code,) = named.values()
            found = links.find(kind, code)
            if found is None:
                raise Http404
            chosen = chosen_in(request)
            language = chosen or _agreed(kind, found) or asked_for(request, OFFERED) or DEFAULT
            keeps = f"?lang={chosen}" if chosen else ""
            request.spoken = Spoken(language, reverse(route, args=[code]), keeps)  # type: ignore[attr-defined]
            with written_in(language):
                return view(request, **named)

        return spoken_view

    return decorate


def chosen_in(request: HttpRequest) -> str:
    """The language that the address names; "" for none and for one that is not offered."""
    asked = request.GET.get("lang", "")
    return asked if asked in OFFERED else ""


def carried_on(request: HttpRequest, address: str) -> str:
    """An address of this site with the choice of this one."""
    chosen = chosen_in(request)
    return f"{address}{'&' if '?' in address else '?'}lang={chosen}" if chosen else address


def _agreed(kind: links.Kind, found: links.Found) -> str:
    """The language in which they agreed to texts."""
    with activate(found.organization):
        if kind is links.Kind.PAYMENT:
            asked = PaymentRequest.objects.select_related("contact").filter(pk=found.target_id).first()
            return language_of(asked.contact) if asked else ""
        sent = SecureMessage.objects.select_related("contact").defer("content", "kept_half", "fact")
        message = sent.filter(pk=found.target_id).first()
        return language_of(message.contact) if message else ""
