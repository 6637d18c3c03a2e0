"""The statements by which the outbox hands out work: a line's next texts, when more may follow, where work is.

They read directory tables only, by the database's clock, before an organization is active. A claim locks the line, then
its campaign, then the entries; so workers on two lines of one campaign spend its pace one after the other.
"""

from datetime import timedelta
from typing import Any

from texting.purposes import OWED_PRIORITY, URGENT_PRIORITY

LONGEST_HOLD = timedelta(minutes=15)  # that a text of unknown outcome holds back the next one to the same person

# A text waits for an earlier one to the same person on the same line: so that they keep their order, and so that an
# equal text cannot be taken for one of unknown outcome when the provider's list is searched. What the law asks for
# waits for no unknown outcome, and nothing waits for one longer than `hold`. Nor does a text wait for one that a rule
# keeps until the customer's day begins: the customer may write meanwhile and is answered at once.
#
# This table is empty one moment and full the next, so the planner's statistics are never right. OFFSET 0 keeps it from
# making a join of the question, which it would do by comparing every waiting text with every other one: each text is
# looked up by line and contact. For the same reason the next texts are read from their own index, in its order.
_FREE = """
    NOT EXISTS (
        SELECT 1 FROM texting_outboxentry earlier
        WHERE earlier.line_id = e.line_id AND earlier.contact_id = e.contact_id AND (
            earlier.state = 'sending'
            OR earlier.state = 'unconfirmed' AND e.priority > %(owed)s AND earlier.priority > %(owed)s
                AND earlier.unconfirmed_since > statement_timestamp() - make_interval(secs => %(hold)s)
            OR earlier.state = 'ready' AND coalesce(earlier.held_until, '-infinity') <= statement_timestamp() AND
                (earlier.priority, earlier.entered_at, earlier.message_id) < (e.priority, e.entered_at, e.message_id))
        OFFSET 0)
"""
_COST = "CASE WHEN {entry}.has_pictures THEN c.picture_seconds ELSE {entry}.segments * c.segment_seconds END"
ENTER = """
INSERT INTO texting_outboxentry (message_id, organization_id, line_id, contact_id, priority, segments, has_pictures,
    state, due_at, held_until, expires_at, attempt, resends)
SELECT n.message_id, %(organization)s, n.line_id, n.contact_id, %(priority)s, n.segments, n.has_pictures,
    'ready', coalesce(n.held_until, statement_timestamp()), n.held_until,
    coalesce(%(deadline)s, coalesce(n.held_until, statement_timestamp()) + %(life)s), 0, 0
FROM unnest(%(messages)s::uuid[], %(lines)s::uuid[], %(contacts)s::uuid[], %(segments)s::int[], %(pictures)s::bool[],
    %(held)s::timestamptz[]) AS n (message_id, line_id, contact_id, segments, has_pictures, held_until)
"""
BOUNDS: dict[str, Any] = {
    "owed": OWED_PRIORITY,
    "urgent": URGENT_PRIORITY,
    "hold": LONGEST_HOLD.total_seconds(),
}
"""Values that the statements below share."""

# The campaign's rule is that of `texting.limits.carriers.pacing`: the first text may use up a silence, the others not.
CLAIM = f"""
WITH line AS (
    SELECT line_id, campaign_id, texts_per_second AS pace, greatest(free_at, statement_timestamp()) AS next_free,
        stopped_at IS NOT NULL AS stopped, refusals
    FROM texting_linekey
    WHERE line_id = %(line)s AND (stopped_at IS NULL OR probe_at <= statement_timestamp()) FOR UPDATE SKIP LOCKED
), room AS (
    SELECT least(CASE WHEN stopped THEN 1 ELSE %(batch)s END, greatest(0, floor(
        (1 - extract(epoch FROM next_free - statement_timestamp())) * greatest(pace, 1) + 1e-6)))::int AS segments
    FROM line
), campaign AS (
    SELECT campaign_id, segment_seconds, picture_seconds, burst_seconds, free_at
    FROM texting_campaignpace WHERE campaign_id = (SELECT campaign_id FROM line) FOR UPDATE
), elsewhere AS (
    SELECT EXISTS (SELECT 1 FROM texting_linekey k
        WHERE k.campaign_id = (SELECT campaign_id FROM campaign) AND k.line_id <> %(line)s AND k.stopped_at IS NULL
            AND k.free_at < statement_timestamp() + interval '1 second' AND EXISTS (
                SELECT 1 FROM texting_outboxentry e
                WHERE e.line_id = k.line_id AND e.state = 'ready' AND e.due_at <= statement_timestamp()
                    AND e.priority <= %(urgent)s AND {_FREE})) AS urgent
), first AS (
    SELECT e.message_id, e.priority, e.entered_at, e.segments, e.has_pictures
    FROM texting_outboxentry e
    WHERE e.line_id = %(line)s AND e.state = 'ready' AND e.due_at <= statement_timestamp()
        AND e.priority <= CASE WHEN (SELECT urgent FROM elsewhere) THEN least(%(least)s, %(urgent)s) ELSE %(least)s END
        AND {_FREE}
    ORDER BY e.priority, e.entered_at, e.message_id
    LIMIT coalesce((SELECT segments FROM room), 0)
    FOR UPDATE OF e SKIP LOCKED
), fitting AS (
    SELECT f.message_id
    FROM (SELECT message_id, row_number() OVER w AS place, sum(segments) OVER w - segments AS before,
            sum({_COST.format(entry="first")}) OVER w AS cost
        FROM first LEFT JOIN campaign c ON true WINDOW w AS (ORDER BY priority, entered_at, message_id)) f
        CROSS JOIN room LEFT JOIN campaign c ON true
    WHERE f.before < room.segments AND (c.campaign_id IS NULL OR statement_timestamp() >=
        CASE WHEN f.place = 1 THEN c.free_at ELSE greatest(c.free_at, statement_timestamp()) END
            + make_interval(secs => f.cost - c.burst_seconds))
), claimed AS (
    UPDATE texting_outboxentry e
    SET state = 'sending', attempt = attempt + 1, lease_until = statement_timestamp() + make_interval(secs => %(lease)s)
    WHERE e.message_id = ANY(ARRAY(SELECT message_id FROM fitting))
    RETURNING e.message_id, e.organization_id, e.attempt, e.expires_at <= statement_timestamp() AS expired,
        statement_timestamp() AS at, e.resends, e.priority, e.entered_at, e.segments, e.has_pictures
), paced AS (
    UPDATE texting_linekey k
    SET free_at = line.next_free + make_interval(secs => (SELECT sum(segments) FROM claimed) / line.pace),
        probe_at = CASE WHEN line.stopped THEN statement_timestamp() + make_interval(secs => %(probe)s) END
    FROM line WHERE k.line_id = line.line_id AND EXISTS (SELECT 1 FROM claimed)
), paid AS (
    UPDATE texting_campaignpace p
    SET free_at = greatest(p.free_at, statement_timestamp())
        + make_interval(secs => (SELECT sum({_COST.format(entry="claimed")}) FROM claimed, campaign c))
    FROM campaign WHERE p.campaign_id = campaign.campaign_id AND EXISTS (SELECT 1 FROM claimed)
)
SELECT message_id, organization_id, attempt, expired, at, resends, refusals FROM claimed, line
ORDER BY priority, entered_at, message_id
"""  # noqa: S608 - put together from the text above

WAIT = f"""
SELECT greatest(0.05, extract(epoch FROM k.free_at - clock_timestamp()) - 1 + 1 / greatest(k.texts_per_second, 1),
    extract(epoch FROM c.free_at - clock_timestamp()) - c.burst_seconds + {_COST.format(entry="next")})
FROM texting_linekey k LEFT JOIN texting_campaignpace c ON c.campaign_id = k.campaign_id CROSS JOIN LATERAL (
    SELECT e.segments, e.has_pictures FROM texting_outboxentry e
    WHERE e.line_id = k.line_id AND e.state = 'ready' AND e.due_at <= clock_timestamp() AND {_FREE}
    ORDER BY e.priority, e.entered_at, e.message_id LIMIT 1) next
WHERE k.line_id = %(line)s AND k.stopped_at IS NULL
"""  # noqa: S608 - put together from the text above

WORK = """
SELECT k.line_id FROM texting_linekey k
WHERE (k.stopped_at IS NULL OR k.probe_at IS NULL OR k.probe_at <= statement_timestamp()) AND EXISTS (
    SELECT 1 FROM texting_outboxentry e
    WHERE e.line_id = k.line_id AND e.state = 'ready' AND e.due_at <= statement_timestamp())
ORDER BY row_number() OVER (PARTITION BY k.organization_id ORDER BY k.free_at), k.free_at
"""
