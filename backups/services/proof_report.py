"""The proof of restorability as a PDF that a customer can hand to an auditor."""

from backups.models import Snapshot, Source
from backups.selectors.proofs import Proof, proof_of
from listbackup.core.pdf import Report, told
from listbackup.core.web.downloads import Download

MOST_STREAMS = 400
MAKER = "ListBackup"


def proof_report(source: Source, *, maker: str = MAKER) -> bytes:
    """The report of a source, proved or not: it says which. A4, one page and the list of streams."""
    proof = proof_of(source)
    pdf = Report(f"Proof of restorability: {source.name}", maker=maker)
    pdf.heading(source.name, f"{source.account.name} · {source.connection.name}")
    pdf.verdict("Proved restorable" if proof else "Not proved restorable yet", good=proof is not None)
    newest: Snapshot | None = source.last_snapshot
    pdf.facts(
        [
            ("Snapshots kept", f"{Snapshot.objects.filter(source=source).count():,}"),
            ("Records protected", f"{source.records:,}"),
            ("Newest snapshot", told(newest.taken_at) if newest else "none"),
            ("Every byte read again since", told(source.last_verified_at)),
            ("Last proved restorable", told(source.proved_at)),
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
        pdf.rows("Streams", ("Stream", "Records", "Rebuilt"), _rows(proof), (60, 25, 25))
    pdf.small(
        "How it is proved: records are read from the encrypted snapshot into a new file, as a restore does; the file is "
        "read back, and the content of every record is compared with the hash that was written when the platform sent it. "
        "Larger streams are rebuilt in a part that differs each time, and counted as a whole."
    )
    return bytes(pdf.output())


def report_file(source: Source, *, maker: str = MAKER) -> Download:
    """The report as it is downloaded."""
    made = proof_report(source, maker=maker)
    return Download("proof-of-restorability.pdf", "application/pdf", iter([made]), size=len(made))


def _rows(proof: Proof) -> list[tuple[str, str, str]]:
    listed = [one for one in proof.streams if one.records]
    rows = [(one.name, f"{one.records:,}", f"{one.rebuilt:,}") for one in listed[:MOST_STREAMS]]
    empty, more = len(proof.streams) - len(listed), len(listed) - len(rows)
    if more > 0:
        rows.append((f"{more:,} more streams", "", ""))
    if empty:
        rows.append((f"{empty:,} empty stream{'' if empty == 1 else 's'}", "0", "0"))
    return rows
