"""The figures, counted by the database: one statement each, however many customers there are.

The ledger is read through an index that holds all columns a count needs (`compliance_consent_by_time`); what an opt-out
came after is looked up once for each opt-out, over the index of its contact's texts.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Sum

from accounts.models import Membership, Team
from compliance.models import ConsentEvent, FormCount, Program
from compliance.reports.figures import After, Confirmed, Group, Honored, Ledger, Report
from compliance.reports.periods import Period
from tenancy.isolation import current_organization_id
from texting.purposes import Purpose

_OWED = [Purpose.OPT_OUT_ANSWER, Purpose.OPT_IN_ANSWER, Purpose.HELP_ANSWER, Purpose.WRONG_NUMBER_ANSWER, Purpose.CODE]
"""They answer the customer or were asked for by them: nobody opts out because of them."""

LEDGER = """
WITH gone AS MATERIALIZED (
    SELECT number_index, max(recorded_at) AS at FROM compliance_consentevent
    WHERE organization_id = %(organization)s AND recorded_at >= %(begin)s AND action = 'withdrawn'
    GROUP BY number_index
), said AS (
    SELECT (e.recorded_at AT TIME ZONE %(zone)s)::date AS day, e.action, e.source, e.program_id, e.team_id,
        e.action = 'given' AND gone.at > e.recorded_at AS ended
    FROM compliance_consentevent e LEFT JOIN gone ON gone.number_index = e.number_index
    WHERE e.organization_id = %(organization)s AND e.recorded_at >= %(begin)s AND e.recorded_at < %(end)s
        AND (e.action = 'withdrawn' OR (e.action = 'given' AND e.kind <> 'reply'))
        AND NOT EXISTS (
            SELECT FROM compliance_consentevent r WHERE r.organization_id = %(organization)s
                AND r.recorded_at >= %(begin)s AND r.action = 'retracted' AND r.retracts_id = e.id)
)
SELECT GROUPING(day, source, program_id, team_id), action, day, source, program_id, team_id,
    count(*), count(*) FILTER (WHERE ended)
FROM said GROUP BY GROUPING SETS ((action, day), (action, source), (action, program_id), (action, team_id))
"""
_BY_DAY, _BY_SOURCE, _BY_PROGRAM, _BY_TEAM = 0b0111, 0b1011, 0b1101, 0b1110

OPT_INS = """
SELECT o.program_id, count(*), count(*) FILTER (WHERE o.state = 'given'),
    count(*) FILTER (WHERE o.state = 'given' AND m.status IN ('sent', 'delivered', 'read')),
    count(*) FILTER (WHERE o.state IN ('asked', 'lapsed')), count(*) FILTER (WHERE o.state = 'declined'),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM o.ended_at - o.began_at))
        FILTER (WHERE o.state = 'given' AND o.asked_id IS NOT NULL),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM m.sent_at - o.ended_at))
        FILTER (WHERE o.state = 'given' AND m.sent_at IS NOT NULL)
FROM compliance_optin o
LEFT JOIN texting_message m ON m.organization_id = o.organization_id AND m.id = o.confirmation_id
WHERE o.organization_id = %(organization)s AND o.began_at >= %(begin)s AND o.began_at < %(end)s
GROUP BY GROUPING SETS ((o.program_id), ())
"""

_OPT_OUTS = """
    SELECT e.number_index, e.team_id, e.recorded_at, coalesce(e.happened_at, e.recorded_at) AS said_at
    FROM compliance_consentevent e
    WHERE e.organization_id = %(organization)s AND e.action = 'withdrawn'
        AND e.recorded_at >= %(begin)s AND e.recorded_at < %(end)s
"""

HONORED = f"""
SELECT count(*), count(late.at), coalesce(max(extract(epoch FROM late.at - e.said_at)), 0),
    coalesce(percentile_cont(0.95) WITHIN GROUP (ORDER BY coalesce(extract(epoch FROM late.at - e.said_at), 0)), 0)
FROM ({_OPT_OUTS}) e CROSS JOIN LATERAL (
    SELECT max(m.sent_at) AS at FROM texting_contact c
    JOIN texting_message m ON m.organization_id = c.organization_id AND m.contact_id = c.id
    JOIN texting_line l ON l.organization_id = c.organization_id AND l.id = m.line_id
    WHERE c.organization_id = %(organization)s AND c.number_index = e.number_index
        AND m.direction = 'out' AND m.sent_at > e.said_at AND NOT m.purpose = ANY(%(owed)s)
        AND (e.team_id IS NULL OR l.team_id = e.team_id)
        AND m.sent_at < coalesce((
            SELECT min(g.recorded_at) FROM compliance_consentevent g
            WHERE g.organization_id = %(organization)s AND g.number_index = e.number_index
                AND g.action = 'given' AND g.recorded_at > e.recorded_at), 'infinity')
) late
"""  # noqa: S608 - made of constants

ENDED_AFTER = f"""
SELECT GROUPING(last.purpose, last.author_id), last.purpose, last.author_id, count(*)
FROM ({_OPT_OUTS}) e CROSS JOIN LATERAL (
    SELECT m.purpose, m.author_id FROM texting_contact c
    JOIN texting_message m ON m.organization_id = c.organization_id AND m.contact_id = c.id
    WHERE c.organization_id = %(organization)s AND c.number_index = e.number_index
        AND m.direction = 'out' AND NOT m.purpose = ANY(%(owed)s)
        AND m.sent_at <= e.said_at AND m.sent_at > e.said_at - interval '7 days'
    ORDER BY m.sent_at DESC LIMIT 1
) last
GROUP BY GROUPING SETS ((last.purpose), (last.author_id))
"""  # noqa: S608 - made of constants

SENT = """
SELECT GROUPING(purpose, author_id), purpose, author_id, count(*) FROM texting_message
WHERE organization_id = %(organization)s AND direction = 'out' AND created_at >= %(begin)s AND created_at < %(end)s
    AND sent_at IS NOT NULL AND NOT purpose = ANY(%(owed)s)
GROUP BY GROUPING SETS ((purpose), (author_id))
"""
_PURPOSE, _AUTHOR = 0b01, 0b10


def count(period: Period) -> Report:
    """The report of a period of the active organization, with the ledger of the period before it."""
    names = {None: ""} | dict(Program.objects.values_list("pk", "name"))
    confirmed = [_confirmed(row, names) for row in _rows(OPT_INS, period)]
    by_program = sorted((one for one in confirmed if one.name), key=lambda one: (-one.begun, one.name))
    by_purpose, by_author = _after(period)
    return Report(
        ledger=ledger(period),
        before=ledger(period.before),
        confirmed=by_program,
        confirmed_in_all=next(one for one in confirmed if not one.name),
        by_purpose=by_purpose,
        by_author=by_author,
        honored=next(_honored(*row) for row in _rows(HONORED, period)),
        forms=_funnel(period),
    )


def ledger(period: Period) -> Ledger:
    """What the ledger says of the period."""
    days: dict[str, dict[date, int]] = {"given": {}, "withdrawn": {}}
    groups: dict[int, list[tuple[Any, int, int]]] = {_BY_SOURCE: [], _BY_PROGRAM: [], _BY_TEAM: []}
    for which, action, day, source, program, team, number, ended in _rows(LEDGER, period):
        if which == _BY_DAY:
            days[action][day] = number
        elif action == "given":
            groups[which].append((source or program or team, number, ended))
    programs, teams = dict(Program.objects.values_list("pk", "name")), dict(Team.objects.values_list("pk", "name"))
    return Ledger(
        opt_ins=days["given"],
        opt_outs=days["withdrawn"],
        by_source=_groups(groups[_BY_SOURCE], {one.value: str(one.label) for one in ConsentEvent.Source}),
        by_program=_groups(groups[_BY_PROGRAM], programs),
        by_team=_groups(groups[_BY_TEAM], teams),
    )


def _groups(rows: list[tuple[Any, int, int]], names: dict[Any, str]) -> list[Group]:
    """The largest first; what belongs to none has no name."""
    return sorted(
        (Group(names.get(key, ""), number, ended) for key, number, ended in rows),
        key=lambda one: (-one.opt_ins, one.name),
    )


def _honored(opt_outs: int, texted_after: int, longest: Any, most: Any) -> Honored:
    return Honored(opt_outs, texted_after, float(longest), float(most))


def _confirmed(row: tuple[Any, ...], names: dict[Any, str]) -> Confirmed:
    program, begun, given, confirmed, unanswered, declined, answered, told = row
    return Confirmed(
        name=names[program],
        begun=begun,
        given=given,
        confirmed=confirmed,
        unanswered=unanswered,
        declined=declined,
        answered_in=None if answered is None else float(answered),
        told_in=None if told is None else float(told),
    )


def _after(period: Period) -> tuple[list[After], list[After]]:
    """Texts and the opt-outs that came after them, by purpose and by author."""
    ended = {(which, purpose, author): number for which, purpose, author, number in _rows(ENDED_AFTER, period)}
    sent = list(_rows(SENT, period))
    people = Membership.objects.filter(pk__in={row[2] for row in sent if row[2]}).select_related("user")
    names = {row.pk: row.user.name for row in people}
    shown: dict[int, list[After]] = {_PURPOSE: [], _AUTHOR: []}
    for which, purpose, author, number in sent:
        name = purpose if which == _PURPOSE else names.get(author, "")
        shown[which].append(After(name, number, ended.get((which, purpose, author), 0)))
    by_purpose, by_author = (sorted(rows, key=lambda one: (-one.texts, one.name)) for rows in shown.values())
    return by_purpose, by_author


def _funnel(period: Period) -> list[tuple[str, int]]:
    """How many are left after each step of the forms; whoever came back or answered on a later day widens no step."""
    rows = FormCount.objects.filter(day__gte=period.first, day__lte=period.last).values_list("step")
    counted = dict(rows.annotate(number=Sum("count")).order_by())
    step = FormCount.Step
    steps, left = [], None
    for one in (step.VIEWED, step.BEGUN, step.SUBMITTED, step.CONFIRMED):
        number = counted.get(one.value, 0)
        left = number if left is None else min(left, number)
        steps.append((str(one.label), left))
    return steps if counted else []


def _rows(statement: str, period: Period) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            {
                "organization": current_organization_id(),
                "begin": period.begin,
                "end": period.end,
                "zone": period.zone,
                "owed": [one.value for one in _OWED],
            },
        )
        yield from cursor.fetchall()
