"""The recovery kit: a sheet to print, with which an account's files open without us."""

from fpdf import FPDF

from accounts.access.context import AccountContext
from backups.models import RecoveryKey
from backups.services.keys import recovery_key
from listbackup.core.clock import now, rfc3339

STEPS = (
    "Get a copy of the storage's folder: the one with accounts/ in it, of your account at least "
    "accounts/{account}/ with keys.json.",
    "Get bin/read-backup of ListBackup (one file, Python 3.11) and: pip install cryptography pyarrow",
    "read-backup --files FOLDER --recovery-key KEY list",
    "read-backup --files FOLDER --recovery-key KEY export SNAPSHOT --to NEW-FOLDER",
)


def recovery_kit(context: AccountContext) -> bytes:
    """The sheet as a PDF, A4. Noted in the activity like every showing of the key. Raises as `keys.recovery_key` does."""
    key = recovery_key(context)
    row = RecoveryKey.objects.get(account=context.account)
    groups = key.split("-")
    pdf = FPDF(format="A4")
    pdf.set_title("Recovery kit")
    pdf.set_creator("ListBackup")
    pdf.set_lang("en")
    pdf.set_creation_date(now())
    pdf.set_margins(20, 20)
    pdf.add_page()
    _text(pdf, "Recovery kit", 20, bold=True)
    _text(pdf, f"{context.account.name}, account {context.account_id}", 10)
    _text(pdf, f"Printed {rfc3339(now())[:16].replace('T', ' ')} UTC, key id {row.recovery_id}", 10)
    pdf.ln(6)
    _text(pdf, "Recovery key", 12, bold=True)
    pdf.set_font("Courier", "B", 15)
    for line in ("-".join(groups[:4]) + "-", "-".join(groups[4:])):
        pdf.cell(0, 10, line, align="C", new_x="LMARGIN", new_y="NEXT")
    pdf.ln(4)
    _text(pdf, "Whoever has this sheet and the files can read everything. Keep it like the deed of a house: printed, locked "
               "away, in two places. It stays good when keys are rotated.", 10)  # fmt: skip
    pdf.ln(6)
    _text(pdf, "To read the backups without ListBackup", 12, bold=True)
    for number, step in enumerate(STEPS, 1):
        _text(pdf, f"{number}. {step.format(account=context.account_id)}", 10)
    pdf.ln(4)
    _text(pdf, "0, 1 and 8 may be typed for O, I and B; hyphens, spaces and case do not matter. The last letters are a "
               "check: a typing error is noticed.", 9)  # fmt: skip
    return bytes(pdf.output())


def _text(pdf: FPDF, text: str, size: int, *, bold: bool = False) -> None:
    pdf.set_font("Helvetica", "B" if bold else "", size)
    pdf.multi_cell(0, size * 0.6, text.encode("latin-1", "replace").decode("latin-1"), new_x="LMARGIN", new_y="NEXT")
