"""The register as it is now: which measures apply and why, what shows that they are kept, and the gaps."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from compliance.actions.links import ActionLink, links
from compliance.measures.answering import newest
from compliance.measures.answers import Answers
from compliance.measures.catalogue.shapes import Measure
from compliance.measures.catalogue.table import MEASURES
from compliance.measures.controls import CONTROLS, Control
from compliance.measures.evidence.figures import Evidence, Figure
from compliance.measures.evidence.kinds import kinds
from compliance.models import ActionOrigin, MeasureDuty, MeasureReview
from compliance.reports.periods import Period


@dataclass(frozen=True)
class ShownFigure:
    """A kind of evidence with what was counted."""

    kind: Evidence
    figure: Figure


@dataclass(frozen=True)
class ShownControl:
    """A switch, and whether it is on."""

    control: Control
    on: bool | None

    @property
    def url(self) -> str:
        return reverse(self.control.route)


@dataclass(frozen=True)
class Gap:
    """What is off, or under its target: what it is, what to do, and the page where it is done."""

    key: str
    title: str
    act: str
    url: str
    actions: tuple[ActionLink, ...] = ()


@dataclass(frozen=True)
class ShownMeasure:
    """One measure. `because` is empty for one that applied once and no longer does."""

    measure: Measure
    because: str
    duty: MeasureDuty | None
    last: MeasureReview | None
    figures: list[ShownFigure] = field(default_factory=list)
    controls: list[ShownControl] = field(default_factory=list)
    actions: Mapping[str, tuple[ActionLink, ...]] = field(default_factory=dict)

    @property
    def gaps(self) -> list[Gap]:
        """Switches that are off first."""
        off = [_gap_of_control(one.control) for one in self.controls if one.on is False]
        off += [_gap_of_figure(one) for one in self.figures if one.figure.is_met is False]
        return [replace(gap, actions=self.actions.get(gap.key, ())) for gap in off]

    @property
    def is_overdue(self) -> bool:
        return self.duty is not None and self.duty.due_on < timezone.localdate()

    @property
    def state(self) -> tuple[str, str]:
        """In two or three words, with a tone."""
        if self.gaps:
            return _("Has gaps"), "danger"
        if self.is_overdue:
            return _("Review overdue"), "warning"
        return (_("In order"), "success") if self.last else (_("Not reviewed yet"), "neutral")


@dataclass(frozen=True)
class Register:
    """`ended`: those that applied once."""

    measures: list[ShownMeasure]
    ended: list[ShownMeasure]

    @property
    def gaps(self) -> list[tuple[Gap, list[str]]]:
        """Each gap once, with the titles of the measures that it is one of."""
        found: dict[str, tuple[Gap, list[str]]] = {}
        for one in self.measures:
            for gap in one.gaps:
                found.setdefault(gap.key, (gap, []))[1].append(str(one.measure.title))
        return list(found.values())


def register(member: Membership, period: Period) -> Register:
    """Everything that applies or once did. Each kind of evidence is counted once."""
    row = newest()
    answers = Answers.from_json(row.answers) if row else Answers()
    duties = {duty.measure: duty for duty in MeasureDuty.objects.select_related("owner__user")}
    last = _last_reviews()
    reasons = {key: measure.because(answers) or "" for key, measure in MEASURES.items()} if row else {}
    keys = [key for key, because in reasons.items() if because]
    seen = _Seen(member, period, [MEASURES[key] for key in keys])
    shown = [seen.shown(MEASURES[key], reasons[key], duties.get(key), last.get(key)) for key in keys]
    ended = [
        ShownMeasure(MEASURES[key], "", duty, last.get(key))
        for key, duty in duties.items()
        if key in MEASURES and key not in keys
    ]
    return Register(shown, ended)


def one_measure(member: Membership, key: str, period: Period) -> ShownMeasure | None:
    """A measure that applies or once did; None for others."""
    measure, row = MEASURES.get(key), newest()
    duty = MeasureDuty.objects.select_related("owner__user").filter(measure=key).first()
    if measure is None or row is None or duty is None:
        return None
    because = measure.because(Answers.from_json(row.answers)) or ""
    return _Seen(member, period, [measure]).shown(measure, because, duty, _last_reviews().get(key))


def open_count(member: Membership) -> int:
    """How many measures of this member's are due or overdue, for the list of settings."""
    mine = MeasureDuty.objects.filter(applies=True, due_on__lte=timezone.localdate(), owner=member)
    return mine.count()


class _Seen:
    """What was looked at once, for all measures that ask for it."""

    def __init__(self, member: Membership, period: Period, measures: Iterable[Measure]) -> None:
        wanted = {key for measure in measures for key in measure.evidence}
        switches = {key for measure in measures for key in measure.controls}
        self.figures = {key: ShownFigure(kind, kind.figure(period)) for key, kind in kinds().items() if key in wanted}
        self.controls = {key: ShownControl(CONTROLS[key], CONTROLS[key].on(member)) for key in switches}
        found = links(member, ActionOrigin.Kind.GAP, keys=[*wanted, *switches])
        self.actions = {key: some for (_ref, key), some in found.items()}

    def shown(
        self, measure: Measure, because: str, duty: MeasureDuty | None, last: MeasureReview | None
    ) -> ShownMeasure:
        figures = [self.figures[key] for key in measure.evidence if key in self.figures]
        controls = [self.controls[key] for key in measure.controls]
        return ShownMeasure(measure, because, duty, last, figures, controls, self.actions)


def _last_reviews() -> dict[str, MeasureReview]:
    rows = MeasureReview.objects.select_related("by__user").order_by("measure", "-at", "-id").distinct("measure")
    return {row.measure: row for row in rows}


def _gap_of_control(control: Control) -> Gap:
    title = _("Off: %(title)s") % {"title": control.title}
    return Gap(control.key, title, str(control.act), reverse(control.route))


def _gap_of_figure(shown: ShownFigure) -> Gap:
    kind, figure = shown.kind, shown.figure
    words = {"title": kind.title, "part": figure.part, "whole": figure.whole, "target": f"{figure.target:g}"}
    title = _("%(title)s: %(part)d of %(whole)d, %(target)s %% are wanted") % words
    route = kind.route or "measure_evidence"
    url = reverse(kind.route) if kind.route else reverse(route, args=[kind.key])
    return Gap(kind.key, title, str(kind.act or _("Look at the rows behind it.")), url)
