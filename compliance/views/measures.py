"""Settings > Measures: the register, one measure, who sees to it, its reviews."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from compliance.forms.measure_forms import DutyForm, SignForm
from compliance.forms.permission_forms import PeriodForm
from compliance.measures import answering, register, reviewing
from compliance.measures.catalogue.table import MEASURES, VERSION
from compliance.measures.register import ShownMeasure
from compliance.models import MeasureReview
from compliance.reports.periods import Period
from compliance.views.measure_tabs import tabs
from compliance.views.period_asked import asked, choices

USUAL_DAYS = 90


@requires(Permission.MEASURES_READ)
@require_safe
def measures(request: MemberRequest) -> HttpResponse:
    """What applies, with the gaps on top. Without answers yet: the way to the questions."""
    form, period = asked(request, usual_days=USUAL_DAYS)
    context = {
        **_frame(request, form, period),
        "tabs": tabs("measures"),
        "register": register.register(request.member, period),
        "answered": answering.newest(),
        "version": VERSION,
    }
    return render(request, "compliance/measures/measures.html", context, status=422 if form.errors else 200)


@requires(Permission.MEASURES_READ)
@require_safe
def measure(request: MemberRequest, measure_key: str) -> HttpResponse:
    """One measure with its figures, what is switched on, its reviews."""
    form, period = asked(request, usual_days=USUAL_DAYS)
    return _measure_page(request, _found(request, measure_key, period), form, period)


@requires(Permission.MEASURES_READ, Permission.MEASURES_MANAGE)
@require_POST
def measure_owner(request: MemberRequest, measure_key: str) -> HttpResponse:
    """Who sees to it, and when it is reviewed next."""
    form, period = asked(request, usual_days=USUAL_DAYS)
    found = _found(request, measure_key, period)
    assert found.duty is not None  # noqa: S101 - `_found` looks
    duty_form = DutyForm(request.POST, duty=found.duty)
    if duty_form.is_valid():
        try:
            owner = duty_form.cleaned_data["owner"]
            reviewing.assign(actor=request.member, measure=measure_key, owner_id=owner, due_on=duty_form.due)
        except reviewing.NotPossible:
            duty_form.add_error(
                None, _("Choose somebody who may read the register, and a day from today to two years.")
            )
        else:
            messages.success(request, _("Saved."))
            return redirect("measure", measure_key)
    return _measure_page(request, found, form, period, duty_form=duty_form)


@requires(Permission.MEASURES_READ, Permission.MEASURES_MANAGE)
@fresh
@require_POST
def sign_measure(request: MemberRequest, measure_key: str) -> HttpResponse:
    """Sign a review: the figures are frozen as they are now."""
    form, period = asked(request, usual_days=USUAL_DAYS)
    sign_form = SignForm(request.POST)
    days = PeriodForm(request.POST)
    if days.is_valid():
        period = Period(days.cleaned_data["since"], days.cleaned_data["until"], period.zone)
    elif sign_form.is_valid():
        sign_form.add_error(None, _("The days do not fit. Open this page again."))
    found = _found(request, measure_key, period)
    if sign_form.is_valid():
        said = sign_form.cleaned_data
        try:
            signed = reviewing.sign_off(
                actor=request.member, measure=measure_key, period=period, note=said["note"], last_id=said["last"]
            )
        except reviewing.SignedMeanwhile:
            sign_form.add_error(None, _("Somebody signed since you opened this page. Read their review first."))
        except reviewing.NotPossible:
            sign_form.add_error(None, _("Only a measure that applies can be signed, with a note."))
        else:
            messages.success(request, _("Signed. The next review is due on %(day)s.") % {"day": signed.next_on})
            return redirect("measure_review", measure_key, signed.pk)
    return _measure_page(request, found, form, period, sign_form=sign_form)


@requires(Permission.MEASURES_READ)
@require_safe
def measure_review(request: MemberRequest, measure_key: str, measure_review_id: UUID) -> HttpResponse:
    """What was signed, as it was then."""
    rows = MeasureReview.objects.select_related("by__user")
    review = get_object_or_404(rows, pk=measure_review_id, measure=measure_key)
    known = MEASURES.get(measure_key)
    context = {"review": review, "title": known.title if known else measure_key, "tabs": tabs("measures")}
    return render(request, "compliance/measures/review.html", context)


def _found(request: MemberRequest, key: str, period: Period) -> ShownMeasure:
    found = register.one_measure(request.member, key, period)
    if found is None:
        raise Http404
    return found


def _frame(request: MemberRequest, form: PeriodForm, period: Period) -> dict[str, object]:
    return {
        "form": form,
        "period": period,
        "usual": choices(period),
        "query": f"since={period.first}&until={period.last}",
        "may_manage": request.member.may(Permission.MEASURES_MANAGE),
        "may_open_action": request.member.may(Permission.ACTIONS_MANAGE),
    }


def _measure_page(
    request: MemberRequest,
    found: ShownMeasure,
    form: PeriodForm,
    period: Period,
    *,
    duty_form: DutyForm | None = None,
    sign_form: SignForm | None = None,
) -> HttpResponse:
    assert found.duty is not None  # noqa: S101 - `_found` looks
    last = found.last.pk if found.last else None
    initial = {"last": last, "since": period.first, "until": period.last}
    forms = [one for one in (form, duty_form, sign_form) if one is not None]
    context = {
        **_frame(request, form, period),
        "tabs": tabs("measures"),
        "shown": found,
        "duty_form": duty_form or DutyForm(duty=found.duty),
        "sign_form": sign_form or SignForm(initial=initial),
        "reviews": reviewing.reviews(found.measure.key),
    }
    status = 422 if any(one.errors for one in forms) else 200
    return render(request, "compliance/measures/measure.html", context, status=status)
