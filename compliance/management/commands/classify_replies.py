"""`manage.py classify_replies IN OUT`: what many inbound texts say about being texted. No database."""

from argparse import RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from compliance.words.keywords import classify
from texting.json_lines import BadLines, answer_lines


class Command(BaseCommand):
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
    requires_system_checks: list[str] = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Keep the line breaks of `help`."""
        return super().create_parser(prog_name, subcommand, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        """Two file names."""
        parser.add_argument("input", metavar="IN", help="file of JSON lines, or -")
        parser.add_argument("output", metavar="OUT", help="file to write, or -")

    def handle(self, *args: Any, **options: Any) -> None:
        """Classify and write."""
        try:
            done = answer_lines(options["input"], options["output"], _answer)
        except BadLines as error:
            raise CommandError(str(error)) from None
        if not done:
            self.stderr.write("There was no line to classify.")


def _answer(text: str, line: dict[str, Any]) -> dict[str, Any]:
    opted_out = line.get("opted_out", False)
    if not isinstance(opted_out, bool):
        raise ValueError('"opted_out" must be true or false.')
    reply = classify(text, opted_out=opted_out)
    return {"action": reply.action, "tier": reply.tier, "matched": reply.matched}
