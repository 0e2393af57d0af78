"""PDF reports: one look for all of them."""

import datetime as dt
from collections.abc import Sequence

from fpdf import FPDF

from listbackup.core.clock import now, rfc3339

GREEN, RED, GREY, LINE, INK = (13, 97, 84), (150, 30, 30), (95, 99, 94), (214, 217, 210), (20, 24, 22)
SHA256 = 64  # hexadecimal digits


def plain(text: str) -> str:
    """For the built-in fonts of PDF, which know Latin-1 alone."""
    return text.encode("latin-1", "replace").decode("latin-1")


def told(moment: dt.datetime | None) -> str:
    """A time to the minute, in UTC."""
    return rfc3339(moment)[:16].replace("T", " ") + " UTC" if moment else "never"


class Report(FPDF):
    """A4. `maker` signs the foot of each page."""

    def __init__(self, name: str, *, maker: str = "ListBackup") -> None:
        super().__init__(format="A4")
        self.maker = maker
        self.set_title(plain(name))
        self.set_creator(plain(maker))
        self.set_lang("en")
        self.set_creation_date(now())
        self.set_margins(20, 20)
        self.set_auto_page_break(True, 20)
        self.add_page()

    def footer(self) -> None:
        self.set_y(-15)
        self.set_font("Helvetica", size=8)
        self.set_text_color(*GREY)
        self.cell(0, 5, plain(f"Made by {self.maker} on {told(now())}. Page {self.page_no()} of {{nb}}"), align="C")

    def heading(self, name: str, below: str) -> None:
        self.set_font("Helvetica", "B", 18)
        self.set_text_color(*INK)
        self.multi_cell(0, 9, plain(name), new_x="LMARGIN", new_y="NEXT")
        self.set_font("Helvetica", size=10)
        self.set_text_color(*GREY)
        self.multi_cell(0, 6, plain(below), new_x="LMARGIN", new_y="NEXT")
        self.ln(4)

    def verdict(self, sentence: str, *, good: bool) -> None:
        self.set_font("Helvetica", "B", 13)
        self.set_text_color(*(GREEN if good else RED))
        self.multi_cell(0, 8, plain(sentence), new_x="LMARGIN", new_y="NEXT")
        self.ln(2)

    def facts(self, rows: Sequence[tuple[str, str]]) -> None:
        self.set_draw_color(*LINE)
        for label, value in rows:
            self.set_font("Helvetica", size=9)
            self.set_text_color(*GREY)
            self.cell(60, 7, label, border="T")
            self.set_text_color(*INK)
            if len(value) == SHA256:  # on one line, so that it can be copied
                self.set_font("Courier", size=7.5)
            self.multi_cell(0, 7, plain(value), border="T", new_x="LMARGIN", new_y="NEXT")
        self.ln(4)

    def rows(self, title: str, head: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int]) -> None:
        """A table; the first column is text, the others are numbers or short words."""
        self.set_font("Helvetica", "B", 11)
        self.set_text_color(*INK)
        self.cell(0, 8, plain(title), new_x="LMARGIN", new_y="NEXT")
        self.set_font("Helvetica", size=9)
        align = ("LEFT", *["RIGHT"] * (len(head) - 1))
        with self.table(col_widths=tuple(widths), text_align=align, line_height=6) as table:
            for row in [head, *rows]:
                table.row([plain(text) for text in row])
        self.ln(4)

    def small(self, text: str) -> None:
        self.set_font("Helvetica", size=8)
        self.set_text_color(*GREY)
        self.multi_cell(0, 4.5, plain(text), new_x="LMARGIN", new_y="NEXT")
