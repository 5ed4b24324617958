"""What is posted and what is planned: journals, budgets, and the reports over them."""

from __future__ import annotations

from xero_pipeline.warehouse.fields.shared import TRACKING
from xero_pipeline.warehouse.wire_types import (
    COUNT,
    DAY,
    FLAG,
    GUID,
    INSTANT,
    MONEY,
    MONTH,
    TEXT,
    UNIT_AMOUNT,
    ListOf,
    Record,
    record,
)

_REPORT_CELLS = ListOf(record(Value=TEXT, Attributes=ListOf(record(Value=TEXT, Id=TEXT))))
_REPORT = record(
    ReportID=TEXT,
    ReportName=TEXT,
    ReportType=TEXT,
    ReportTitles=ListOf(TEXT),
    ReportDate=TEXT,
    UpdatedDateUTC=INSTANT,
    Rows=ListOf(
        record(
            RowType=TEXT,
            Title=TEXT,
            Cells=_REPORT_CELLS,
            Rows=ListOf(record(RowType=TEXT, Title=TEXT, Cells=_REPORT_CELLS)),
        )
    ),
)

LEDGER: dict[str, Record] = {
    "manual_journals": record(
        ManualJournalID=GUID,
        Narration=TEXT,
        Date=DAY,
        Status=TEXT,
        LineAmountTypes=TEXT,
        Url=TEXT,
        ShowOnCashBasisReports=FLAG,
        JournalLines=ListOf(
            record(
                LineAmount=MONEY,
                AccountCode=TEXT,
                AccountID=GUID,
                Description=TEXT,
                TaxType=TEXT,
                TaxAmount=MONEY,
                Tracking=TRACKING,
                IsBlank=FLAG,
            )
        ),
        HasAttachments=FLAG,
        UpdatedDateUTC=INSTANT,
    ),
    # All amounts of journals are in the organisation's base currency.
    "journals": record(
        JournalID=GUID,
        JournalNumber=COUNT,
        JournalDate=DAY,
        Reference=TEXT,
        SourceID=GUID,
        SourceType=TEXT,
        JournalLines=ListOf(
            record(
                JournalLineID=GUID,
                AccountID=GUID,
                AccountCode=TEXT,
                AccountType=TEXT,
                AccountName=TEXT,
                Description=TEXT,
                NetAmount=MONEY,
                GrossAmount=MONEY,
                TaxAmount=MONEY,
                TaxType=TEXT,
                TaxName=TEXT,
                TrackingCategories=TRACKING,
            )
        ),
        CreatedDateUTC=INSTANT,
    ),
    # Xero lists budgets without their lines.
    "budgets": record(
        BudgetID=GUID,
        Type=TEXT,
        Description=TEXT,
        Tracking=TRACKING,
        BudgetLines=ListOf(
            record(
                AccountID=GUID,
                AccountCode=TEXT,
                BudgetBalances=ListOf(
                    record(Period=MONTH, Amount=MONEY, UnitAmount=UNIT_AMOUNT, Notes=TEXT)
                ),
            )
        ),
        UpdatedDateUTC=INSTANT,
    ),
    "bank_summary": _REPORT,
    "trial_balance": _REPORT,
    "balance_sheet": _REPORT,
    "profit_and_loss": _REPORT,
    "aged_receivables_by_contact": _REPORT,
    "aged_payables_by_contact": _REPORT,
}
