"""Documents that people print or file: one hand for headings and facts, times in the organization's zone.

Drawn from what a page shows; nothing is fetched and nothing is written to a disk. The letters are those of DejaVu Sans
(Latin, Greek, Cyrillic and more; Debian's fonts-dejavu-core) where `PDF_FONT_DIR` has it. Without it the fonts that
every reader of PDF has must do: letters beyond Latin-1 lose their marks or become `?`.
"""

import unicodedata
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from fpdf import FPDF
from fpdf.fonts import TTFFont

MARGIN, LINE = 18, 6  # millimetres
_FILES = {"": "DejaVuSans.ttf", "B": "DejaVuSans-Bold.ttf"}
_MONO = "DejaVuSansMono.ttf"
_PLAIN = {
    "\u2026": "...",
    "\u2019": "'",
    "\u201c": '"',
    "\u201d": '"',
    "\u2013": "-",
    "\u2014": "-",
    "\u0141": "L",
    "\u0142": "l",
}


class Paper(FPDF):
    """An A4 document. Every text goes through `put`, so that none holds a letter the font lacks."""

    def __init__(self, *, title: str, foot: str, at: datetime) -> None:
        super().__init__(orientation="portrait", unit="mm", format="A4")
        folder = Path(settings.PDF_FONT_DIR)
        wide = all((folder / name).is_file() for name in (*_FILES.values(), _MONO))
        self.sans, self.mono = ("dejavu", "dejavu-mono") if wide else ("Helvetica", "Courier")
        if wide:
            for style, name in _FILES.items():
                self.add_font(self.sans, style, folder / name)
            self.add_font(self.mono, "", folder / _MONO)
        self.foot = foot
        self.alias_nb_pages()
        self.set_title(self.put(title))
        self.set_creator("Parley")
        self.set_creation_date(at)
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(True, margin=MARGIN)
        self.add_page()

    def footer(self) -> None:
        self.set_y(-MARGIN + 4)
        self.set_font(self.sans, size=8)
        self.cell(0, LINE, f"{self.put(self.foot)}   {self.page_no()} / {{nb}}", align="C")

    def head(self, title: str, below: str) -> None:
        """The first lines."""
        self.set_font(self.sans, "B", 18)
        self.multi_cell(0, 10, self.put(title), new_x="LMARGIN", new_y="NEXT")
        self.paragraph(below, size=11)
        self.ln(3)

    def section(self, title: str) -> None:
        """A heading within."""
        self.ln(4)
        self.set_font(self.sans, "B", 13)
        self.multi_cell(0, 8, self.put(title), new_x="LMARGIN", new_y="NEXT")

    def fact(self, name: str, value: str, *, size: int = 10) -> None:
        """A name and what it is."""
        self.set_font(self.sans, "B", size)
        self.cell(42, LINE, self.put(name))
        self.set_font(self.sans, size=size)
        self._write(LINE, value)

    def paragraph(self, text: str, *, size: int = 10, mono: bool = False, bold: bool = False) -> None:
        """Running text."""
        self.set_font(self.mono if mono else self.sans, "B" if bold else "", size)
        self._write(size * 0.5, text)

    def _write(self, height: float, text: str) -> None:
        """From here to the end of the line, and on below. What fits on its line is not searched for a place to break:
        that takes ten times as long, and most of what stands on a paper is short.
        """
        left = self.x
        for line in self.put(text).split("\n"):
            self.set_x(left)
            fits = self.get_string_width(line) <= self.w - self.r_margin - left - 2 * self.c_margin
            if fits:
                self.cell(0, height, line, new_x="LMARGIN", new_y="NEXT")
            else:
                self.multi_cell(0, height, line, new_x="LMARGIN", new_y="NEXT")

    def put(self, text: str) -> str:
        """The text in the letters that there are."""
        if text.isascii() and text.isprintable():  # every font has these
            return text
        return "".join(self._sign(sign) for sign in unicodedata.normalize("NFC", text))

    def _sign(self, sign: str) -> str:
        font = self.fonts.get(self.sans)
        if isinstance(font, TTFFont):
            return sign if sign in "\n\t" or ord(sign) in font.cmap else "?"
        plain = _PLAIN.get(sign, sign)
        if not _is_latin(plain):
            plain = "".join(part for part in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(part))
        return plain if _is_latin(plain) else "?"


def moment(at: datetime, zone: ZoneInfo) -> str:
    """To the second, with the zone's name and its distance from UTC."""
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S %Z (%z)")


def _is_latin(text: str) -> bool:
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return True
