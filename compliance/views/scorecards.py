"""Settings > Reviews > Scorecards."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import MemberRequest, Permission, requires
from compliance.forms.scorecard_forms import Questions, ScorecardForm, initial_of, typed
from compliance.models import Scorecard, ScorecardVersion
from compliance.reviewing import scorecards as cards
from compliance.reviewing.cannot_review import CannotReview
from compliance.reviewing.questions import read
from compliance.views.review_settings import tabs

_FORM = ["GET", "HEAD", "POST"]
_MANAGE = Permission.REVIEWS_MANAGE


@requires(_MANAGE)
@require_safe
def scorecards(request: MemberRequest) -> HttpResponse:
    """All of them."""
    rows = [(version, read(version.questions)) for version in cards.all_cards()]
    context = {"rows": rows, "settings_tabs": tabs("scorecards")}
    return render(request, "compliance/reviews/settings/scorecards.html", context)


@requires(_MANAGE)
@require_http_methods(_FORM)
def new_scorecard(request: MemberRequest) -> HttpResponse:
    """Make one."""
    return _card(request, None)


@requires(_MANAGE)
@require_http_methods(_FORM)
def scorecard(request: MemberRequest, card_id: UUID) -> HttpResponse:
    """Change one: a new version."""
    cards.ensure_default()
    version = ScorecardVersion.objects.select_related("scorecard").filter(scorecard=card_id).order_by("-number").first()
    if version is None:
        raise Http404
    return _card(request, version)


@requires(_MANAGE)
@require_POST
def retire_scorecard(request: MemberRequest, card_id: UUID) -> HttpResponse:
    """Offer it no more; `on=1`: again."""
    card = get_object_or_404(Scorecard.objects.all(), pk=card_id)
    try:
        cards.retire(member=request.member, card=card, retired=request.POST.get("on") != "1")
    except CannotReview as reason:
        messages.warning(request, str(reason))
    return redirect("scorecards")


def _card(request: MemberRequest, version: ScorecardVersion | None) -> HttpResponse:
    posted = request.POST if request.method == "POST" else None
    card = version.scorecard if version else None
    form = ScorecardForm(posted, initial={"name": card.title, "purpose": card.purpose} if card else None)
    kept = initial_of(read(version.questions)) if version else None
    formset = Questions(posted, initial=kept, prefix="q", form_kwargs={"empty_permitted": False})
    if posted is not None and form.is_valid() and formset.is_valid():
        try:
            cards.save(member=request.member, card=card, questions=typed(formset), **form.cleaned_data)
        except CannotReview as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, _("Saved. Reviews from now on are made with it; earlier ones keep theirs."))
            return redirect("scorecards")
    context = {"form": form, "formset": formset, "version": version, "settings_tabs": tabs("scorecards")}
    bad = bool(form.errors) or (posted is not None and not formset.is_valid())
    return render(request, "compliance/reviews/settings/scorecard.html", context, status=422 if bad else 200)
