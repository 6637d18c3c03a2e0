"""Who has access, and the reviews of it."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts import access_review_reading as reading
from accounts import access_reviewing as reviewing
from accounts.access_review_reading import COLUMNS, ShownLine, Wanted
from accounts.csv_cells import short_csv_file
from accounts.deactivation import LastOwner, OwnMembership
from accounts.invitations import FromDirectory
from accounts.models.access_review import AccessKind
from accounts.permissions import MemberRequest, MissingPermission, Permission, requires
from accounts.step_up import fresh
from tenancy import audit
from tenancy.isolation import activate

PAGE = 50
MOST_AT_ONCE = 200


class FilterForm(forms.Form):
    """What to look for, as it stands in the page's address."""

    text = forms.CharField(label=gettext_lazy("Search"), required=False, max_length=80)
    kind = forms.ChoiceField(
        label=gettext_lazy("What"),
        required=False,
        choices=[
            ("", gettext_lazy("Everything")),
            (AccessKind.PERSON, gettext_lazy("People")),
            (AccessKind.KEY, gettext_lazy("API keys")),
            (AccessKind.TOKEN, gettext_lazy("Directory tokens")),
        ],
    )
    show = forms.ChoiceField(
        label=gettext_lazy("Show"),
        required=False,
        choices=[
            ("", gettext_lazy("All")),
            ("open", gettext_lazy("Not decided")),
            ("unused", gettext_lazy("Not used for 90 days")),
            ("removed", gettext_lazy("Removed")),
        ],
    )

    @property
    def wanted(self) -> Wanted:
        """What was asked for; what cannot be understood is left out."""
        self.is_valid()
        return Wanted(**{name: str(value) for name, value in self.cleaned_data.items() if value})


@requires(Permission.ACCESS_REVIEW)
@require_safe
def access_review(request: MemberRequest) -> HttpResponse:
    """When the next review is due, who has what now, and the reviews so far."""
    form = FilterForm(request.GET)
    lines = form.wanted.take(reading.today(request.member))
    context = {
        "due": reviewing.due(request.member.organization),
        "open_review": reviewing.open_review(),
        "history": reading.history(),
        "form": form,
        "page": Paginator(lines, PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "accounts/access_review.html", context)


@requires(Permission.ACCESS_REVIEW)
@fresh
@require_safe
def access_csv(request: MemberRequest) -> HttpResponse:
    """Who has what now, as CSV."""
    audit.record(event=audit.AuditKind.ACCESS_EXPORTED, actor=request.member)
    return _csv(reading.today(request.member), f"access-{timezone.now():%Y-%m-%d}")


@requires(Permission.ACCESS_REVIEW)
@require_POST
def begin_review(request: MemberRequest) -> HttpResponse:
    """Take down who has what now; whoever comes second goes on with the same review."""
    try:
        review = reviewing.begin(actor=request.member)
    except reviewing.StillOpen:
        found = reviewing.open_review()
        return redirect("one_review", review_id=found.pk) if found else redirect("access_review")
    return redirect("one_review", review_id=review.pk)


@requires(Permission.ACCESS_REVIEW)
@require_safe
def one_review(request: MemberRequest, review_id: UUID) -> HttpResponse:
    """The lines, each with what was decided about it."""
    shown = reading.access_review(review_id)
    form = FilterForm(request.GET)
    page = Paginator(form.wanted.take(shown.lines), PAGE).get_page(request.GET.get("page"))
    context = {"shown": shown, "form": form, "page": page, "back": request.get_full_path()}
    return render(request, "accounts/one_review.html", context)


@requires(Permission.ACCESS_REVIEW)
@fresh
@require_POST
def decide_line(request: MemberRequest, review_id: UUID, review_line_id: UUID) -> HttpResponse:
    """Keep or remove one line."""
    line = reading.access_line(review_id, review_line_id)
    keeps = request.POST.get("verdict") != "remove"
    try:
        with activate(request.member.organization):
            reviewing.decide(
                actor=request.member, line=line, keeps=keeps, remark=_line(request.POST, f"remark-{line.pk}")
            )
    except reviewing.Closed:
        messages.error(request, _("This review is signed. Begin a new one to change something."))
    except (LastOwner, OwnMembership, FromDirectory, MissingPermission) as refused:
        messages.error(request, _refusal(refused) % {"name": line.name})
    else:
        text = _("%(name)s keeps their access.") if keeps else _("%(name)s has no access any more.")
        messages.success(request, text % {"name": line.name})
    return redirect("one_review", review_id=review_id)


@requires(Permission.ACCESS_REVIEW)
@require_POST
def keep_lines(request: MemberRequest, review_id: UUID) -> HttpResponse:
    """Keep all that were selected, at most MOST_AT_ONCE."""
    reading.access_review(review_id)
    kept = 0
    for value in request.POST.getlist("line")[:MOST_AT_ONCE]:
        try:
            line = reading.access_line(review_id, UUID(value))
            reviewing.decide(actor=request.member, line=line, keeps=True, remark=_line(request.POST, f"remark-{value}"))
        except ValueError:
            continue
        except reviewing.Closed:
            messages.error(request, _("This review is signed. Begin a new one to change something."))
            break
        kept += 1
    messages.success(request, ngettext("%(count)d line kept.", "%(count)d lines kept.", kept) % {"count": kept})
    return redirect("one_review", review_id=review_id)


@requires(Permission.ACCESS_REVIEW)
@fresh
@require_POST
def sign_review(request: MemberRequest, review_id: UUID) -> HttpResponse:
    """Close the review in one's own name."""
    shown = reading.access_review(review_id)
    try:
        reviewing.sign_off(actor=request.member, review=shown.review, remark=_line(request.POST, "remark"))
    except reviewing.Undecided as undecided:
        text = ngettext("%(count)d line is not decided yet.", "%(count)d lines are not decided yet.", undecided.count)
        messages.error(request, text % {"count": undecided.count})
    except reviewing.Closed:
        messages.error(request, _("This review is signed already."))
    else:
        messages.success(request, _("The review is signed. The next one is due in a quarter."))
    return redirect("one_review", review_id=review_id)


@requires(Permission.ACCESS_REVIEW)
@fresh
@require_safe
def review_csv(request: MemberRequest, review_id: UUID) -> HttpResponse:
    """A review with its decisions, as CSV."""
    shown = reading.access_review(review_id)
    audit.record(event=audit.AuditKind.ACCESS_EXPORTED, actor=request.member, object=shown.review)
    return _csv(shown.lines, f"access-review-{shown.review.begun_at:%Y-%m-%d}")


def _line(sent: QueryDict, name: str) -> str:
    """The remark on one line, without what cannot be read."""
    return " ".join("".join(sign for sign in sent.get(name, "") if sign.isprintable() or sign.isspace()).split())


def _refusal(refused: Exception) -> str:
    if isinstance(refused, LastOwner):
        return _("%(name)s is the last owner who can always get in. Make somebody else one first.")
    if isinstance(refused, OwnMembership):
        return _("Nobody removes themselves. Another reviewer has to decide about %(name)s.")
    if isinstance(refused, FromDirectory):
        return _("The company's directory invited %(name)s. Remove them there.")
    return _("You may review, but not remove %(name)s. Ask somebody who may deactivate people or manage keys.")


def _csv(lines: list[ShownLine], name: str) -> HttpResponse:
    return short_csv_file(name, COLUMNS, map(reading.cells, lines))
