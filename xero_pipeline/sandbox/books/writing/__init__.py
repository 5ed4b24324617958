"""What clients write through the API, as the events that must happen for it.

Nothing is changed here: every check that Xero makes of a request is made first, and what passes
comes back as events. Where Xero does not document what it does, the stricter behaviour is chosen:

- A line is what the request says of it. Whatever is left out is not kept from before: an omitted
  tax type becomes the account's, omitted tracking is gone.
- LineAmountTypes left out means the default for new documents, and must be the document's own.
- A LineItemID that the document does not have, or has twice in a request, is refused.
- Both lock dates hold for the API, whatever role the user has who consented.
- TaxAmount must be what the tax rate makes of the line; Xero takes other amounts, too.
- Every file is taken whatever its type, up to 10 MB; other pages of Xero's say 3 or 25 MB.

Header fields other than Contact may be repeated as they are, and cannot be changed here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from xero_pipeline.sandbox.books.records import Records
from xero_pipeline.sandbox.books.writing import files
from xero_pipeline.sandbox.books.writing.documents import EDITORS
from xero_pipeline.sandbox.contract import FileWrite, LinesWrite, NoteWrite, Write
from xero_pipeline.sandbox.events import Event

__all__ = ["wanted_events"]


def wanted_events(records: Records, write: Write, at: dt.datetime) -> Sequence[Event]:
    """See `contract.Book`.

    Args:
        at: the instant at which it is to happen.
    """
    match write:
        case LinesWrite():
            return EDITORS[write.kind](records, write, at)
        case FileWrite():
            return [files.attached(records, write, at)]
        case NoteWrite():
            return [files.noted(records, write, at)]
