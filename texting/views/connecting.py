"""Settings > Lines > connect: choose a provider, prove the credentials, choose a number, store."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import teams
from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from accounts.views.answers import form_page, wait_sentence
from tenancy import rates
from tenancy.isolation import activate
from texting import lines
from texting.connecting import CannotConnect, own_numbers
from texting.line_forms import ConnectForm, why_not_for_codes
from texting.models import Line
from texting.providers import registry
from texting.providers.base import MOST_NUMBERS, Credentials, OwnNumber
from texting.providers.catalog import ProviderCard, card_of, needed
from texting.queries.lines import numbers_in_use

PAGE = "texting/connect_line.html"
TRIES_A_MINUTE = 20


@requires(Permission.LINES_MANAGE)
@require_safe
def choose_provider(request: MemberRequest) -> HttpResponse:
    """Which provider; with only one there is nothing to choose."""
    names = registry.names()
    if len(names) == 1:
        return redirect("connect_line", provider=names[0])
    return render(request, "texting/choose_provider.html", {"cards": [card_of(name) for name in names]})


@requires(Permission.LINES_MANAGE, calls_out=True)
@fresh
@require_POST
def account_numbers(request: MemberRequest, provider: str) -> HttpResponse:
    """The part of the form with the number, after asking the provider; the rest of the form stays in the browser."""
    card = _card(provider)
    news, wrong, found = "", "", []
    try:
        found = ask(request, card, _credentials(request, card))
    except CannotConnect as error:
        wrong = str(error)
    with activate(request.member.organization):
        form = _form(request, card, {"number": request.POST.get("number", "")[:60]})
        if not wrong:
            news, wrong = _offer(form, found)
        return render(request, "texting/_own_numbers.html", {"form": form, "news": news, "wrong": wrong})


@requires(Permission.LINES_MANAGE, calls_out=True)
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def connect(request: MemberRequest, provider: str) -> HttpResponse:
    """The form; nothing is stored before the provider has said that the account has this number."""
    card = _card(provider)
    if request.method != "POST":
        found = [] if card.fields else ask(request, card, _credentials(request, card))
        with activate(request.member.organization):
            form = _form(request, card)
            _offer(form, found)
            return form_page(request, PAGE, form, card=card)
    with activate(request.member.organization):
        form = _form(request, card)
        if not form.is_valid():
            return form_page(request, PAGE, form, card=card)
    try:
        if not ask(request, card, _credentials(request, card), only=form.cleaned_data["number"]):
            form.add_error("number", _("This account has no such number that can send texts."))
    except CannotConnect as error:
        form.add_error("secret" if error.wrong and "secret" in form.fields else None, str(error))
    with activate(request.member.organization):
        line = None if form.errors else _store(request, form, card)
        if line is None:
            return form_page(request, PAGE, form, card=card)
    messages.success(request, _("Connected. What is left: tell the provider where to call."))
    return redirect("line", line_id=line.pk)


def ask(request: MemberRequest, card: ProviderCard, credentials: Credentials, *, only: str = "") -> list[OwnNumber]:
    """What the account has; no transaction is open. Raises CannotConnect, also for whoever asks too often."""
    if not all(getattr(credentials, name) for name in needed(card)):
        raise CannotConnect(_("Type the account and its token first."), wrong=True)
    allowance = rates.spend(
        f"lines/connect/{request.member.pk}",
        limit=TRIES_A_MINUTE,
        per_seconds=60,
        burst=TRIES_A_MINUTE,
        when_away=rates.WhenAway.SMALL_BUDGET,
    )
    if not allowance.allowed:
        raise CannotConnect(wait_sentence(int(allowance.retry_after or 60) + 1), wrong=False)
    return own_numbers(card.name, credentials, only=only)


def _card(provider: str) -> ProviderCard:
    if provider not in registry.names():
        raise Http404
    return card_of(provider)


def _form(request: MemberRequest, card: ProviderCard, initial: dict[str, str] | None = None) -> ConnectForm:
    bound = request.POST if request.method == "POST" and initial is None else None
    return ConnectForm(bound, initial=initial, card=card, region=request.member.organization.country)


def _credentials(request: MemberRequest, card: ProviderCard) -> Credentials:
    """As they stand in the request. A provider that needs none tells organizations apart by their ids."""
    if not card.fields:
        return Credentials(account=str(request.member.organization_id))
    typed = {one.name: request.POST.get(one.name, "").strip() for one in card.fields}
    chooses = "provider" if card.has_pools and request.POST.get("provider_chooses") else ""
    return Credentials(**typed, sender_choice=chooses)


def _store(request: MemberRequest, form: ConnectForm, card: ProviderCard) -> Line | None:
    """None when the number is taken: the form says so then."""
    typed = form.cleaned_data
    team = typed.get("team") or teams.create_team(actor=request.member, name=typed["new_team"])
    try:
        return lines.connect(
            actor=request.member,
            provider=card.name,
            credentials=_credentials(request, card),
            number=typed["number"],
            settings=form.settings(team),
        )
    except lines.NumberTaken:
        form.add_error("number", _("You have a line with this number already."))
    except lines.OtherLineForCodes as refused:
        form.add_error("sends_codes", why_not_for_codes(refused))
    except lines.OrganizationEnds:
        form.add_error(None, _("An owner ends the organization, so no line sends. Any owner can take that back."))
    return None


def _offer(form: ConnectForm, found: list[OwnNumber]) -> tuple[str, str]:
    """(good news, bad news) about the account's numbers; the free ones become choices of the form."""
    if not found:
        return "", _("This account has no number that can send texts. Get one at the provider, then look again.")
    free = form.offer(found, numbers_in_use())
    if not free:
        return "", _("Every number of this account is a line already.")
    if len(found) >= MOST_NUMBERS:
        return _("Only the first %(count)d numbers are listed.") % {"count": MOST_NUMBERS}, ""
    words = ngettext(
        "The account and its token are right. %(count)d number can be connected.",
        "The account and its token are right. %(count)d numbers can be connected.",
        free,
    )
    return words % {"count": free}, ""
