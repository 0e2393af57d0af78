"""News of the backups app, sent inside the transaction that made it true.

Receivers get `context` (AccountContext) and the object; they must not wait for anything.
"""

from django.dispatch import Signal

source_created = Signal()  # context, source
source_deleted = Signal()  # context, source, erase
job_started = Signal()  # context, job: the row exists
job_finished = Signal()  # context, job: its state is final
snapshot_committed = Signal()  # context, snapshot
# Before a person sees content of records: context, sources. A receiver answers with {source id: Forbidden} of those that it
# refuses, and writes the others down if it likes.
records_opened = Signal()
