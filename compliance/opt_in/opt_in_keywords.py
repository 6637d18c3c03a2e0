"""Makes and changes the words that opt in. A word that could mean STOP, HELP, START or YES is never one of them."""

import hashlib
import re
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from compliance.ledger.consent_state import brand_of
from compliance.ledger.wordings import LONGEST, disclosure_of
from compliance.models import AdvertisementImage, Keyword, Program
from compliance.opt_in.opt_in_elements import Kind
from compliance.opt_in.opt_in_words import NO, YES
from compliance.opt_in.programs import ELEMENT_NAMES, CannotChange, lacks
from compliance.words.keyword_rules import rules
from compliance.words.keywords import classify, plain_core
from compliance.words.plain_words import one_slip
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.isolation import current_organization_id
from tenancy.models import Organization
from tenancy.word_lists import all_of
from texting.attachments.inspecting import inspect_for_sending
from texting.attachments.kinds import FileRefused, Reason
from texting.attachments.wording import reason_sentence
from texting.models import Line

MOST_ON_A_LINE = 50
SHORTEST, LONGEST_WORD = 3, 20  # characters
MOST_IMAGE_BYTES = 5_000_000
_IMAGE_ROOM = 2_000_000  # as it is kept
_ONE_WORD = re.compile(r"[^\W_]+\Z")
_NEIGHBOURS_FROM = 4  # letters: shorter stop words have every short word for a neighbour


@dataclass(frozen=True)
class Wish:
    """A keyword as somebody wants it. `image`: of the advertisement, empty to keep the one there is."""

    program: Program
    advertisement: str
    language: str = "en"
    image: bytes = field(default=b"", repr=False)


def make(*, member: Membership, line: Line, word: str, wish: Wish) -> Keyword:
    """A new keyword of a line. Raises CannotChange."""
    require(member, Permission.FORMS_MANAGE)
    _check_program(line, wish.program)
    known, shown = fit(word), " ".join(word.split()).upper()
    if Keyword.objects.filter(line=line).count() >= MOST_ON_A_LINE:
        raise CannotChange(_("A number has at most %(most)d keywords.") % {"most": MOST_ON_A_LINE})
    picture = _drawn(wish.image)
    keyword = Keyword(
        line=line,
        word=known,
        shown=shown,
        program=wish.program,
        language=wish.language,
        advertisement=disclosure_of(wish.program, _published(wish, known), wish.language, member),
        made_by=member,
        made_at=timezone.now(),
    )
    try:
        with transaction.atomic():
            keyword.save()
    except IntegrityError as error:
        if "compliance_keyword_once" not in str(error):
            raise
        raise CannotChange(_("This number has that keyword already.")) from None
    _keep(member, keyword, picture)
    audit.record(event=AuditKind.KEYWORD_MADE, actor=member, object=keyword, word=shown, program=wish.program.name)
    return keyword


def change(*, member: Membership, keyword: Keyword, wish: Wish) -> None:
    """Another program, advertisement or image, for texts from now on. Raises CannotChange."""
    require(member, Permission.FORMS_MANAGE)
    _check_program(keyword.line, wish.program)
    picture = _drawn(wish.image)
    keyword.program, keyword.language = wish.program, wish.language
    keyword.advertisement = disclosure_of(wish.program, _published(wish, keyword.word), wish.language, member)
    keyword.save(update_fields=["program", "language", "advertisement"])
    _keep(member, keyword, picture)
    digest = bytes(keyword.advertisement.digest).hex()
    details: dict[str, Any] = {"program": wish.program.name, "advertisement": digest, "image": bool(picture)}
    audit.record(event=AuditKind.KEYWORD_CHANGED, actor=member, object=keyword, **details)


def _check_program(line: Line, program: Program) -> None:
    """As a form does before it is published: what a line may not send, nobody opts in to on it."""
    if program.team_id not in (None, line.team_id):
        raise CannotChange(_("This program belongs to another team than the line. Choose one of its team."))
    if program.brand_id not in (None, brand_of(line)):
        raise CannotChange(_("This program is of another brand than the line. Choose one of its brand."))


def switch(*, member: Membership, keyword: Keyword, on: bool) -> None:
    """Hear it, or no more."""
    require(member, Permission.FORMS_MANAGE)
    if Keyword.objects.filter(pk=keyword.pk, is_active=not on).update(is_active=on):
        audit.record(event=AuditKind.KEYWORD_SWITCHED, actor=member, object=keyword, on=on)


def fit(word: str) -> str:
    """The word as texts are compared with it. Raises CannotChange for one that cannot be a keyword, saying why."""
    typed, known = " ".join(word.split()), plain_core(word)
    if not known or not _ONE_WORD.match(typed) or not re.search(r"[^\W\d_]", known):
        raise CannotChange(_("Choose one word of letters and digits that is no greeting or word of thanks."))
    if len(known) < SHORTEST or len(typed) > LONGEST_WORD:
        lengths = {"least": SHORTEST, "most": LONGEST_WORD}
        raise CannotChange(_("A keyword has %(least)d to %(most)d letters.") % lengths)
    means = {classify(word, opted_out=out).action for out in (False, True)} | {
        classify(known, opted_out=out).action for out in (False, True)
    }
    if means != {"none"} or known in YES | NO:
        raise CannotChange(_("This word already means STOP, HELP, START, YES or NO, or is close to it."))
    if any(one_slip(known, stop) for stop in rules().stop if len(stop) >= _NEIGHBOURS_FROM):
        raise CannotChange(_("One slip of the finger makes it a word that means STOP. Choose another one."))
    return known


def _published(wish: Wish, word: str) -> str:
    """The advertisement, if it may be published."""
    text = " ".join(wish.advertisement.replace("\x00", "").split())
    if len(text) > LONGEST:
        raise CannotChange(_("Write at most %(most)d characters.") % {"most": LONGEST})
    organization = Organization.objects.get(pk=current_organization_id())
    names = [str(ELEMENT_NAMES[each]) for each in lacks(organization, wish.program, Kind.ADVERTISEMENT, text)]
    if word not in plain_words(text):
        names.insert(0, _("the keyword"))
    if names:
        raise CannotChange(_("The advertisement must also say: %(names)s.") % {"names": all_of(names)})
    return text


def plain_words(text: str) -> set[str]:
    """Each word of a text as keywords are compared."""
    return {plain_core(word) for word in text.split()}


def _drawn(image: bytes) -> tuple[bytes, str] | None:
    """The picture without anything but its points, and its type."""
    if not image:
        return None
    try:
        if len(image) > MOST_IMAGE_BYTES:
            raise FileRefused(Reason.TOO_LARGE)
        seen = inspect_for_sending(image, room=_IMAGE_ROOM)
        if not seen.kind.drawn:
            raise FileRefused(Reason.TYPE)
    except FileRefused as refused:
        raise CannotChange(reason_sentence(refused.reason)) from None
    return seen.content, seen.kind.content_type


def _keep(member: Membership, keyword: Keyword, picture: tuple[bytes, str] | None) -> None:
    if picture is not None:
        content, content_type = picture
        AdvertisementImage.objects.create(
            keyword=keyword,
            content=content,
            content_type=content_type,
            digest=hashlib.sha256(content).digest(),
            made_by=member,
            made_at=timezone.now(),
        )
