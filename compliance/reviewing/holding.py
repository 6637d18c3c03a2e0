"""One reviewer has one conversation at a time: a row of `Review` that is held until a moment, and nobody else gets it.

Whoever takes one locks the drawn row first and passes over rows that others have locked, so two who press at once get
two. The places of a drawn conversation are unique in the database, whatever else goes wrong. A hold that ran out is
free for the next; whoever still has its page open renews it.
"""

from datetime import timedelta
from uuid import UUID

from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from compliance.models import DrawnConversation, Review, ReviewSettings
from compliance.reviewing.cannot_review import CannotReview
from compliance.reviewing.participants import of_others
from texting.models import Conversation
from texting.queries import visible_conversations

HELD_FOR = timedelta(minutes=30)
_TRIES = 20
_BY_CHANCE = (DrawnConversation.Reason.USUAL, DrawnConversation.Reason.NEW)


def readable(member: Membership) -> QuerySet[DrawnConversation]:
    """Drawn conversations that the member may read, whatever their state; in no order."""
    mine = visible_conversations(member).order_by().values("pk")
    return DrawnConversation.objects.filter(conversation_id__in=mine)


def reviewable(member: Membership) -> QuerySet[DrawnConversation]:
    """What the member could take now: over, of others, with a place free. What was drawn for a reason comes first, then
    what has waited longest.
    """
    over = visible_conversations(member).filter(status=Conversation.Status.RESOLVED).order_by().values("pk")
    rows = DrawnConversation.objects.filter(state=DrawnConversation.State.WAITING, conversation_id__in=over)
    rows = of_others(rows, member)
    mine = Review.objects.filter(drawn=OuterRef("pk"), reviewer=member)
    taken = _taken().filter(drawn=OuterRef("pk")).order_by().values("drawn").annotate(number=Count("pk"))
    rows = rows.exclude(Exists(mine)).filter(wanted__gt=Coalesce(Subquery(taken.values("number")), 0))
    rank = Case(When(reason__in=_BY_CHANCE, then=Value(1)), default=Value(0), output_field=IntegerField())
    return rows.annotate(rank=rank).order_by("rank", "drawn_at", "id")


def finished(member: Membership) -> QuerySet[Review]:
    """Reviews that are done, of conversations that the member may read; not while somebody else still judges them. In
    no order.
    """
    over = readable(member).exclude(state=DrawnConversation.State.WAITING).values("pk")
    return Review.objects.filter(state=Review.State.DONE, drawn__in=over)


def only(drawn_id: UUID) -> Q:
    """This one alone, for `take`."""
    return Q(pk=drawn_id)


def held_by(member: Membership) -> Review | None:
    """What the member is at, also when its time ran out and nobody else took it."""
    rows = Review.objects.select_related("drawn").filter(reviewer=member, state=Review.State.HELD)
    return rows.order_by("-begun_at").first()


def take(*, member: Membership, among: Q | None = None) -> Review | None:
    """The next one of those that `among` narrows to, or the one that the member is at already; None: there is none.

    Raises MissingPermission.
    """
    require(member, Permission.REVIEWS_WRITE)
    if mine := held_by(member):
        renew(mine)
        return mine
    passed: list[UUID] = []
    for _try in range(_TRIES):
        rows = reviewable(member).filter(among or Q()).exclude(pk__in=passed)
        drawn = rows.select_for_update(skip_locked=True, of=("self",)).first()
        if drawn is None:
            return None
        if made := _hold(member, drawn):
            return made
        passed.append(drawn.pk)
    return None


def renew(review: Review) -> None:
    """Its page is open."""
    rows = Review.objects.filter(pk=review.pk, state=Review.State.HELD)
    rows.update(held_until=timezone.now() + HELD_FOR)


def give_back(*, member: Membership, review: Review) -> None:
    """Somebody else may have it. Raises CannotReview when it is done, or not the member's."""
    locked(review.drawn_id)
    if not Review.objects.filter(pk=review.pk, reviewer=member, state=Review.State.HELD).delete()[0]:
        raise CannotReview(_("This review is done or is somebody else’s."))


def locked(drawn_id: UUID) -> DrawnConversation:
    """The row behind which everything about its reviews happens."""
    return DrawnConversation.objects.select_for_update(of=("self",)).get(pk=drawn_id)


def _taken() -> QuerySet[Review]:
    """Reviews that are done or that somebody is at."""
    return Review.objects.filter(Q(state=Review.State.DONE) | Q(held_until__gt=timezone.now()))


def _hold(member: Membership, drawn: DrawnConversation) -> Review | None:
    """A place of a row that this transaction has locked; None when another took the last one just before."""
    Review.objects.filter(drawn=drawn, state=Review.State.HELD, held_until__lte=timezone.now()).delete()
    places = set(Review.objects.filter(drawn=drawn).values_list("place", flat=True))
    free = [place for place in range(1, drawn.wanted + 1) if place not in places]
    if not free:
        return None
    blind = ReviewSettings.objects.filter(is_blind=True).exists()
    now = timezone.now()
    return Review.objects.create(
        drawn=drawn,
        contact_id=drawn.contact_id,
        place=free[0],
        reviewer=member,
        agent_id=drawn.agent_id,
        begun_at=now,
        held_until=now + HELD_FOR,
        was_blind=blind,
    )
