"""Colleagues write a form: begin one, change it, read it. What customers see changes only when it is published."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Membership
from accounts.permissions import Permission, require
from compliance.models import FormBox, FormKey, FormLogo, OptInForm, Program
from compliance.opt_in_forms.asking import Written, organization
from compliance.opt_in_forms.words import FIRST_TEXTS
from compliance.publish_check.default_wordings import Asked, default_wording
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.isolation import current_organization_id
from texting.attachments.inspecting import inspect
from texting.attachments.kinds import GIF, JPEG, PNG, WEBP, FileRefused, Reason
from texting.attachments.pictures import shrink
from texting.models import Line

LARGEST_LOGO = 2_000_000  # bytes of the file that somebody hands over
KEPT_LOGO = 200_000  # bytes of the picture that is kept


class NameTaken(ValueError):
    """Another form of the organization has that name."""


@dataclass(frozen=True)
class Wish:
    """What a form is to be. `texts`: by language title, introduction, thanks; `wordings`: by program and language.

    `logo`: a picture that replaces the present one; `keeps_logo` False without one takes it away.
    """

    name: str
    line: Line
    languages: tuple[str, ...]
    programs: tuple[Program, ...]
    texts: Mapping[str, Mapping[str, str]]
    wordings: Mapping[UUID, Mapping[str, str]]
    colour: str = ""
    origins: tuple[str, ...] = ()
    asks_name: bool = False
    asks_yes: bool = True
    logo: FormLogo | None = None
    keeps_logo: bool = True


def forms_of(member: Membership) -> list[OptInForm]:
    """Every form, the newest first."""
    require(member, Permission.FORMS_MANAGE)
    return list(OptInForm.objects.select_related("line").order_by("-made_at", "-id"))


def access_form(member: Membership, form_id: UUID) -> OptInForm | None:
    """The form, or None when there is no such one here."""
    require(member, Permission.FORMS_MANAGE)
    return OptInForm.objects.select_related("line", "logo").filter(pk=form_id).first()


def create(*, actor: Membership, wish: Wish) -> OptInForm:
    """A new draft, with a public address that answers 404 until it is published. Raises NameTaken."""
    require(actor, Permission.FORMS_MANAGE)
    now = timezone.now()
    with transaction.atomic():
        form = OptInForm(made_by=actor, made_at=now, changed_at=now)
        given = as_written(form, wish)
        _store(form, is_new=True)
        FormKey.objects.create(form_id=form.pk, organization_id=current_organization_id())
        FormBox.objects.bulk_create(given.boxes)
        audit.record(event=AuditKind.FORM_CREATED, actor=actor, object=form, programs=_ids(given))
    return form


def save(*, actor: Membership, form: OptInForm, wish: Wish) -> OptInForm:
    """Change what is being written. What was published stays as it is. Raises NameTaken."""
    require(actor, Permission.FORMS_MANAGE)
    with transaction.atomic():
        form = OptInForm.objects.select_for_update().get(pk=form.pk)
        given = as_written(form, wish)
        form.changed_at = timezone.now()
        _store(form, is_new=False)
        form.boxes.all().delete()
        FormBox.objects.bulk_create(given.boxes)
        audit.record(event=AuditKind.FORM_CHANGED, actor=actor, object=form, programs=_ids(given))
    return form


def as_written(form: OptInForm, wish: Wish) -> Written:
    """The form with what is wished put into it, not stored; for the preview too. What has no words gets the usual."""
    here = organization()
    form.name, form.line, form.colour = wish.name, wish.line, wish.colour
    form.languages, form.origins = list(wish.languages), list(wish.origins)
    form.asks_name, form.asks_yes = wish.asks_name, wish.asks_yes
    if wish.logo is not None or not wish.keeps_logo:
        form.logo = wish.logo
    form.texts = {
        language: dict(wish.texts.get(language) or _first_texts(language, here.name)) for language in wish.languages
    }
    boxes = []
    for position, program in enumerate(wish.programs):
        given = wish.wordings.get(program.pk, {})
        wordings = {
            language: given[language] if language in given else usual_wording(program, language, here.name)
            for language in wish.languages
        }
        boxes.append(FormBox(form=form, program=program, position=position, wordings=wordings))
    return Written(form, tuple(boxes))


def wish_of(given: Written) -> Wish:
    """What the stored form is, as a wish: the beginning of a change."""
    form = given.form
    return Wish(
        name=form.name,
        line=form.line,
        languages=tuple(form.languages),
        programs=tuple(box.program for box in given.boxes),
        texts=form.texts,
        wordings={box.program_id: box.wordings for box in given.boxes},
        colour=form.colour,
        origins=tuple(form.origins),
        asks_name=form.asks_name,
        asks_yes=form.asks_yes,
    )


def usual_wording(program: Program, language: str, brand: str) -> str:
    """The wording that a new box of this program begins with."""
    asked = Asked(
        brand=brand,
        program=program.name,
        marketing=program.scope == Program.Scope.MARKETING,
        category=program.category,
        frequency=program.frequency,
        terms_url=program.terms_url,
        privacy_url=program.privacy_url,
    )
    return default_wording(asked, language)


def keep_logo(content: bytes) -> FormLogo:
    """The picture, drawn anew and small, stored. Raises FileRefused, also for what is no picture."""
    if len(content) > LARGEST_LOGO:
        raise FileRefused(Reason.TOO_LARGE)
    found = inspect(content)
    if found.kind not in (PNG, JPEG, GIF, WEBP):
        raise FileRefused(Reason.TYPE)
    drawn = shrink(found.content, found.kind, KEPT_LOGO)
    return FormLogo.objects.create(
        content=drawn.content, type=drawn.kind.content_type, width=drawn.width, height=drawn.height
    )


def _store(form: OptInForm, *, is_new: bool) -> None:
    """The database is the judge of names. Raises NameTaken."""
    try:
        with transaction.atomic():
            form.save(force_insert=is_new)
    except IntegrityError:
        raise NameTaken from None


def _first_texts(language: str, brand: str) -> dict[str, str]:
    return {name: text.format(brand=brand) for name, text in FIRST_TEXTS[language].items()}


def _ids(given: Written) -> list[UUID]:
    return [box.program_id for box in given.boxes]
