"""A form goes out: checked, kept to the letter, and closed again. A form with a finding is not published."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import Membership
from accounts.permissions import Permission, require
from compliance.ledger.consent_state import brand_of
from compliance.models import Disclosure, FormBox, FormVersion, OptInForm
from compliance.opt_in_forms.asking import Written, digest, page, written
from compliance.opt_in_forms.linked_pages import Unopened
from compliance.publish_check.disclosures import Finding, findings
from tenancy import audit
from tenancy.audit import AuditEventKind, AuditKind

State = OptInForm.State


class CannotPublish(ValueError):
    """The form has findings: `findings`."""

    def __init__(self, found: list[Finding]) -> None:
        super().__init__(", ".join(finding.rule for finding in found))
        self.findings = found


class NotNow(ValueError):
    """A form in this state cannot do that."""


@dataclass(frozen=True)
class Published:
    """The version that customers see, and whether it is a new one."""

    version: FormVersion
    is_new: bool


def publish(*, actor: Membership, form: OptInForm, pages_read: bool, unopened: Sequence[Unopened] = ()) -> Published:
    """Put what is written before customers, as a new version if anything differs from the last.

    `pages_read`: the member says that both linked pages open for everybody, and that the privacy policy keeps mobile
    numbers from third parties; nobody else can tell. `unopened`: pages that did not open from here, and that the member
    answers for (`linked_pages`); the log keeps how many. Raises CannotPublish, and NotNow without that.
    """
    require(actor, Permission.FORMS_MANAGE)
    if not pages_read:
        raise NotNow
    with transaction.atomic():
        form = OptInForm.objects.select_for_update().get(pk=form.pk)
        given = written(form)
        if found := problems(given):
            raise CannotPublish(found)
        last = newest_version(form)
        fresh = _version(given, actor, last)
        is_new = last is None or not _same(last, fresh)
        version = fresh if is_new or last is None else last
        if is_new:
            fresh.save(force_insert=True)
        form.state = State.PUBLISHED
        form.save(update_fields=["state"])
        audit.record(
            event=AuditKind.FORM_PUBLISHED,
            actor=actor,
            object=form,
            version=version.number,
            pages_read=pages_read,
            pages_unopened=len(unopened),
        )
    return Published(version, is_new)


def close(*, actor: Membership, form: OptInForm) -> None:
    """Take no more sign-ups, true at the next request. Closing it again changes nothing. Raises NotNow for a draft."""
    _move(actor, form, State.PUBLISHED, State.CLOSED, AuditKind.FORM_CLOSED)


def reopen(*, actor: Membership, form: OptInForm) -> None:
    """Take sign-ups again with the newest version. Raises NotNow for a draft."""
    _move(actor, form, State.CLOSED, State.PUBLISHED, AuditKind.FORM_REOPENED)


def problems(given: Written) -> list[Finding]:
    """Everything against publishing it now."""
    found = findings(given.content)

    def add(rule: str, *, program: str = "", language: str = "") -> None:
        found.append(Finding(rule, given.content.brand, program, language))

    form = given.form
    if not form.line.is_active or form.line.sends_codes:
        add("line")
    for box in given.boxes:
        if not box.program.is_active:
            add("program", program=box.program.name)
        if box.program.team_id not in (None, form.line.team_id):
            add("team", program=box.program.name)
        if box.program.brand_id not in (None, brand_of(form.line)):
            add("brand_of_line", program=box.program.name)
    for language in form.languages:
        if not form.texts.get(language, {}).get("title", "").strip():
            add("title", language=language)
    return found


def newest_version(form: OptInForm) -> FormVersion | None:
    """What was published last."""
    return form.versions.order_by("-number").first()


def _move(actor: Membership, form: OptInForm, before: State, after: State, event: AuditEventKind) -> None:
    require(actor, Permission.FORMS_MANAGE)
    with transaction.atomic():
        form = OptInForm.objects.select_for_update().get(pk=form.pk)
        if form.state == after:
            return
        if form.state != before:
            raise NotNow
        form.state = after
        form.save(update_fields=["state"])
        audit.record(event=event, actor=actor, object=form)


def _version(given: Written, actor: Membership, last: FormVersion | None) -> FormVersion:
    form = given.form
    pages = {language: page(given, language) for language in form.languages}
    highest = form.versions.aggregate(highest=Max("number"))["highest"] if last else 0
    return FormVersion(
        form=form,
        number=(highest or 0) + 1,
        pages=pages,
        digests={language: digest(html) for language, html in pages.items()},
        boxes=[_kept_box(box, form, actor) for box in given.boxes],
        texts=form.texts,
        look={
            "line": str(form.line_id),
            "colour": form.colour,
            "logo": str(form.logo_id or ""),
            "origins": form.origins,
            "asks_name": form.asks_name,
            "asks_yes": form.asks_yes,
        },
        published_by=actor,
        published_at=timezone.now(),
    )


def _kept_box(box: FormBox, form: OptInForm, actor: Membership) -> dict[str, Any]:
    disclosures = {language: str(_disclosure(box, language, actor).pk) for language in form.languages}
    return {"program": str(box.program_id), "disclosures": disclosures}


def _disclosure(box: FormBox, language: str, actor: Membership) -> Disclosure:
    """The wording, stored once for each program however many forms show it."""
    text = box.wordings[language].strip()
    made, _ = Disclosure.objects.get_or_create(
        program=box.program,
        digest=hashlib.sha256(text.encode()).digest(),
        defaults={"text": text, "language": language, "made_by": actor, "made_at": timezone.now()},
    )
    return made


def _same(last: FormVersion, fresh: FormVersion) -> bool:
    kept = ("pages", "boxes", "texts", "look")
    return all(getattr(last, name) == getattr(fresh, name) for name in kept)
