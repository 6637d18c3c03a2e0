"""Reviews > To review: what was drawn, taking the next one, judging it beside the conversation; what is done."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import MemberRequest, Permission, requires
from compliance.actions.links import answer_links
from compliance.forms.reviewing_forms import QueueForm, ReviewForm, SetAsideForm
from compliance.models import DrawnConversation, Review, ScorecardVersion
from compliance.reviewing import drafting, holding, judging, scorecards
from compliance.reviewing.blinding import agent, conversation_for, viewpoint
from compliance.reviewing.cannot_review import CannotReview
from compliance.reviewing.questions import read
from compliance.reviewing.showing import checks_of, drawn_rows, is_blind, percent, review_for
from compliance.views.review_tabs import tabs
from texting.queries import access_conversation, customer

PAGE = 25
_WORDS = ("comment", "coaching")
_WRITE = (Permission.CONVERSATIONS_READ, Permission.REVIEWS_WRITE)
_MANAGE = (Permission.CONVERSATIONS_READ, Permission.REVIEWS_MANAGE)


@requires()
@require_safe
def reviews(request: MemberRequest) -> HttpResponse:
    """To the queue for reviewers, else to one's own."""
    reviewer = all(request.member.may(one) for one in _WRITE)
    return redirect("review_queue" if reviewer else "my_reviews")


@requires(*_WRITE)
@require_safe
def review_queue(request: MemberRequest) -> HttpResponse:
    """What the member could take now."""
    member, blind = request.member, is_blind()
    form = QueueForm(request.GET, blind=blind)
    wanted = form.wanted()
    found = holding.reviewable(member).filter(wanted.condition).select_related("line__team")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    mine = holding.held_by(member)
    waiting = holding.readable(member).filter(state=DrawnConversation.State.WAITING)
    context = {
        "tabs": tabs(member, "review_queue"),
        "form": form,
        "narrowed": bool(wanted.query),
        "query": wanted.query,
        "page": page,
        "rows": drawn_rows(member, page.object_list, blind=blind),
        "mine": mine,
        "others": waiting.filter(wanted.condition).count() - page.paginator.count,
        "may_manage": member.may(Permission.REVIEWS_MANAGE),
        "is_blind": blind,
    }
    return render(request, "compliance/reviews/queue.html", context)


@requires(*_WRITE)
@require_POST
def next_review(request: MemberRequest) -> HttpResponse:
    """Take the next one that the filter of the page narrows to."""
    wanted = QueueForm(request.GET, blind=is_blind()).wanted()
    made = holding.take(member=request.member, among=wanted.condition)
    if made is None:
        messages.info(request, _("Nothing waits that you could review."))
        return redirect("review_queue")
    return redirect("review", scored_id=made.pk)


@requires(*_WRITE)
@require_POST
def take_review(request: MemberRequest, drawn_id: UUID) -> HttpResponse:
    """Take this one; whoever is at another goes back to that."""
    drawn = _drawn(request, drawn_id)
    made = holding.take(member=request.member, among=holding.only(drawn.pk))
    if made is None:
        messages.warning(request, _("A colleague has it, or you have taken part in it. Take another one."))
        return redirect("review_queue")
    if made.drawn_id != drawn.pk:
        messages.info(request, _("You are at this one. Finish it or give it back first."))
    return redirect("review", scored_id=made.pk)


@requires(*_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: MemberRequest, scored_id: UUID) -> HttpResponse:
    """A conversation beside the scorecard; what was said, once it is done."""
    member = request.member
    rows = Review.objects.select_related("drawn__line__team", "reviewer__user", "card__scorecard", "agent__user")
    found = rows.filter(pk=scored_id, drawn__in=holding.readable(member).values("pk")).first()
    if request.method == "POST":
        return _judge(request, found, scored_id)
    if found is None or (found.reviewer_id != member.pk and found.drawn.state == DrawnConversation.State.WAITING):
        raise Http404
    if found.state == Review.State.HELD:
        if found.reviewer_id != member.pk:
            raise Http404
        holding.renew(found)
        return _page(request, found)
    return _done(request, found)


@requires(*_WRITE)
@require_POST
def keep_review(request: MemberRequest, scored_id: UUID) -> HttpResponse:
    """Its page is open: nobody else gets it. With what was typed (`card` and the fields), that is kept, too."""
    found = Review.objects.filter(pk=scored_id, reviewer=request.member).first()
    if found is None:
        raise Http404
    holding.renew(found)
    if card := request.POST.get("card", ""):
        said = {name: request.POST.get(name, "") for name in request.POST if name.startswith("a_") or name in _WORDS}
        drafting.keep(member=request.member, review_id=scored_id, card=card, said=said)
    return HttpResponse(status=204)


@requires(*_WRITE)
@require_POST
def give_back_review(request: MemberRequest, scored_id: UUID) -> HttpResponse:
    """Somebody else may have it."""
    found = Review.objects.filter(pk=scored_id, reviewer=request.member).first()
    if found is None:
        raise Http404
    try:
        holding.give_back(member=request.member, review=found)
        messages.success(request, _("Given back."))
    except CannotReview as reason:
        messages.warning(request, str(reason))
    return redirect("review_queue")


@requires(*_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def set_aside(request: MemberRequest, drawn_id: UUID) -> HttpResponse:
    """It is not reviewed, with the reason."""
    drawn = _drawn(request, drawn_id)
    form = SetAsideForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            judging.set_aside(member=request.member, drawn_id=drawn.pk, because=form.cleaned_data["because"])
            messages.success(request, _("Set aside."))
            return redirect("reviews")
        except CannotReview as reason:
            form.add_error(None, str(reason))
    blind = is_blind()
    [row] = drawn_rows(request.member, [drawn], blind=blind)
    context = {"form": form, "row": row, "tabs": tabs(request.member, "review_queue")}
    return render(request, "compliance/reviews/set_aside.html", context, status=422 if form.errors else 200)


@requires(*_WRITE)
@require_safe
def reviews_done(request: MemberRequest) -> HttpResponse:
    """The newest reviews of conversations that the member may read; not while somebody else still judges them."""
    member, blind = request.member, is_blind()
    found = holding.finished(member).select_related("drawn__line__team", "reviewer__user", "card__scorecard")
    found = found.order_by("-done_at", "-id")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    drawn = {row.id: row for row in drawn_rows(member, [one.drawn for one in page.object_list], blind=blind)}
    rows = [(one, drawn[one.drawn_id], percent(one.score)) for one in page.object_list]
    context = {"tabs": tabs(member, "reviews_done"), "rows": rows, "page": page}
    return render(request, "compliance/reviews/done.html", context)


def _judge(request: MemberRequest, found: Review | None, scored_id: UUID) -> HttpResponse:
    """What was typed is never lost: it is shown again, also when the conversation is somebody else's by now."""
    card = _card(request.POST.get("card", ""), exact=True)
    form = ReviewForm(request.POST, questions=read(card.questions) if card else ())
    if found is None and not any(one.value() for one in form):
        raise Http404
    if found is None or found.reviewer_id != request.member.pk or card is None:
        context = {"typed": [(one.label, one.value()) for one in form], "tabs": tabs(request.member, "review_queue")}
        return render(request, "compliance/reviews/gone.html", context, status=409)
    if form.is_valid():
        try:
            words = {name: form.cleaned_data[name] for name in _WORDS}
            judging.judge(member=request.member, review_id=scored_id, card=card, answers=form.answers, **words)
        except CannotReview as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, _("Review sent."))
            return redirect("review_queue")
    return _page(request, found, form=form, card=card)


def _page(
    request: MemberRequest, found: Review, *, form: ReviewForm | None = None, card: ScorecardVersion | None = None
) -> HttpResponse:
    member, blind = request.member, found.was_blind or is_blind()
    viewer = viewpoint(member, blind=blind)
    conversation = access_conversation(viewer, found.drawn.conversation_id)
    offered = scorecards.active()
    kept_card, kept = drafting.draft_of(found)
    chosen = card or _card(request.GET.get("card", ""))
    if chosen is None and (before := _card(kept_card, exact=True)) and before.scorecard.retired_at is None:
        chosen = before
    chosen = chosen or (offered[0] if offered else None)
    form = form or ReviewForm(questions=read(chosen.questions) if chosen else (), typed=kept)
    [row] = drawn_rows(member, [found.drawn], blind=blind)
    context = {
        "tabs": tabs(member, "review_queue"),
        "row": row,
        "review": found,
        "is_blind": blind,
        "customer": customer(viewer, conversation.contact, in_list=True),
        "thread": conversation_for(member, conversation, blind=blind),
        "conversation": conversation,
        "checks": checks_of(conversation.pk),
        "card": chosen,
        "cards": [(one, chosen is not None and one.pk == chosen.pk) for one in offered],
        "form": form,
        "is_kept": bool(kept),
        "may_manage": member.may(Permission.REVIEWS_MANAGE),
    }
    return render(request, "compliance/reviews/review.html", context, status=422 if form and form.errors else 200)


def _done(request: MemberRequest, found: Review) -> HttpResponse:
    member, blind = request.member, is_blind()
    viewer = viewpoint(member, blind=blind)
    conversation = access_conversation(viewer, found.drawn.conversation_id)
    context = {
        "tabs": tabs(member, "reviews_done"),
        "shown": review_for(member, found, blind=blind),
        "agent": "" if found.agent is None else agent(0) if blind else found.agent.user.name,
        "thread": conversation_for(member, conversation, blind=blind),
        "conversation": conversation,
        "checks": checks_of(conversation.pk),
        "is_blind": blind,
        "may_open_action": member.may(Permission.ACTIONS_MANAGE),
        "answer_actions": answer_links(member, found.pk),
    }
    return render(request, "compliance/reviews/one.html", context)


def _card(text: str, *, exact: bool = False) -> ScorecardVersion | None:
    """The version of this id, or with `exact` off the newest of the scorecard with it."""
    try:
        pk = UUID(text)
    except ValueError:
        return None
    if exact:
        return ScorecardVersion.objects.select_related("scorecard").filter(pk=pk).first()
    return next((one for one in scorecards.active() if one.scorecard_id == pk), None)


def _drawn(request: MemberRequest, drawn_id: UUID) -> DrawnConversation:
    rows = holding.readable(request.member).select_related("line__team")
    found = rows.filter(pk=drawn_id).first()
    if found is None:
        raise Http404
    return found
