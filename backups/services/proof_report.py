"""The proof of restorability as a PDF that a customer can hand to an auditor."""

from typing import Any

from fpdf import FPDF

from backups.models import Snapshot, Source
from backups.selectors.proofs import Proof, proof_of
from listbackup.core.clock import now, rfc3339
from listbackup.core.web.downloads import Download

_GREEN, _GREY, _LINE = (13, 97, 84), (95, 99, 94), (214, 217, 210)
MOST_STREAMS = 400
SHA256 = 64  # hexadecimal digits


def proof_report(source: Source) -> bytes:
    """The report of a source, proved or not: it says which. A4, one page and the list of streams."""
    proof = proof_of(source)
    pdf = _Page(f"Proof of restorability: {source.name}")
    pdf.heading(source.name, f"{source.account.name} · {source.connection.name}")
    pdf.verdict(proof)
    newest: Snapshot | None = source.last_snapshot
    pdf.facts(
        [
            ("Snapshots kept", f"{Snapshot.objects.filter(source=source).count():,}"),
            ("Records protected", f"{source.records:,}"),
            ("Newest snapshot", _time(newest.taken_at) if newest else "none"),
            ("Every byte read again since", _time(source.last_verified_at)),
            ("Last proved restorable", _time(source.proved_at)),
        ]
    )
    if proof:
        pdf.facts(
            [
                ("Snapshot that was rebuilt", f"number {proof.number}, taken {proof.taken_at}"),
                ("Its manifest, SHA-256", proof.manifest_sha256),
                ("Records rebuilt and compared", f"{proof.rebuilt:,} of {proof.records:,}"),
                ("Time taken", f"{proof.seconds:.1f} s ({proof.per_second:,.0f} records a second)"),
            ]
        )
        pdf.streams(proof)
    pdf.small(
        "How it is proved: records are read from the encrypted snapshot into a new file, as a restore does; the file is "
        "read back, and the content of every record is compared with the hash that was written when the platform sent it. "
        "Larger streams are rebuilt in a part that differs each time, and counted as a whole."
    )
    return bytes(pdf.output())


def report_file(source: Source) -> Download:
    """The report as it is downloaded."""
    made = proof_report(source)
    return Download("proof-of-restorability.pdf", "application/pdf", iter([made]), size=len(made))


def _time(moment: Any) -> str:
    return rfc3339(moment)[:16].replace("T", " ") + " UTC" if moment else "never"


def _plain(text: str) -> str:
    """For the built-in fonts of PDF, which know Latin-1 alone."""
    return text.encode("latin-1", "replace").decode("latin-1")


class _Page(FPDF):
    def __init__(self, name: str) -> None:
        super().__init__(format="A4")
        self.set_title(_plain(name))
        self.set_creator("ListBackup")
        self.set_lang("en")
        self.set_creation_date(now())
        self.set_margins(20, 20)
        self.set_auto_page_break(True, 20)
        self.add_page()

    def footer(self) -> None:
        self.set_y(-15)
        self.set_font("Helvetica", size=8)
        self.set_text_color(*_GREY)
        self.cell(0, 5, f"Made by ListBackup on {_time(now())}. Page {self.page_no()} of {{nb}}", align="C")

    def heading(self, name: str, below: str) -> None:
        self.set_font("Helvetica", "B", 18)
        self.set_text_color(20, 24, 22)
        self.multi_cell(0, 9, _plain(name), new_x="LMARGIN", new_y="NEXT")
        self.set_font("Helvetica", size=10)
        self.set_text_color(*_GREY)
        self.multi_cell(0, 6, _plain(below), new_x="LMARGIN", new_y="NEXT")
        self.ln(4)

    def verdict(self, proof: Proof | None) -> None:
        self.set_font("Helvetica", "B", 13)
        self.set_text_color(*(_GREEN if proof else (150, 30, 30)))
        told = "Proved restorable" if proof else "Not proved restorable yet"
        self.cell(0, 8, told, new_x="LMARGIN", new_y="NEXT")
        self.ln(2)

    def facts(self, rows: list[tuple[str, str]]) -> None:
        self.set_draw_color(*_LINE)
        for label, value in rows:
            self.set_font("Helvetica", size=9)
            self.set_text_color(*_GREY)
            self.cell(60, 7, label, border="T")
            self.set_text_color(20, 24, 22)
            if len(value) == SHA256:  # on one line, so that it can be copied
                self.set_font("Courier", size=7.5)
            self.multi_cell(0, 7, _plain(value), border="T", new_x="LMARGIN", new_y="NEXT")
        self.ln(4)

    def streams(self, proof: Proof) -> None:
        self.set_font("Helvetica", "B", 11)
        self.cell(0, 8, "Streams", new_x="LMARGIN", new_y="NEXT")
        self.set_font("Helvetica", size=9)
        with self.table(col_widths=(60, 25, 25), text_align=("LEFT", "RIGHT", "RIGHT"), line_height=6) as table:
            for row in [("Stream", "Records", "Rebuilt"), *_rows(proof)]:
                table.row([_plain(text) for text in row])
        self.ln(4)

    def small(self, text: str) -> None:
        self.set_font("Helvetica", size=8)
        self.set_text_color(*_GREY)
        self.multi_cell(0, 4.5, text, new_x="LMARGIN", new_y="NEXT")


def _rows(proof: Proof) -> list[tuple[str, str, str]]:
    listed = [one for one in proof.streams if one.records]
    rows = [(one.name, f"{one.records:,}", f"{one.rebuilt:,}") for one in listed[:MOST_STREAMS]]
    empty, more = len(proof.streams) - len(listed), len(listed) - len(rows)
    if more > 0:
        rows.append((f"{more:,} more streams", "", ""))
    if empty:
        rows.append((f"{empty:,} empty stream{'' if empty == 1 else 's'}", "0", "0"))
    return rows
