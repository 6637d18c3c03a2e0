"""Makes and changes programs, and how consent is read. What people agreed to stays as they were shown it."""

from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership, Team
from accounts.permissions import Permission, require
from compliance.models import ConsentEvent, ConsentRules, OptIn, Program, ProgramText
from compliance.opt_in import opt_in_texts
from compliance.opt_in.opt_in_elements import Element, Kind, missing
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.isolation import current_organization_id
from tenancy.models import Organization
from tenancy.word_lists import all_of
from texting.models import Brand
from texting.segments import count

MOST_PROGRAMS = 100
MOST_SEGMENTS = 4
LEAST_REASON = 5
LONGEST_REASON = 300


class CannotChange(ValueError):
    """It is not changed; the message says why and what to do."""


@dataclass(frozen=True)
class Wish:
    """A program as somebody wants it."""

    name: str
    scope: str
    frequency: str
    category: str = ""
    terms_url: str = ""
    privacy_url: str = ""
    double_opt_in: bool = False
    team: Team | None = None
    brand: Brand | None = None


def make(*, member: Membership, wish: Wish) -> Program:
    """A new program. Raises CannotChange when the name is taken or there are too many."""
    require(member, Permission.FORMS_MANAGE)
    if Program.objects.count() >= MOST_PROGRAMS:
        raise CannotChange(_("There are %(most)d programs already.") % {"most": MOST_PROGRAMS})
    program = Program(**vars(wish), made_by=member, made_at=timezone.now())
    _store(program)
    audit.record(event=AuditKind.PROGRAM_MADE, actor=member, object=program, name=program.name, scopes=program.scopes)
    return program


def change(*, member: Membership, program: Program, wish: Wish) -> bool:
    """Change it; whether anything did. What it is for stays once somebody was asked: make another one for that."""
    require(member, Permission.FORMS_MANAGE)
    program = Program.objects.select_for_update(of=("self",)).get(pk=program.pk)
    changed = {name: value for name, value in vars(wish).items() if getattr(program, name) != value}
    if not changed:
        return False
    if {"scope", "category", "team", "brand"} & changed.keys() and is_used(program):
        raise CannotChange(
            _("People have been asked for this program, so what it is about and whose it is stay. Make a new program.")
        )
    before = {name: str(getattr(program, name) or "") for name in changed}
    for name, value in changed.items():
        setattr(program, name, value)
    _store(program)
    after = {name: str(value or "") for name, value in changed.items()}
    audit.record(event=AuditKind.PROGRAM_CHANGED, actor=member, object=program, before=before, after=after)
    return True


def switch(*, member: Membership, program: Program, on: bool) -> None:
    """Take opt-ins or no more. Whoever opted in stays so; open questions end with a program that is switched off."""
    require(member, Permission.FORMS_MANAGE)
    if not Program.objects.filter(pk=program.pk, is_active=not on).update(is_active=on):
        return
    ended = 0
    if not on:
        asked = OptIn.objects.filter(program=program, state=OptIn.State.ASKED)
        ended = asked.update(state=OptIn.State.LAPSED, ended_at=timezone.now())
    audit.record(event=AuditKind.PROGRAM_SWITCHED, actor=member, object=program, on=on, questions_ended=ended)


def word(*, member: Membership, program: Program, kind: Kind, language: str, text: str) -> None:
    """Set an own wording; an empty one, or ours, brings ours back. Raises CannotChange, naming what it lacks."""
    require(member, Permission.FORMS_MANAGE)
    text = " ".join(text.replace("\x00", "").split())
    organization = Organization.objects.get(pk=current_organization_id())
    key: dict[str, Any] = {"program": program, "kind": kind.value, "language": language}
    rows = ProgramText.objects.filter(**key)
    if text in {"", opt_in_texts.ours(organization, program, kind, language)}:
        changed = bool(rows.delete()[0])
    else:
        if lacking := lacks(organization, program, kind, text):
            names = all_of(ELEMENT_NAMES[each] for each in lacking)
            raise CannotChange(_("It must also say: %(names)s.") % {"names": names})
        if count(text).segments > MOST_SEGMENTS:
            raise CannotChange(_("It is longer than %(most)d segments. Shorten it.") % {"most": MOST_SEGMENTS})
        changed = not rows.filter(text=text).exists()
        ProgramText.objects.update_or_create(
            **key, defaults={"text": text, "changed_by": member, "changed_at": timezone.now()}
        )
    if changed:
        what = {"kind": kind.value, "language": language, "text": text}
        audit.record(event=AuditKind.PROGRAM_WORDED, actor=member, object=program, **what)


def lacks(organization: Organization, program: Program, kind: Kind, text: str) -> list[Element]:
    """What this wording of the program's text does not say."""
    return missing(
        text,
        kind=kind,
        brand=organization.name,
        program=program.name,
        frequency=program.frequency,
        marketing=program.scope == Program.Scope.MARKETING,
    )


def set_revoke_all(*, member: Membership, on: bool, reason: str) -> bool:
    """Whether a STOP ends the texts of every team. Raises CannotChange without a reason; whether it changed."""
    require(member, Permission.FORMS_MANAGE)
    reason = reason.replace("\x00", "").strip()
    if not LEAST_REASON <= len(reason) <= LONGEST_REASON:
        raise CannotChange(_("Say why, in %(least)d to %(most)d characters.") % {"least": 5, "most": LONGEST_REASON})
    ConsentRules.objects.bulk_create([ConsentRules()], ignore_conflicts=True)
    if not ConsentRules.objects.filter(revoke_all=not on).update(revoke_all=on):
        return False
    rules = ConsentRules.objects.get()
    audit.record(event=AuditKind.CONSENT_RULES_CHANGED, actor=member, object=rules, revoke_all=on, reason=reason)
    return True


def is_used(program: Program) -> bool:
    """Whether somebody was asked for it or agreed to it."""
    return ConsentEvent.objects.filter(program=program).exists()


def _store(program: Program) -> None:
    try:
        with transaction.atomic():
            program.save()
    except IntegrityError as error:
        if "compliance_program_name_once" not in str(error):
            raise
        raise CannotChange(_("Another program has this name. Choose another one.")) from None


ELEMENT_NAMES = {
    Element.BRAND: gettext_lazy("the company's name"),
    Element.PROGRAM: gettext_lazy("the program's name"),
    Element.FREQUENCY: gettext_lazy("how often you text"),
    Element.RATES: gettext_lazy("that message and data rates may apply"),
    Element.HELP: gettext_lazy("HELP for help"),
    Element.STOP: gettext_lazy("STOP to opt out"),
    Element.YES: gettext_lazy("that YES is the answer"),
    Element.CONDITION: gettext_lazy("that it is no condition of a purchase"),
}
