"""The nested rows of Xero's reports, laid out as the Accounting API does. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xero_pipeline_tests.sql.rows import Amount, Row, money


def bank_summary(
    balances: Mapping[str, Amount], openings: Mapping[str, Amount], revalued: Mapping[str, Amount]
) -> list[Row]:
    """By account id: closing balance, opening balance (the same where none is given), and what lies
    between them without being a flow."""
    titles = ("Bank Accounts", "Opening Balance", "Cash Received", "Cash Spent", "Closing Balance")
    rows = []
    for account_id, balance in balances.items():
        name = {"value": "A bank", "attributes": [{"id": "accountID", "value": account_id}]}
        closing, opening = money(balance), money(openings.get(account_id, balance))
        flow = closing - opening - money(revalued.get(account_id, 0))
        amounts = (opening, max(flow, money(0)), max(-flow, money(0)), closing)
        rows.append(
            {"row_type": "Row", "cells": [name, *({"value": str(each)} for each in amounts)]}
        )
    return _report(titles, rows)


def trial_balance(balances: Mapping[str, Amount]) -> list[Row]:
    """Balances by account id, debit positive; an empty side is empty text, as at Xero."""
    titles = ("Account", "Debit", "Credit", "YTD Debit", "YTD Credit")
    rows = []
    for account_id, balance in balances.items():
        amount = money(balance)
        debit_and_credit = (str(amount), "") if amount >= 0 else ("", str(-amount))
        attributes = [{"id": "account", "value": account_id}]
        texts = ("An account", *debit_and_credit, *debit_and_credit)
        cells = [{"value": text, "attributes": attributes} for text in texts]
        rows.append({"row_type": "Row", "cells": cells})
    return _report(titles, rows)


def aged_report(due: Mapping[str, Amount]) -> list[Row]:
    """Amounts due by document id, credits negative, and their sum as the closing balance."""
    titles = ("Date", "Number", "Due Date", "", "Total", "Paid", "Credited", "Due")
    rows = []
    for document_id, amount in due.items():
        texts = ["2026-05-01T00:00:00", "INV", "", "", "0.00", "0.00", "0.00", str(money(amount))]
        attributes = [{"id": "invoiceID", "value": document_id}]
        cells = [{"value": text, "attributes": attributes} for text in texts]
        rows.append({"row_type": "Row", "cells": cells})
    closing = sum((money(amount) for amount in due.values()), money(0))
    texts = ["Closing Balance", "", "", "", "0.00", "0.00", "0.00", str(closing)]
    summary = {"row_type": "SummaryRow", "cells": [{"value": text} for text in texts]}
    return [*_report(titles, rows), {"row_type": "Section", "title": "", "rows": [summary]}]


def _report(titles: Sequence[str], rows: list[Row]) -> list[Row]:
    header = {"row_type": "Header", "cells": [{"value": title} for title in titles]}
    return [header, {"row_type": "Section", "title": "", "rows": rows}]
