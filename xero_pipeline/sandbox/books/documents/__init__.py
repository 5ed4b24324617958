"""The documents of a book, as they stand now. Amounts in each document's own currency."""

from xero_pipeline.sandbox.books.documents.bank import (
    Attachment,
    BankRowType,
    BankTransaction,
    BankTransfer,
    ManualJournal,
    ManualLine,
)
from xero_pipeline.sandbox.books.documents.payables import (
    SOURCE_TYPES,
    Allocation,
    BatchPayment,
    Control,
    Payable,
    Payment,
    RepeatingInvoice,
    SavedStatus,
    Settlement,
)
from xero_pipeline.sandbox.books.documents.settings import (
    CLASS_OF_ACCOUNT_TYPE,
    Account,
    Contact,
    ContactGroup,
    Currency,
    Item,
    TaxRate,
    TrackingCategory,
    User,
)

__all__ = [
    "CLASS_OF_ACCOUNT_TYPE",
    "SOURCE_TYPES",
    "Account",
    "Allocation",
    "Attachment",
    "BankRowType",
    "BankTransaction",
    "BankTransfer",
    "BatchPayment",
    "Contact",
    "ContactGroup",
    "Control",
    "Currency",
    "Item",
    "ManualJournal",
    "ManualLine",
    "Payable",
    "Payment",
    "RepeatingInvoice",
    "SavedStatus",
    "Settlement",
    "TaxRate",
    "TrackingCategory",
    "User",
]
