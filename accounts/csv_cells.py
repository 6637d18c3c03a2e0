"""Cells of a CSV file that a spreadsheet shows and never runs (RFC 4180; OWASP, "CSV injection")."""

STARTS_A_FORMULA = (*"=+-@\t\r\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def safe_cell(value: object) -> str:
    """The value as text; what a spreadsheet would take for a formula gets an apostrophe in front, which it hides."""
    text = str(value)
    return f"'{text}" if text.startswith(STARTS_A_FORMULA) else text


class Echo:
    """What `csv.writer` writes to when its lines are wanted one by one: `writerow` returns the line."""

    def write(self, line: str) -> str:
        """The line itself."""
        return line
