"""What is counted of rows, each said once: for the report of today, for days that are kept, before a purge deletes.

`{some}` is a condition on the row, " AND ...": `m` a text, `t` a turn. Each statement reads the days in `days`,
`starts` and `stops` over an index in the order of time; `OFFSET 0` keeps it from reading all rows for each day.
"""

DAYS = "unnest(%(days)s::date[], %(starts)s::timestamptz[], %(stops)s::timestamptz[]) AS d (day, start, stop)"
_PERSON = """
    {m}.direction = 'out' AND {m}.author_id IS NOT NULL AND {m}.announcement_id IS NULL AND {m}.sent_at IS NOT NULL
    AND NOT EXISTS (SELECT FROM accounts_membership p WHERE p.id = {m}.author_id AND p.is_machine)
"""
"""A text that a person wrote to this customer and that left: no automatic answer, no program's, none to many."""

TEXTS = f"""
SELECT d.day, extract(hour FROM m.created_at AT TIME ZONE %(zone)s)::smallint AS hour, m.line_id,
    m.author_id AS member_id, m.purpose, v.template_id, m.announcement_id,
    CASE WHEN m.direction = 'in' THEN 'in' WHEN m.status IN ('delivered', 'read') THEN 'delivered'
        WHEN m.status IN ('failed', 'undelivered') THEN 'failed' WHEN m.status = 'canceled' THEN 'canceled'
        ELSE 'open' END AS outcome,
    m.error_kind, count(*)::integer AS number,
    count(*) FILTER (WHERE m.direction = 'in' AND NOT EXISTS (
        SELECT FROM texting_message e
        WHERE e.organization_id = m.organization_id AND e.conversation_id = m.conversation_id AND e.direction = 'in'
            AND e.created_at >= d.start AND (e.created_at, e.id) < (m.created_at, m.id)))::integer AS first,
    coalesce(sum(m.segments) FILTER (WHERE m.direction = 'out' AND m.sent_at IS NOT NULL), 0)::integer AS segments,
    coalesce(sum(m.unicode_extra) FILTER (WHERE m.direction = 'out' AND m.sent_at IS NOT NULL), 0)::integer AS extra,
    coalesce(sum(m.price_micros) FILTER (WHERE m.direction = 'out' AND m.sent_at IS NOT NULL), 0)::bigint AS micros
FROM {DAYS}
CROSS JOIN LATERAL (
    SELECT * FROM texting_message m
    WHERE m.organization_id = %(organization)s AND m.created_at >= d.start AND m.created_at < d.stop{{some}} OFFSET 0
) m
LEFT JOIN compliance_templateuse u ON u.organization_id = m.organization_id AND u.message_id = m.id
LEFT JOIN compliance_templateversion v ON v.organization_id = m.organization_id AND v.id = u.version_id
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
"""  # noqa: S608 - made of constants
TEXT_KEY = ("day", "hour", "line_id", "member_id", "purpose", "template_id", "announcement_id", "outcome", "error_kind")
TEXT_SUMS = ("number", "first", "segments", "extra", "micros")

OPENED = f"""
SELECT d.day, extract(hour FROM c.opened_at AT TIME ZONE %(zone)s)::smallint, c.line_id, NULL::uuid, 'opened',
    NULL::timestamptz, c.opened_at
FROM {DAYS} CROSS JOIN LATERAL (
    SELECT * FROM texting_conversation c
    WHERE c.organization_id = %(organization)s AND c.opened_at >= d.start AND c.opened_at < d.stop OFFSET 0
) c
"""  # noqa: S608 - made of constants
"""The row of a conversation stays, so this is never kept for a purge."""

ANSWERED = f"""
SELECT d.day, extract(hour FROM m.created_at AT TIME ZONE %(zone)s)::smallint, m.line_id, m.author_id, 'answered',
    asked.at, m.created_at
FROM {DAYS}
CROSS JOIN LATERAL (
    SELECT * FROM texting_message m
    WHERE m.organization_id = %(organization)s AND m.created_at >= d.start AND m.created_at < d.stop{{some}} OFFSET 0
) m
CROSS JOIN LATERAL (
    SELECT i.created_at AS at FROM texting_message i
    WHERE i.organization_id = m.organization_id AND i.conversation_id = m.conversation_id AND i.direction = 'in'
    ORDER BY i.created_at LIMIT 1
) asked
WHERE {_PERSON.format(m="m")} AND m.created_at > asked.at AND NOT EXISTS (
    SELECT FROM texting_message e
    WHERE e.organization_id = m.organization_id AND e.conversation_id = m.conversation_id
        AND e.created_at > asked.at AND (e.created_at, e.id) < (m.created_at, m.id) AND {_PERSON.format(m="e")})
"""  # noqa: S608 - made of constants
"""The first text of a person after the customer's first in a conversation."""

_TURNS = f"""
FROM {DAYS}
CROSS JOIN LATERAL (
    SELECT * FROM texting_turn t
    WHERE t.organization_id = %(organization)s AND t.created_at >= d.start AND t.created_at < d.stop OFFSET 0
) t
JOIN texting_conversation c ON c.organization_id = t.organization_id AND c.id = t.conversation_id
CROSS JOIN LATERAL (
    SELECT coalesce(max(r.created_at), c.opened_at) AS at FROM texting_turn r
    WHERE r.organization_id = t.organization_id AND r.conversation_id = c.id AND r.kind = 'reopened'
        AND r.created_at < t.created_at
) began
"""  # noqa: S608 - made of constants
_ACTOR = "CASE WHEN t.through = '' THEN t.actor_id END"
TURNED = f"""
SELECT d.day, extract(hour FROM t.created_at AT TIME ZONE %(zone)s)::smallint, c.line_id, {_ACTOR},
    CASE WHEN t.kind = 'settled' THEN 'resolved' ELSE t.kind END,
    CASE WHEN t.kind = 'resolved' THEN began.at END, t.created_at
{_TURNS} WHERE t.kind IN ('resolved', 'reopened', 'settled'){{some}}
"""  # noqa: S608 - made of constants
"""One that settled by itself is resolved, by nobody, and nothing was waited for: it has no time."""
UNANSWERED = f"""
SELECT d.day, extract(hour FROM t.created_at AT TIME ZONE %(zone)s)::smallint, c.line_id, {_ACTOR}, 'unanswered',
    NULL::timestamptz, t.created_at
{_TURNS} WHERE t.kind = 'resolved'{{some}} AND EXISTS (
    SELECT FROM texting_message i WHERE i.organization_id = c.organization_id AND i.conversation_id = c.id
        AND i.direction = 'in' AND i.created_at >= began.at AND i.created_at <= t.created_at)
    AND NOT EXISTS (SELECT FROM texting_message e WHERE e.organization_id = c.organization_id
        AND e.conversation_id = c.id AND e.created_at >= began.at AND e.created_at <= t.created_at
        AND {_PERSON.format(m="e")})
"""  # noqa: S608 - made of constants
"""The customer wrote, no person answered until it was resolved."""

WAITING = f"""
SELECT c.line_id, c.assignee_id, count(*)::integer
FROM texting_conversation c CROSS JOIN LATERAL (
    SELECT i.created_at AS at FROM texting_message i
    WHERE i.organization_id = c.organization_id AND i.conversation_id = c.id AND i.direction = 'in'
    ORDER BY i.created_at LIMIT 1
) asked
WHERE c.organization_id = %(organization)s AND c.status = 'open' AND c.last_inbound_at IS NOT NULL AND NOT EXISTS (
    SELECT FROM texting_message e WHERE e.organization_id = c.organization_id AND e.conversation_id = c.id
        AND e.created_at > asked.at AND {_PERSON.format(m="e")})
GROUP BY c.line_id, c.assignee_id
"""  # noqa: S608 - made of constants
"""Open conversations in which a customer wrote and no person has answered yet: as it is now."""
