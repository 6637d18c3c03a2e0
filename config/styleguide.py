"""The style guide: every piece on one page, and whole pages with made-up people. Only on a local system.

The mock-ups carry names, texts and counts that are too long on purpose (`?data=overflow`), or nothing (`?data=empty`),
so that a layout is judged by its worst day.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone

from accounts.permissions import public

PAGES = {"inbox": "Inbox", "phone": "Phone", "sign-in": "Sign-in", "settings": "Settings", "reports": "Reports"}
LONG_NAME = "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh الدكتورة مريم بنت عبد العزيز"
LONG_TEXT = "Supercalifragilisticexpialidocious" * 6 + " 👩‍👩‍👧‍👦🎉 " + "and then a sentence that goes on and on. " * 34


@dataclass(frozen=True, slots=True)
class Row:
    """One conversation in the list."""

    name: str
    preview: str
    at: datetime
    unread: int = 0
    badge: str = ""
    tone: str = "neutral"
    icon: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a timeline."""

    when: datetime
    title: str
    detail: str = ""
    who: str = ""
    icon: str = ""
    tone: str = "neutral"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason of a refusal."""

    rule: str
    evidence: str = ""
    evidence_url: str = ""
    act: str = ""
    tone: str = "danger"


class SampleForm(forms.Form):
    """One field of each kind; bound to a bad value for `address`."""

    name = forms.CharField(label="Display name", help_text="Customers see it in the first text of a conversation.")
    address = forms.EmailField(label="E-mail address", widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    password = forms.CharField(
        label="Password", widget=forms.PasswordInput(attrs={"autocomplete": "off"}), required=False
    )
    line = forms.ChoiceField(
        label="Line", choices=[("1", "Front desk, +1 555 010 0100"), ("2", "Billing, +1 555 010 0101")]
    )
    text = forms.CharField(label="Saved reply", widget=forms.Textarea(attrs={"rows": 3}))
    day = forms.DateField(label="Day", required=True)
    time = forms.TimeField(label="Time", required=False)
    kind = forms.ChoiceField(
        label="What may be sent",
        widget=forms.RadioSelect,
        choices=[("a", "Appointments"), ("o", "Order confirmations"), ("d", "Delivery updates")],
        help_text="One of the six administrative types.",
    )
    teams = forms.MultipleChoiceField(
        label="Teams",
        widget=forms.CheckboxSelectMultiple,
        choices=[("1", "Front desk"), ("2", "Billing")],
        required=False,
    )
    agreed = forms.BooleanField(label="I have the customer's permission in writing", required=False)
    quiet = forms.BooleanField(
        label="Keep quiet hours", required=False, help_text="8:00 to 21:00 in the customer's own time zone."
    )


class SignInForm(forms.Form):
    """Looks like the sign-in form."""

    email = forms.EmailField(label="E-mail address", widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(label="Password", widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}))


def _rows(now: datetime, data: str) -> list[Row]:
    if data == "empty":
        return []
    hours = [timedelta(hours=number) for number in range(200)]
    rows = [
        Row("Ada Lovelace", "Tuesday at 9 works. Do I need to bring the old X-rays?", now, 2),
        Row("Grace Hopper", "You: Your order 4417 is on its way.", now - hours[1], owner="Jo Kim"),
        Row(
            "Katherine Johnson", "can i just give you my card number", now - hours[2], 1, "Gray area", "warning", "hand"
        ),
        Row("+1 555 010 0177", "STOP", now - hours[3], 0, "Opted out", "danger", "ban"),
        Row("Mary Jackson", "You: See you on Thursday at 14:30.", now - hours[5], owner="Ana Ruiz"),
        Row("Dorothy Vaughan", "Gracias, nos vemos mañana", now - hours[26], owner="Jo Kim"),
        Row("Alan Turing", "Is the office open on Monday?", now - hours[30]),
        Row("Hedy Lamarr", "You: We have moved your delivery to Friday.", now - hours[52]),
        Row("Annie Easley", "Perfect", now - hours[75], owner="Ana Ruiz"),
        Row("Radia Perlman", "You: Reply 1 to confirm, 2 to move it.", now - hours[99]),
        Row("Barbara Liskov", "1", now - hours[120]),
        Row("Edsger Dijkstra", "You: Your parcel is at the front desk.", now - hours[150]),
    ]
    if data == "overflow":
        rows = [Row(LONG_NAME, LONG_TEXT, now, 10**40, "Gray area", "warning", "hand", LONG_NAME), *rows * 4]
    return rows


def _happened(now: datetime) -> list[Entry]:
    ago = [now - timedelta(minutes=number) for number in range(12)]
    return [
        Entry(ago[1], "Delivered", "Segment 1 of 1 reached the phone.", icon="check-check", tone="success"),
        Entry(ago[2], "Sent to the carrier", "Attempt 1, answered in 84 ms.", icon="send", tone="info"),
        Entry(
            ago[3], "Allowed by the gate", "Consent by keyword JOIN; line active.", icon="shield-check", tone="success"
        ),
        Entry(ago[8], "Text received", "Is my order ready?", icon="message-square", tone="accent"),
        Entry(
            ago[9], "First attempt failed", "The carrier did not answer in 10 s.", icon="circle-alert", tone="warning"
        ),
    ]


def _reasons() -> list[Reason]:
    return [
        Reason(
            "This number has opted out and may not be texted.",
            "STOP received today at 11:04",
            "#consent",
            "Call instead, or wait until the customer texts START.",
        ),
        Reason(
            "It is 6:12 in Honolulu, before the permitted 8:00.",
            "Time zone from the area code 808",
            act="Schedule the text for 8:00 their time.",
            tone="warning",
        ),
    ]


def _frame() -> dict[str, Any]:
    return {
        "made_up": True,  # nothing here counts anything
        "rail": [
            ("Inbox", "/styleguide/inbox", "inbox", True, ""),
            ("Contacts", "#contacts", "users", False, ""),
            ("Escalations", "#escalations", "hand", False, ""),
            ("Reviews", "#reviews", "clipboard-check", False, ""),
            ("Reports", "/styleguide/reports", "chart-column", False, ""),
            ("Compliance", "#compliance", "scale", False, ""),
            ("Settings", "/styleguide/settings", "settings", False, ""),
        ],
        "organization_name": "Acme Dental",
        "organizations": [("Acme Dental", "#acme", True), ("Brightwater Clinics of Greater Colorado", "#other", False)],
        "account_name": "Jo Kim",
        "account_email": "jo.kim@acme.example",
        "account_links": [("Your account", "#account", "user")],
        "sign_out_url": "#sign-out",
    }


def _content(request: HttpRequest) -> dict[str, Any]:
    now = timezone.now()
    data = request.GET.get("data", "usual")
    bad = {"name": "", "address": "ada@", "line": "1", "text": "See you soon", "day": "", "quiet": "on"}
    return {
        **_frame(),
        "pages": [(f"/styleguide/{slug}", title) for slug, title in PAGES.items()],
        "data": data,
        "now": now,
        "yesterday": now - timedelta(days=1),
        "last_week": now - timedelta(days=9),
        "name": LONG_NAME if data == "overflow" else "Ada Lovelace",
        "text": LONG_TEXT if data == "overflow" else "Tuesday at 9 works. Do I need to bring the old X-rays?",
        "rows": _rows(now, data),
        "reasons": _reasons(),
        "happened": _happened(now),
        "form": SampleForm(prefix="plain"),
        "bad_form": SampleForm(bad),
        "sign_in": SignInForm({"email": "", "password": ""}) if data == "overflow" else SignInForm(),
        "filters": [
            ("Mine", "?f=mine", True, 4),
            ("Unassigned", "?f=none", False, 8),
            ("Team", "?f=team", False),
            ("Resolved", "?f=done", False),
        ],
        "page": Paginator(range(1204), 50).page(2),
        "days": [f"{day} Nov" for day in range(2, 16)],
        "texts": [
            ("Received", [31, 44, 52, 49, 38, 12, 9, 41, 57, 61, 48, 44, 15, 11]),
            ("Sent", [28, 51, 49, 58, 40, 10, 6, 45, 66, 59, 52, 47, 12, 9]),
        ],
        "minutes": [("Median", [6.5, 5, 4.2, None, 5.1, 9, 12.4, 4, 3.8, 3.5, 3.1, 3.3, 8, 9.2])],
        "outcomes": [
            ("Answered", [120, 142, 133, 150]),
            ("Moved to a call", [14, 12, 19, 9]),
            ("Not answered", [8, 5, 6, 3]),
        ],
        "weeks": ["Week 44", "Week 45", "Week 46", "Week 47"],
        "steps": [("Asked for permission", 1840), ("Confirmed", 1312), ("Wrote again", 655), ("Opted out", 41)],
        "languages": ["English", "Español"],
    }


def _local_only() -> None:
    if not settings.LOCAL:
        raise Http404


@public
def index(request: HttpRequest) -> HttpResponse:
    """Every piece."""
    _local_only()
    return render(request, "styleguide.html", _content(request))


@public
def page(request: HttpRequest, name: str) -> HttpResponse:
    """A whole page with made-up people; 404 for a name that is not in `PAGES`."""
    _local_only()
    if name not in PAGES:
        raise Http404
    return render(request, f"styleguide/{name.replace('-', '_')}.html", _content(request))


urlpatterns = [
    path("styleguide", index, name="styleguide"),
    path("styleguide/<slug:name>", page, name="styleguide_page"),
]
