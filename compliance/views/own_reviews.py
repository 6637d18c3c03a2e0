"""Reviews > Your reviews: what was said of one's own work, reading it, not agreeing; and the disputes of others."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import MemberRequest, Permission, requires
from compliance.forms.reviewing_forms import DecisionForm, DisputeForm
from compliance.models import Review, ReviewDispute
from compliance.reviewing import disputing
from compliance.reviewing.blinding import conversation_for, viewpoint
from compliance.reviewing.cannot_review import CannotReview
from compliance.reviewing.holding import readable
from compliance.reviewing.questions import read
from compliance.reviewing.showing import checks_of, drawn_rows, given, is_blind, percent, review_for
from compliance.views.review_tabs import tabs
from texting.queries import access_conversation, visible_conversations

PAGE = 25
_MANAGE = (Permission.CONVERSATIONS_READ, Permission.REVIEWS_MANAGE)


@requires()
@require_safe
def my_reviews(request: MemberRequest) -> HttpResponse:
    """The newest first; customers as the member sees them in lists."""
    member = request.member
    found = Review.objects.select_related("drawn__line__team", "reviewer__user", "card__scorecard")
    found = found.filter(agent=member, place=disputing.FIRST, state=Review.State.DONE).order_by("-done_at", "-id")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    drawn = {row.id: row for row in drawn_rows(member, [one.drawn for one in page.object_list], blind=False)}
    outcomes = dict(ReviewDispute.objects.filter(review__in=page.object_list).values_list("review_id", "outcome"))
    rows = [(one, drawn[one.drawn_id], percent(one.score), outcomes.get(one.pk)) for one in page.object_list]
    context = {"tabs": tabs(member, "my_reviews"), "rows": rows, "page": page}
    return render(request, "compliance/reviews/mine.html", context)


@requires()
@require_safe
def my_review(request: MemberRequest, scored_id: UUID) -> HttpResponse:
    """What was said, and what the agent may do with it."""
    return _mine(request, _own(request, scored_id), DisputeForm())


@requires()
@require_POST
def acknowledge_review(request: MemberRequest, scored_id: UUID) -> HttpResponse:
    """The agent has read it."""
    disputing.acknowledge(member=request.member, review=_own(request, scored_id))
    messages.success(request, _("Marked as read."))
    return redirect("my_reviews")


@requires()
@require_POST
def dispute_review(request: MemberRequest, scored_id: UUID) -> HttpResponse:
    """The agent does not agree."""
    found, form = _own(request, scored_id), DisputeForm(request.POST)
    if form.is_valid():
        try:
            disputing.dispute(member=request.member, review=found, reason=form.cleaned_data["reason"])
            messages.success(request, _("Sent. Somebody else than the reviewer decides."))
            return redirect("my_review", scored_id=found.pk)
        except CannotReview as reason:
            form.add_error(None, str(reason))
    return _mine(request, found, form)


@requires(*_MANAGE)
@require_safe
def review_disputes(request: MemberRequest) -> HttpResponse:
    """Those that wait for a decision."""
    member = request.member
    found = disputing.open_disputes(member)
    drawn = {row.id: row for row in drawn_rows(member, [one.review.drawn for one in found], blind=is_blind())}
    rows = [(one, drawn[one.review.drawn_id], disputing.may_decide(member, one)) for one in found]
    return render(request, "compliance/reviews/disputes.html", {"tabs": tabs(member, "review_disputes"), "rows": rows})


@requires(*_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def review_dispute(request: MemberRequest, dispute_id: UUID) -> HttpResponse:
    """What the agent says beside the review and the conversation; and the decision."""
    member, blind = request.member, is_blind()
    rows = ReviewDispute.objects.select_related(
        "review__drawn__line__team", "review__card__scorecard", "review__reviewer__user", "review__agent__user"
    )
    found = rows.filter(pk=dispute_id, review__drawn__in=readable(member).values("pk")).first()
    if found is None or found.review.card is None:
        raise Http404
    posted = request.POST if request.method == "POST" else None
    form = DecisionForm(posted, questions=read(found.review.card.questions), given=given(found.review))
    if form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("outcome", "answer")}
        try:
            disputing.decide(member=member, dispute_id=found.pk, answers=form.answers, **said)
            messages.success(request, _("Decided."))
            return redirect("review_disputes")
        except CannotReview as reason:
            form.add_error(None, str(reason))
    conversation = access_conversation(viewpoint(member, blind=blind), found.review.drawn.conversation_id)
    context = {
        "tabs": tabs(member, "review_disputes"),
        "dispute": found,
        "shown": review_for(member, found.review, blind=blind),
        "may_decide": not found.outcome and disputing.may_decide(member, found),
        "form": form,
        "thread": conversation_for(member, conversation, blind=blind),
        "conversation": conversation,
        "checks": checks_of(conversation.pk),
        "is_blind": blind,
    }
    return render(request, "compliance/reviews/dispute.html", context, status=422 if form.errors else 200)


def _own(request: MemberRequest, scored_id: UUID) -> Review:
    found = disputing.of_agent(request.member, scored_id)
    if found is None:
        raise Http404
    return found


def _mine(request: MemberRequest, found: Review, form: DisputeForm) -> HttpResponse:
    member = request.member
    context = {
        "tabs": tabs(member, "my_reviews"),
        "shown": review_for(member, found),
        "form": form,
        "may_read": visible_conversations(member).filter(pk=found.drawn.conversation_id).exists(),
    }
    return render(request, "compliance/reviews/my_review.html", context, status=422 if form.errors else 200)
