"""`manage.py count_segments IN OUT`: encoding, units and segments of many texts. No database."""

from argparse import RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from texting.json_lines import BadLines, answer_lines
from texting.segments import count


class Command(BaseCommand):
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
    requires_system_checks: list[str] = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Keep the line breaks of `help`."""
        return super().create_parser(prog_name, subcommand, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        """Two file names."""
        parser.add_argument("input", metavar="IN", help="file of JSON lines, or -")
        parser.add_argument("output", metavar="OUT", help="file to write, or -")

    def handle(self, *args: Any, **options: Any) -> None:
        """Count and write."""
        try:
            done = answer_lines(options["input"], options["output"], _answer)
        except BadLines as error:
            raise CommandError(str(error)) from None
        if not done:
            self.stderr.write("There was no line to count.")


def _answer(text: str, line: dict[str, Any]) -> dict[str, Any]:
    smart_encoding = line.get("smart_encoding", False)
    if not isinstance(smart_encoding, bool):
        raise ValueError('"smart_encoding" must be true or false.')
    result = count(text, smart_encoding)
    return {
        "encoding": result.encoding,
        "units": result.units,
        "segments": result.segments,
        "culprits": [culprit.character for culprit in result.culprits],
    }
