"""`manage.py classify_replies IN OUT`: what many inbound texts say about being texted. No database."""

from typing import Any

from compliance.words.keywords import classify
from texting.line_command import LineCommand


class Command(LineCommand):
    """Classify each text in a file of JSON lines."""

    help = """Judge what customers' texts say about being texted.

IN holds one JSON object a line, in UTF-8: {"id": ..., "text": "..."}. With "opted_out": true the sender counts as opted
out, so that YES means START. Other keys are ignored, blank lines left out.

OUT gets one line for each, in the same order: {"id", "action", "tier", "matched"}
  action   opt_out   do not text any more
           review    perhaps: pause marketing, a person decides
           start     text again
           help      wants help or information
           none      something else; also reactions to our texts and automatic answers
  tier     0 a keyword, 1 a phrase, 2 a possible wish (review); null for none
  matched  the keyword or the name of the rule that decided, or null; never the text

- stands for standard input or output. OUT is complete or not there at all. A fault ends with status 1 and one sentence
that names the line."""
    verb = "classify"

    def answer(self, subject: str, line: dict[str, Any]) -> dict[str, Any]:
        """One line."""
        opted_out = line.get("opted_out", False)
        if not isinstance(opted_out, bool):
            raise ValueError('"opted_out" must be true or false.')
        reply = classify(subject, opted_out=opted_out)
        return {"action": reply.action, "tier": reply.tier, "matched": reply.matched}
