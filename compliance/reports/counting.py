"""The figures, counted by the database: one or two statements each, however many customers there are.

The ledger is read through indexes that hold all columns a count needs (`compliance_consent_by_time`, `_gone`); what an
opt-out came after is looked up once for each opt-out, over the index of its contact's texts.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Sum

from accounts.models import Membership, Team
from compliance.models import ConsentEvent, FormCount, Program, names_in_reports
from compliance.reports.figures import After, Confirmed, Group, Honored, Ledger, Report
from compliance.reports.periods import Period
from tenancy.isolation import current_organization_id
from texting.models import Line
from texting.purposes import Purpose

OWED = [
    Purpose.OPT_OUT_ANSWER,
    Purpose.OPT_IN_ANSWER,
    Purpose.HELP_ANSWER,
    Purpose.WRONG_NUMBER_ANSWER,
    Purpose.SAFE_WAY_ANSWER,
    Purpose.CODE,
    Purpose.PRIVATE_CODE,
]
"""They answer the customer or were asked for by them: nobody opts out because of them."""

COUNTED = """
WITH counted AS (
    SELECT d.day, each.* FROM unnest(%(days)s::date[], %(starts)s::timestamptz[], %(stops)s::timestamptz[])
        AS d (day, start, stop)
    CROSS JOIN LATERAL (
        SELECT action, source, program_id, team_id, line_id, count(*) AS number FROM compliance_consentevent
        WHERE organization_id = %(organization)s AND recorded_at >= d.start AND recorded_at < d.stop
            AND (action = 'withdrawn' OR (action = 'given' AND kind <> 'reply'))
        GROUP BY action, source, program_id, team_id, line_id
    ) each
    UNION ALL
    SELECT (%(days)s::date[])[width_bucket(e.recorded_at, %(starts)s::timestamptz[])],
        e.action, e.source, e.program_id, e.team_id, e.line_id, -1
    FROM compliance_consentevent r
    JOIN compliance_consentevent e ON e.organization_id = r.organization_id AND e.id = r.retracts_id
    WHERE r.organization_id = %(organization)s AND r.recorded_at >= %(begin)s AND r.retracts_id IS NOT NULL
        AND e.recorded_at >= %(begin)s AND e.recorded_at < %(end)s
        AND (e.action = 'withdrawn' OR (e.action = 'given' AND e.kind <> 'reply'))
)
SELECT GROUPING(day, source, program_id, team_id, line_id), action, day, source, program_id, team_id, line_id,
    sum(number)::integer
FROM counted
GROUP BY GROUPING SETS ((action, day), (action, source), (action, program_id), (action, team_id), (action, line_id))
"""
"""Day by day over the index, which is in their order: to ask each row for its day takes longer than to read it. What
was taken back since is counted once more, against it.
"""

ENDED = """
WITH gone AS MATERIALIZED (
    SELECT number_index, max(recorded_at) AS at FROM compliance_consentevent
    WHERE organization_id = %(organization)s AND recorded_at >= %(begin)s AND action = 'withdrawn'
    GROUP BY number_index
)
SELECT GROUPING(source, program_id, team_id, line_id), source, program_id, team_id, line_id, count(*)
FROM gone CROSS JOIN LATERAL (
    SELECT e.source, e.program_id, e.team_id, e.line_id FROM compliance_consentevent e
    WHERE e.organization_id = %(organization)s AND e.number_index = gone.number_index
        AND e.recorded_at >= %(begin)s AND e.recorded_at < least(gone.at, %(end)s)
        AND e.action = 'given' AND e.kind <> 'reply'
        AND NOT EXISTS (
            SELECT FROM compliance_consentevent r WHERE r.organization_id = %(organization)s AND r.retracts_id = e.id)
    OFFSET 0
) said
GROUP BY GROUPING SETS ((source), (program_id), (team_id), (line_id))
"""
"""From those who opted out to what they had agreed to, not the other way round: they are few. `OFFSET 0` keeps that."""
_NO_DAY = 0b10000
_DAY, _SOURCE, _PROGRAM, _TEAM, _LINE = 0b01111, 0b10111, 0b11011, 0b11101, 0b11110  # what a row is a sum by

OPT_INS = """
SELECT o.program_id, count(*), count(*) FILTER (WHERE o.state = 'given'),
    count(*) FILTER (WHERE o.state = 'given'
        AND coalesce(coalesce(m.status, nullif(o.confirmation_status, '')) IN ('sent', 'delivered', 'read'),
            o.confirmed_at IS NOT NULL)),
    count(*) FILTER (WHERE o.state IN ('asked', 'lapsed')), count(*) FILTER (WHERE o.state = 'declined'),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM o.ended_at - o.began_at))
        FILTER (WHERE o.state = 'given' AND o.asked_id IS NOT NULL),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch
        FROM coalesce(m.sent_at, o.confirmation_sent_at, o.confirmed_at) - o.ended_at))
        FILTER (WHERE o.state = 'given' AND coalesce(m.sent_at, o.confirmation_sent_at, o.confirmed_at) IS NOT NULL)
FROM compliance_optin o
LEFT JOIN texting_message m ON m.organization_id = o.organization_id AND m.id = o.confirmation_id
WHERE o.organization_id = %(organization)s AND o.began_at >= %(begin)s AND o.began_at < %(end)s
GROUP BY GROUPING SETS ((o.program_id), ())
"""

_OPT_OUTS = """
    SELECT e.id, e.number_index, e.team_id, e.recorded_at, coalesce(e.happened_at, e.recorded_at) AS said_at
    FROM compliance_consentevent e
    WHERE e.organization_id = %(organization)s AND e.action = 'withdrawn'
        AND e.recorded_at >= %(begin)s AND e.recorded_at < %(end)s
"""

# Of one opt-out `e`: the newest text that left after it. `{some}`: a condition on the texts, " AND ...".
LATE = """
    SELECT max(m.sent_at) AS at FROM texting_contact c
    JOIN texting_message m ON m.organization_id = c.organization_id AND m.contact_id = c.id
    JOIN texting_line l ON l.organization_id = c.organization_id AND l.id = m.line_id
    WHERE c.organization_id = %(organization)s AND c.number_index = e.number_index
        AND m.direction = 'out' AND m.sent_at > e.said_at AND NOT m.purpose = ANY(%(owed)s)
        AND (e.team_id IS NULL OR l.team_id = e.team_id)
        AND m.sent_at < coalesce((
            SELECT min(g.recorded_at) FROM compliance_consentevent g
            WHERE g.organization_id = %(organization)s AND g.number_index = e.number_index
                AND g.action = 'given' AND g.recorded_at > e.recorded_at), 'infinity'){some}
"""

HONORED = f"""
SELECT count(*), count(late.at), coalesce(max(extract(epoch FROM late.at - e.said_at)), 0),
    coalesce(percentile_cont(0.95) WITHIN GROUP (ORDER BY coalesce(extract(epoch FROM late.at - e.said_at), 0)), 0)
FROM ({_OPT_OUTS}) e CROSS JOIN LATERAL (
    SELECT greatest(rows.at, (SELECT f.late_at FROM compliance_entryfact f
        WHERE f.organization_id = %(organization)s AND f.entry_id = e.id)) AS at FROM ({LATE.format(some="")}) rows
) late
"""  # noqa: S608 - made of constants

_TEMPLATE_OF = """
LEFT JOIN compliance_templateuse u ON u.organization_id = %(organization)s AND u.message_id = {text}
LEFT JOIN compliance_templateversion v ON v.organization_id = %(organization)s AND v.id = u.version_id
"""

# Of one opt-out `e`: the newest text of the week before it, with its template. `{some}`: as in LATE.
LAST = f"""
    SELECT newest.sent_at, newest.purpose, newest.author_id, newest.announcement_id, v.template_id FROM (
        SELECT m.id, m.sent_at, m.purpose, m.author_id, m.announcement_id FROM texting_contact c
        JOIN texting_message m ON m.organization_id = c.organization_id AND m.contact_id = c.id
        WHERE c.organization_id = %(organization)s AND c.number_index = e.number_index
            AND m.direction = 'out' AND NOT m.purpose = ANY(%(owed)s)
            AND m.sent_at <= e.said_at AND m.sent_at > e.said_at - interval '7 days'{{some}}
        ORDER BY m.sent_at DESC LIMIT 1
    ) newest
    {_TEMPLATE_OF.format(text="newest.id")}
"""  # noqa: S608 - made of constants

ENDED_AFTER = f"""
SELECT GROUPING(last.purpose, last.author_id, last.template_id), last.purpose, last.author_id, last.template_id,
    count(*)
FROM ({_OPT_OUTS}) e CROSS JOIN LATERAL (
    ({LAST.format(some="")}) UNION ALL (
        SELECT f.last_at, f.last_purpose, f.last_author_id, f.last_announcement_id, f.last_template_id
        FROM compliance_entryfact f
        WHERE f.organization_id = %(organization)s AND f.entry_id = e.id AND f.last_at IS NOT NULL)
    ORDER BY sent_at DESC LIMIT 1
) last
GROUP BY GROUPING SETS ((last.purpose), (last.author_id), (last.template_id))
"""  # noqa: S608 - made of constants

SENT = f"""
SELECT GROUPING(purpose, author_id, template_id), purpose, author_id, template_id, sum(number)::integer
FROM (
    SELECT m.purpose, m.author_id, v.template_id, 1 AS number FROM texting_message m
    {_TEMPLATE_OF.format(text="m.id")}
    WHERE m.organization_id = %(organization)s AND m.direction = 'out'
        AND m.created_at >= %(begin)s AND m.created_at < %(end)s
        AND m.sent_at IS NOT NULL AND NOT m.purpose = ANY(%(owed)s)
    UNION ALL
    SELECT purpose, author_id, template_id, number FROM compliance_textfact
    WHERE organization_id = %(organization)s AND day >= %(first)s AND day <= %(last)s AND NOT purpose = ANY(%(owed)s)
) texts
GROUP BY GROUPING SETS ((purpose), (author_id), (template_id))
"""  # noqa: S608 - made of constants
_PURPOSE, _AUTHOR, _TEMPLATE = 0b011, 0b101, 0b110


def count(period: Period) -> Report:
    """The report of a period of the active organization, with the ledger of the period before it."""
    names = {None: ""} | dict(Program.objects.values_list("pk", "name"))
    confirmed = [_confirmed(row, names) for row in _rows(OPT_INS, period)]
    by_program = sorted((one for one in confirmed if one.name), key=lambda one: (-one.begun, one.name))
    by_purpose, by_author, by_template = _after(period)
    return Report(
        ledger=ledger(period),
        before=ledger(period.before),
        confirmed=by_program,
        confirmed_in_all=next(one for one in confirmed if not one.name),
        by_purpose=by_purpose,
        by_author=by_author,
        by_template=by_template,
        honored=next(_honored(*row) for row in _rows(HONORED, period)),
        forms=_funnel(period),
    )


def ledger(period: Period) -> Ledger:
    """What the ledger says of the period."""
    days: dict[str, dict[date, int]] = {"given": {}, "withdrawn": {}}
    given: dict[int, dict[Any, int]] = {_SOURCE: {}, _PROGRAM: {}, _TEAM: {}, _LINE: {}}
    for which, action, day, source, program, team, line, number in _rows(COUNTED, period):
        if which == _DAY:
            days[action][day] = number
        elif action == "given":
            given[which][source or program or team or line] = number
    ended = {
        (which | _NO_DAY, source or program or team or line): number
        for which, source, program, team, line, number in _rows(ENDED, period)
    }

    def groups(which: int, names: dict[Any, str]) -> list[Group]:
        return _groups([(key, number, ended.get((which, key), 0)) for key, number in given[which].items()], names)

    return Ledger(
        opt_ins={day: number for day, number in days["given"].items() if number},
        opt_outs=days["withdrawn"],
        by_source=groups(_SOURCE, {one.value: str(one.label) for one in ConsentEvent.Source}),
        by_program=groups(_PROGRAM, dict(Program.objects.values_list("pk", "name"))),
        by_team=groups(_TEAM, dict(Team.objects.values_list("pk", "name"))),
        by_line=groups(_LINE, dict(Line.objects.values_list("pk", "name"))),
    )


def _groups(rows: list[tuple[Any, int, int]], names: dict[Any, str]) -> list[Group]:
    """The largest first; what belongs to none has no name."""
    return sorted(
        (Group(names.get(key, ""), number, ended) for key, number, ended in rows if number),
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


def _after(period: Period) -> tuple[list[After], list[After], list[After]]:
    """Texts and the opt-outs that came after them, by purpose, by author and by template."""
    ended = {tuple(key): number for *key, number in _rows(ENDED_AFTER, period)}
    sent = list(_rows(SENT, period))
    people = Membership.objects.filter(pk__in={row[2] for row in sent if row[2]}).select_related("user")
    authors = {row.pk: row.user.name for row in people}
    templates = names_in_reports()
    shown: dict[int, list[After]] = {_PURPOSE: [], _AUTHOR: [], _TEMPLATE: []}
    for *key, number in sent:
        which, purpose, author, template = key
        name = {_PURPOSE: purpose, _AUTHOR: authors.get(author, ""), _TEMPLATE: templates.get(template, "")}[which]
        shown[which].append(After(name, number, ended.get(tuple(key), 0)))
    by_purpose, by_author, by_template = (
        sorted(rows, key=lambda one: (-one.texts, one.name)) for rows in shown.values()
    )
    return by_purpose, by_author, by_template if any(one.name for one in by_template) else []


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


def values(period: Period) -> dict[str, Any]:
    """What every statement here is given."""
    return {
        "organization": current_organization_id(),
        "begin": period.begin,
        "end": period.end,
        "first": period.first,
        "last": period.last,
        **period.bounds,
        "owed": [one.value for one in OWED],
    }


def _rows(statement: str, period: Period) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values(period))
        yield from cursor.fetchall()
