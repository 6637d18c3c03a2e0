"""Keywords and their pictures, for Settings > Opt-in and for arriving texts."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import Membership
from accounts.permissions import Permission, require
from compliance.models import AdvertisementImage, Keyword
from texting.models import Line
from texting.queries import NotYours


def keywords(member: Membership) -> QuerySet[Keyword]:
    """Every keyword, by number and word; `has_image` says whether its advertisement has one."""
    require(member, Permission.FORMS_MANAGE)
    image = AdvertisementImage.objects.filter(keyword=OuterRef("pk"))
    rows = Keyword.objects.select_related("line", "program", "advertisement").annotate(has_image=Exists(image))
    return rows.order_by("line__name", "word")


def access_keyword(member: Membership, keyword_id: UUID) -> Keyword:
    """Raises NotYours."""
    found = keywords(member).filter(pk=keyword_id).first()
    if found is None:
        raise NotYours
    return found


def image_of(keyword: Keyword) -> AdvertisementImage | None:
    """The newest picture of its advertisement."""
    return AdvertisementImage.objects.filter(keyword=keyword).order_by("-made_at", "-id").first()


def heard_on(line: Line, words: Iterable[str]) -> dict[str, Keyword]:
    """The keywords among these words that the line hears now, in one statement; none for no words."""
    wanted = set(words)
    if not wanted:
        return {}
    found = Keyword.objects.filter(line=line, word__in=wanted, is_active=True, program__is_active=True)
    return {each.word: each for each in found.select_related("program__team", "advertisement")}
