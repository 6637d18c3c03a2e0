"""Improvements with their measured effect: as a list, and one with what opened it. Read only."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from rest_framework import serializers

from accounts.api.describing import describe
from accounts.api.endpoint import Endpoint, answer
from accounts.api.paging import PageParameters, page_answer
from accounts.api.problems import Kind
from accounts.api.reading import read_parameters
from accounts.permissions import Permission
from compliance.actions import places, reading
from compliance.actions.counting import Estimate
from compliance.actions.rates import Unit
from compliance.actions.reading import ShownAction as Shown
from compliance.api import examples
from compliance.models import Action, ActionOrigin
from texting.api.pages import cursor_of
from texting.api.shown import Named
from texting.queries import Cursor
from texting.queries.cursors import older_than

_READ = (Permission.ACTIONS_READ,)
UNITS = {Unit.SHARE: "percent", Unit.THOUSAND: "per_1000_texts"}


class ShownEstimate(serializers.Serializer):  # type: ignore[type-arg]
    """A counted rate, and between which values it truly lies 95 of 100 times; null: there was nothing to count."""

    events = serializers.IntegerField()
    of = serializers.IntegerField()
    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class ShownEffect(serializers.Serializer):  # type: ignore[type-arg]
    """The rate before and after the newest change that was measured."""

    since = serializers.DateField(help_text="The first day that counts as after.")
    until = serializers.DateField()
    before = ShownEstimate()
    after = ShownEstimate()
    chance = serializers.FloatField(
        allow_null=True, help_text="How often one and the same rate would differ this much: below 0.05 is no chance."
    )


class ShownAction(serializers.Serializer):  # type: ignore[type-arg]
    """One improvement. `team_id`, `line_id`, `agent`: whose work is counted; without any the whole organization's."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    words = serializers.CharField()
    state = serializers.ChoiceField(choices=Action.State.values)
    change = serializers.ChoiceField(choices=Action.Change.values)
    link = serializers.CharField(help_text="A path of the product, where it changes; or empty.")
    owner = Named()
    team_id = serializers.UUIDField(allow_null=True)
    line_id = serializers.UUIDField(allow_null=True)
    agent = Named(allow_null=True)
    rate = serializers.CharField(help_text="The rate that it should bring down; empty: none is measured.")
    unit = serializers.ChoiceField(choices=list(UNITS.values()), allow_null=True)
    target = serializers.FloatField(allow_null=True, help_text="The rate should be at or under it.")
    window_days = serializers.IntegerField(help_text="Days that are counted before and after.")
    opened_at = serializers.DateTimeField()
    due_on = serializers.DateField()
    changed_on = serializers.DateField(allow_null=True, help_text="The day on which the change took effect.")
    is_late = serializers.BooleanField()
    effect = ShownEffect(allow_null=True)


class ShownOrigin(serializers.Serializer):  # type: ignore[type-arg]
    """What opened it. `id`: of the finding, escalation, conversation or review; null for a gap of a measure."""

    kind = serializers.ChoiceField(choices=ActionOrigin.Kind.values)
    id = serializers.UUIDField(allow_null=True)
    key = serializers.CharField(help_text="The check, the question or the gap; else empty.")
    label = serializers.CharField()  # type: ignore[assignment]
    added_at = serializers.DateTimeField()


class ShownOneAction(ShownAction):
    """One improvement with what opened it."""

    origins = ShownOrigin(many=True)


class ActionPage(serializers.Serializer):  # type: ignore[type-arg]
    """Improvements, the newest first."""

    data = ShownAction(many=True)  # type: ignore[assignment]
    next = serializers.CharField(allow_null=True, help_text="The cursor of the next page; null on the last one.")


class ActionParameters(PageParameters):
    """Which improvements."""

    state = serializers.ChoiceField(choices=Action.State.values, required=False)
    change = serializers.ChoiceField(choices=Action.Change.values, required=False)
    owner_id = serializers.UUIDField(required=False)
    team_id = serializers.UUIDField(required=False, help_text="Of this team, or of one of its lines.")


class Actions(Endpoint):
    """The list."""

    needs = {"get": _READ}

    @describe(
        "List actions",
        answer=ActionPage,
        example={"data": [examples.ACTION], "next": None},
        parameters=[ActionParameters],
        problems=[Kind.PERMISSION_MISSING],
        tag="Reviews",
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        """Improvements about everything that this key may read; of one colleague's work only with reports:read."""
        wanted = read_parameters(request, ActionParameters)
        cursor, size = cursor_of(wanted), wanted["limit"]
        chosen = reading.Filter("all", wanted.get("owner_id"), wanted.get("change", ""), wanted.get("team_id"))
        rows = reading.shown_actions(self.member, chosen)
        if "state" in wanted:
            rows = rows.filter(state=wanted["state"])
        if cursor is not None:
            rows = rows.filter(older_than(cursor, "opened_at"))
        found = list(rows[: size + 1])
        following = str(Cursor(found[size - 1].opened_at, found[size - 1].pk)) if len(found) > size else ""
        return page_answer(request, [_show(row) for row in reading.rows_of(self.member, found[:size])], following)


class OneAction(Endpoint):
    """An improvement by its id."""

    needs = {"get": _READ}

    @describe(
        "Read an action",
        answer=ShownOneAction,
        example=examples.ONE_ACTION,
        problems=[Kind.PERMISSION_MISSING, Kind.NOT_FOUND],
        tag="Reviews",
    )
    def get(self, request: HttpRequest, action_id: UUID) -> HttpResponse:
        """With what opened it, the newest first."""
        found = places.access_action(self.member, action_id)
        [row] = reading.rows_of(self.member, [found])
        origins = [
            {"kind": one.kind, "id": one.ref, "key": one.key, "label": one.label, "added_at": one.added_at}
            for one in found.origins.order_by("-added_at", "-id")
        ]
        return answer(_show(row) | {"origins": origins})


def _show(row: Shown) -> dict[str, Any]:
    one, effect = row.action, row.effect
    return {
        "id": one.pk,
        "title": one.title,
        "words": one.words,
        "state": one.state,
        "change": one.change,
        "link": one.link,
        "owner": {"id": one.owner_id, "name": one.owner.user.name},
        "team_id": one.team_id,
        "line_id": one.line_id,
        "agent": {"id": one.agent.pk, "name": one.agent.user.name} if one.agent else None,
        "rate": one.rate,
        "unit": UNITS[row.rate.unit] if row.rate else None,
        "target": one.target,
        "window_days": one.window,
        "opened_at": one.opened_at,
        "due_on": one.due_on,
        "changed_on": one.changed_on,
        "is_late": row.is_late,
        "effect": _effect(effect.since, effect.until, effect.before, effect.after, effect.chance) if effect else None,
    }


def _effect(since: date, until: date, before: Estimate, after: Estimate, chance: float | None) -> dict[str, Any]:
    return {
        "since": since,
        "until": until,
        "before": _estimate(before),
        "after": _estimate(after),
        "chance": chance if chance is None else round(chance, 6),
    }


def _estimate(found: Estimate) -> dict[str, Any]:
    low, high = found.bounds or (None, None)
    figures = {"value": found.value, "low": low, "high": high}
    rounded = {name: figure if figure is None else round(figure, 4) for name, figure in figures.items()}
    return {"events": found.count.events, "of": found.count.base, **rounded}
