"""Everything about one number's permission: what is true now, every entry of the ledger, and writing one down."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from django import forms
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import trigger_client_event

from accounts.models import Membership
from accounts.permissions import MemberRequest, Permission, requires
from compliance.forms.permission_forms import OptOutForm, PatientForm, PurchaseForm, ToldForm
from compliance.implied import exemption, purchases
from compliance.ledger import consent
from compliance.models import ConsentEvent
from compliance.opt_out import permitted_by_law, told_to_members
from compliance.opt_out.told_to_members import CannotRecord, Told
from texting import queries
from texting.models import Contact

MOST = 200
"""Entries of one page; a number with more is being tried out, not texted."""

_LOOKS = {
    ConsentEvent.Action.GIVEN: ("shield-check", "success"),
    ConsentEvent.Action.WITHDRAWN: ("ban", "danger"),
    ConsentEvent.Action.HELP: ("life-buoy", "neutral"),
    ConsentEvent.Action.ASKED: ("info", "neutral"),
    ConsentEvent.Action.RETRACTED: ("rotate-ccw", "neutral"),
}
_SOURCE = ConsentEvent.Source
_TITLES = {
    (ConsentEvent.Action.HELP, _SOURCE.AGENT): _("Asked for help"),
    (ConsentEvent.Action.WITHDRAWN, _SOURCE.KEYWORD): _("Opted out by a text that our list reads as %(word)s"),
    (ConsentEvent.Action.WITHDRAWN, _SOURCE.CARRIER): _("Opted out at their carrier"),
    (ConsentEvent.Action.WITHDRAWN, _SOURCE.AGENT): _("Opted out, told to us: %(channel)s"),
    (ConsentEvent.Action.GIVEN, _SOURCE.KEYWORD): _("Agreed by texting %(word)s"),
    (ConsentEvent.Action.GIVEN, _SOURCE.INBOUND): _("Wrote to us, which permits an answer"),
    (ConsentEvent.Action.RETRACTED, _SOURCE.IMPORT): _("The imported permission was taken back"),
    (ConsentEvent.Action.GIVEN, _SOURCE.AGENT): _("Agreed, told to us: %(channel)s"),
    (ConsentEvent.Action.GIVEN, _SOURCE.FORM): _("Agreed with a web form"),
    (ConsentEvent.Action.GIVEN, _SOURCE.REQUEST): _("Agreed by answering YES"),
    (ConsentEvent.Action.GIVEN, _SOURCE.IMPORT): _("Agreed, says an imported list"),
    (ConsentEvent.Action.GIVEN, _SOURCE.API): _("Agreed, says a program of ours"),
    (ConsentEvent.Action.ASKED, _SOURCE.AGENT): _("Asked for permission by a text"),
    (ConsentEvent.Action.ASKED, _SOURCE.FORM): _("Filled in a web form, and was asked for a YES"),
    (ConsentEvent.Action.ASKED, _SOURCE.KEYWORD): _("Texted %(word)s, and was asked for a YES"),
}


_BY_KIND = {
    ConsentEvent.Kind.PURCHASE.value: _("Bought from us, which permits texts for two years"),
    ConsentEvent.Kind.HEALTHCARE.value: _("A patient gave us this number, which permits appointment texts"),
}


@dataclass(frozen=True)
class Entry:
    """One entry of the ledger, as `{% timeline %}` shows it."""

    when: datetime
    title: str
    detail: str
    who: str
    icon: str
    tone: str


@requires(Permission.CONTACTS_READ)
@require_safe
def permission(request: MemberRequest, contact_id: UUID) -> HttpResponse:
    """The state and the ledger of the contact's number."""
    contact = queries.access_contact(request.member, contact_id)
    state = consent.state_of(contact)
    entries = consent.ledger_of(contact, most=MOST)
    records = request.member.may(Permission.CONSENT_RECORD)
    context = {
        "customer": queries.customer(request.member, contact, in_list=True),
        "state": state,
        "entries": [_entry(request.member, contact, event) for event in entries],
        "is_cut": len(entries) == MOST,
        "only_they_can": told_to_members.only_they_can(contact),
        "may_record": records,
        "may_be_bought": contact.region == purchases.REGION and state.suppressed_since is None,
        "may_be_patient": exemption.is_on() and state.suppressed_since is None,
        "is_exempt_only": all(entry.kind == ConsentEvent.Kind.HEALTHCARE for entry in state.given),
        "may_look_up": request.member.may(Permission.CONSENT_RECEIPT),
    }
    return render(request, "compliance/permission.html", context)


@requires(Permission.CONTACTS_READ, Permission.CONSENT_RECORD)
@require_http_methods(["GET", "HEAD", "POST"])
def opted_out(request: MemberRequest, contact_id: UUID) -> HttpResponse:
    """The dialog that writes down an opt-out, and writing it down."""

    def record(contact: Contact, form: forms.Form) -> str:
        sent = told_to_members.record_opt_out(
            member=request.member, contact=contact, told=_told(form), confirm=form.cleaned_data["confirm"]
        )
        return gettext("They get no more texts. One text confirms it.") if sent else gettext("They get no more texts.")

    return _dialog(request, contact_id, OptOutForm, "compliance/_record_opt_out.html", record)


@requires(Permission.CONTACTS_READ, Permission.CONSENT_RECORD)
@require_http_methods(["GET", "HEAD", "POST"])
def agreed(request: MemberRequest, contact_id: UUID) -> HttpResponse:
    """The dialog that writes down a permission, and writing it down."""

    def record(contact: Contact, form: forms.Form) -> str:
        told_to_members.record_permission(member=request.member, contact=contact, told=_told(form))
        return gettext("They may be texted.")

    return _dialog(request, contact_id, ToldForm, "compliance/_record_permission.html", record)


@requires(Permission.CONTACTS_READ, Permission.CONSENT_RECORD)
@require_http_methods(["GET", "HEAD", "POST"])
def bought(request: MemberRequest, contact_id: UUID) -> HttpResponse:
    """The dialog that writes down a purchase, and writing it down."""

    def record(contact: Contact, form: forms.Form) -> str:
        data = form.cleaned_data
        event = permitted_by_law.record_purchase(
            member=request.member, contact=contact, bought_on=data["bought_on"], what=data["words"]
        )
        until = date_format(event.expires_at, "j F Y") if event.expires_at else ""
        return gettext("They may be texted until %(day)s.") % {"day": until}

    return _dialog(request, contact_id, PurchaseForm, "compliance/_record_purchase.html", record)


@requires(Permission.CONTACTS_READ, Permission.CONSENT_RECORD)
@require_http_methods(["GET", "HEAD", "POST"])
def patient(request: MemberRequest, contact_id: UUID) -> HttpResponse:
    """The dialog that writes down a patient's number under the exemption for healthcare."""
    form_class = partial(PatientForm, organization=request.member.organization.name)

    def record(contact: Contact, form: forms.Form) -> str:
        permitted_by_law.record_patient(member=request.member, contact=contact, told=_told(form), declares=True)
        return gettext("They may be texted about appointments.")

    return _dialog(request, contact_id, form_class, "compliance/_record_patient.html", record)


def _dialog(
    request: MemberRequest,
    contact_id: UUID,
    form_class: Callable[[QueryDict | None], forms.Form],
    template: str,
    record: Callable[[Contact, forms.Form], str],
) -> HttpResponse:
    contact = queries.access_contact(request.member, contact_id)
    form = form_class(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            sentence = record(contact, form)
        except CannotRecord as error:
            form.add_error(None, str(error))
        else:
            response = HttpResponse(status=204)
            trigger_client_event(response, "toast", {"text": sentence, "tone": "success"})
            trigger_client_event(response, "contact-changed")
            return trigger_client_event(response, "close-sheet")
    context = {
        "form": form,
        "customer": queries.customer(request.member, contact, in_list=True),
        "boxes": [form[name] for name in form.fields if name.startswith("box")],
        "conditions": exemption.kept_by_parley(),
        "may_rely": exemption.is_on(),
    }
    return render(request, template, context, status=422 if form.is_bound else 200)


def _told(form: forms.Form) -> Told:
    data = form.cleaned_data
    return Told(ConsentEvent.Channel(data["channel"]), data["words"], data["happened_at"])


def _entry(member: Membership, contact: Contact, event: ConsentEvent) -> Entry:
    icon, tone = _LOOKS[ConsentEvent.Action(event.action)]
    words = queries.wording(member, event, "words", contact=contact, in_list=True)
    return Entry(
        when=event.happened_at or event.recorded_at,
        title=_title(event),
        detail=f"“{words}”" if words else "",
        who=event.actor.user.name if event.actor else "",
        icon=icon,
        tone=tone,
    )


def _title(event: ConsentEvent) -> str:
    action, source = ConsentEvent.Action(event.action), ConsentEvent.Source(event.source)
    title = str(_BY_KIND.get(event.kind) or _TITLES.get((action, source), _TITLES[action, _SOURCE.AGENT]))
    return title % {
        "word": event.matched.upper(),
        "channel": _channel(event),
    }


def _channel(event: ConsentEvent) -> str:
    known = ConsentEvent.Channel(event.channel).label if event.channel else gettext("how is not known")
    return str(known).lower()
