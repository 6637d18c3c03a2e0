"""`manage.py check_hours IN OUT`: may these texts leave at that time, where their readers may be? No database."""

from datetime import datetime
from typing import Any

from compliance.hours.quiet_hours import TextClass, judge
from compliance.hours.time_zones import whereabouts
from texting.line_command import LineCommand


class Command(LineCommand):
    """Judge each line of a file of JSON lines by the quiet hours."""

    help = """Judge by the quiet hours when texts may leave.

IN holds one JSON object a line, in UTF-8:
  id, number        number in international form (+12125550123)
  at                date and time with its offset (2026-11-26T20:30:00-05:00)
  class             marketing, debt, informational, reply_to_inbound, security or emergency
  state, zip, zone  what else is known of the person, each may be left out: NY, 10001, America/New_York

OUT gets one line for each, in the same order: {"id", "verdict", "opens_at", "zones", "rules"}
  verdict   allow, or hold until opens_at
  opens_at  the next moment at which the text may leave (UTC); null when it may now, or when its windows never meet
  zones     every time zone in which it must be allowed
  rules     every row of the table that was applied, such as US-FL; none for a class without hours

- stands for standard input or output. OUT is complete or not there at all. A fault ends with status 1 and one sentence
that names the line."""
    verb = "judge"
    subject = "number"

    def answer(self, subject: str, line: dict[str, Any]) -> dict[str, Any]:
        """One line."""
        known = {key: _text(line, key) for key in ("state", "zip", "zone", "at", "class")}
        where = whereabouts(subject, state=known["state"], zip_code=known["zip"], zone=known["zone"])
        hours = judge(where, _moment(known["at"]), _text_class(known["class"]))
        return {
            "verdict": "allow" if hours.is_open else "hold",
            "opens_at": hours.opens_at and hours.opens_at.isoformat().replace("+00:00", "Z"),
            "zones": list(hours.zones),
            "rules": list(hours.rules),
        }


def _text(line: dict[str, Any], key: str) -> str:
    value = line.get(key)
    if value is not None and not isinstance(value, str):
        raise ValueError(f'"{key}" must be a string.')
    return value or ""


def _moment(at: str) -> datetime:
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise ValueError('"at" must be a date and time such as 2026-11-26T20:30:00-05:00.') from None
    if not 1970 <= moment.year <= 2100:
        raise ValueError('"at" must lie between 1970 and 2100.')
    if moment.tzinfo is None:
        raise ValueError('"at" must say its offset, such as 2026-11-26T20:30:00-05:00.')
    return moment


def _text_class(name: str) -> TextClass:
    try:
        return TextClass(name)
    except ValueError:
        raise ValueError(f'"class" must be one of {", ".join(TextClass)}.') from None
