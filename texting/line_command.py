"""Commands that judge one thing a line, from a file of JSON lines into another (`texting.json_lines`). No database."""

from argparse import RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from texting.json_lines import BadLines, answer_lines


class LineCommand(BaseCommand):
    """`manage.py NAME IN OUT`. A command says `verb` and `answer`; a fault ends it with one sentence.

    `subject` and `instead` are as in `answer_lines`.
    """

    requires_system_checks: list[str] = []
    verb: str
    """"There was no line to ..."."""
    subject = "text"
    instead = ""

    def answer(self, subject: str, line: dict[str, Any]) -> dict[str, Any]:
        """What is written for one line, beside its id. Raises ValueError for a line that makes no sense."""
        raise NotImplementedError

    def tell(self, done: int) -> None:
        """Say something about the lines that were answered; nothing, unless a command says more."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Keep the line breaks of `help`."""
        return super().create_parser(prog_name, subcommand, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        """Two file names."""
        parser.add_argument("input", metavar="IN", help="file of JSON lines, or -")
        parser.add_argument("output", metavar="OUT", help="file to write, or -")

    def handle(self, *args: Any, **options: Any) -> None:
        """Answer and write."""
        try:
            done = answer_lines(
                options["input"], options["output"], self.answer, subject=self.subject, instead=self.instead
            )
        except BadLines as error:
            raise CommandError(str(error)) from None
        if done:
            self.tell(done)
        else:
            self.stderr.write(f"There was no line to {self.verb}.")
