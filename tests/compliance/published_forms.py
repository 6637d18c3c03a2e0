"""Programs and forms of the cast's organization, and a customer in front of one."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import time_machine
from django.test import Client
from django.utils import timezone

from compliance.models import FormKey, OptInForm, Program
from compliance.opt_in_forms import editing, publishing
from compliance.opt_in_forms.asking import written
from compliance.opt_in_forms.editing import Wish
from tenancy.isolation import activate
from tests.cast import Cast
from tests.texting.attachments.samples import png_with_place
from tests.texting.desk import Desk
from texting.models import Line

TERMS, PRIVACY = "https://harbor.example/sms", "https://harbor.example/privacy"
SHOWN = re.compile(r'name="shown" value="([^"]+)"')
NEW = "+12125550199"


def make_program(desk: Desk, name: str = "Offers", scope: str = "marketing", **fields: object) -> Program:
    """A program that a form's usual wording passes with."""
    with activate(desk.organization):
        return Program.objects.create(
            name=name,
            scope=scope,
            **{"frequency": "Up to 4 msgs/month", "terms_url": TERMS, "privacy_url": PRIVACY} | fields,
            made_by=desk.cast.owner,
            made_at=timezone.now(),
        )


def wish_for(line: Line, *programs: Program, name: str = "Front door", **fields: object) -> Wish:
    """A form in English with the usual words."""
    empty = Wish(name=name, line=line, languages=("en",), programs=programs, texts={}, wordings={})
    return replace(empty, **fields)  # type: ignore[arg-type]


def make_form(desk: Desk, *programs: Program, published: bool = True, **fields: object) -> OptInForm:
    """A form of the owner's, before customers if wanted."""
    with activate(desk.organization):
        form = editing.create(actor=desk.cast.owner, wish=wish_for(desk.line, *programs, **fields))
        if published:
            publishing.publish(actor=desk.cast.owner, form=form, pages_read=True)
        form.refresh_from_db()
    return form


def change(desk: Desk, form: OptInForm, *, publish: bool = True, **fields: object) -> None:
    """Change what is written, and publish it."""
    with activate(desk.organization):
        wish = replace(editing.wish_of(written(form)), **fields)  # type: ignore[arg-type]
        form = editing.save(actor=desk.cast.owner, form=form, wish=wish)
        if publish:
            publishing.publish(actor=desk.cast.owner, form=form, pages_read=True)


def address_of(form: OptInForm) -> str:
    """The public page."""
    return f"/forms/{FormKey.objects.get(form_id=form.pk).key}/"


def form_objects(cast: Cast, line: Line) -> dict[str, Any]:
    """A published form with a logo, as the addresses of forms name it."""
    with activate(cast.organization):
        program = Program.objects.create(
            name="Form texts",
            scope="informational",
            frequency="2 msgs/month",
            terms_url=TERMS,
            privacy_url=PRIVACY,
            made_by=cast.owner,
            made_at=timezone.now(),
        )
        wish = wish_for(line, program, logo=editing.keep_logo(png_with_place()))
        form = editing.create(actor=cast.owner, wish=wish)
        publishing.publish(actor=cast.owner, form=form, pages_read=True)
        key = FormKey.objects.get(form_id=form.pk).key
    return {"form_id": form.pk, "form_key": key, "logo_id": form.logo_id}


class Visitor:
    """Somebody who opens a form, reads it for a while and sends it. Each comes from an address of their own."""

    def __init__(self, form: OptInForm, *, address: str = "203.0.113.9", lang: str = "en") -> None:
        self.client = Client(REMOTE_ADDR=address, headers={"user-agent": "Mozilla/5.0 (iPhone) Safari/604.1"})
        self.address, self.lang = address_of(form), lang

    def opens(self, **headers: str):
        """The page as it is now; its token is kept."""
        page = self.client.get(self.address, {"lang": self.lang}, headers=headers)
        found = SHOWN.search(page.content.decode())
        self.shown = found[1] if found else ""
        return page

    def sends(self, number: str = NEW, *programs: Program, **fields: object):
        """The form filled in, after some seconds of reading."""
        data = {"number": number, "agree": [str(program.pk) for program in programs], "shown": self.shown, **fields}
        with later(20):
            return self.client.post(self.address, data)


@contextmanager
def later(seconds: float) -> Iterator[None]:
    """So many seconds later, by our clock."""
    with time_machine.travel(timezone.now() + timedelta(seconds=seconds), tick=True):
        yield
