"""`manage.py count_segments IN OUT`: encoding, units and segments of many texts. No database."""

from typing import Any

from texting.line_command import LineCommand
from texting.segments import count


class Command(LineCommand):
    """Count the segments of each text in a file of JSON lines."""

    help = """Count what texts cost on the air.

IN holds one JSON object a line, in UTF-8: {"id": ..., "text": "..."}. With "smart_encoding": true the text is counted
as it is after smart encoding. Other keys are ignored, blank lines left out.

OUT gets one line for each, in the same order: {"id", "encoding", "units", "segments", "culprits"}
  encoding  GSM-7 or UCS-2
  units     septets (GSM-7; characters such as the euro sign take two) or UTF-16 code units (UCS-2), without headers
  segments  what is billed; an empty text is one segment
  culprits  each character that forces UCS-2 once, in order of first appearance, as it is seen (a flag or a letter with
            its accents is one); empty for GSM-7

- stands for standard input or output. OUT is complete or not there at all. A fault ends with status 1 and one sentence
that names the line."""
    verb = "count"

    def answer(self, subject: str, line: dict[str, Any]) -> dict[str, Any]:
        """One line."""
        smart_encoding = line.get("smart_encoding", False)
        if not isinstance(smart_encoding, bool):
            raise ValueError('"smart_encoding" must be true or false.')
        result = count(subject, smart_encoding)
        return {
            "encoding": result.encoding,
            "units": result.units,
            "segments": result.segments,
            "culprits": [culprit.character for culprit in result.culprits],
        }
