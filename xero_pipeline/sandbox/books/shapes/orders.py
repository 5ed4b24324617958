"""Rows of quotes, purchase orders, branding themes, budgets and linked transactions."""

from __future__ import annotations

from xero_pipeline.sandbox.books.documents import orders as doc
from xero_pipeline.sandbox.books.records import Records
from xero_pipeline.sandbox.books.shapes import common
from xero_pipeline.sandbox.books.shapes.common import Fields, present


def quote(records: Records, quote: doc.Quote) -> Fields:
    """Xero writes LineAmountTypes of quotes, and of nothing else, in capitals."""
    return present(
        QuoteID=quote.id,
        QuoteNumber=quote.number,
        Reference=quote.reference,
        Terms=quote.terms,
        Contact=_contact(records, quote.contact),
        LineItems=common.line_items(records, quote.lines),
        Date=quote.date,
        ExpiryDate=quote.expiry_date,
        Status=quote.status,
        CurrencyRate=common.rate(quote.rate),
        CurrencyCode=quote.currency,
        SubTotal=quote.sub_total,
        TotalTax=quote.total_tax,
        Total=quote.total,
        TotalDiscount=quote.discount,
        Title=quote.title,
        Summary=quote.summary,
        BrandingThemeID=quote.branding_theme,
        UpdatedDateUTC=quote.updated_at,
        LineAmountTypes=quote.line_amount_types.upper(),
    )


def purchase_order(records: Records, order: doc.PurchaseOrder) -> Fields:
    return present(
        PurchaseOrderID=order.id,
        PurchaseOrderNumber=order.number,
        Date=order.date,
        DeliveryDate=order.delivery_date,
        Reference=order.reference,
        SentToContact=order.sent_to_contact,
        CurrencyRate=common.rate(order.rate),
        CurrencyCode=order.currency,
        Contact=common.contact_stub(records, order.contact),
        BrandingThemeID=order.branding_theme,
        Status=order.status,
        LineAmountTypes=order.line_amount_types,
        LineItems=common.line_items(records, order.lines),
        SubTotal=order.sub_total,
        TotalTax=order.total_tax,
        Total=order.total,
        TotalDiscount=order.discount if order.discount > 0 else None,
        UpdatedDateUTC=order.updated_at,
        HasAttachments=order.has_attachments,
    )


def branding_theme(_: Records, theme: doc.BrandingTheme) -> Fields:
    return {
        "BrandingThemeID": theme.id,
        "Name": theme.name,
        "SortOrder": theme.sort_order,
        "CreatedDateUTC": theme.created_at,
    }


def budget(records: Records, budget: doc.Budget) -> Fields:
    return {
        "BudgetID": budget.id,
        "Type": budget.type,
        "Description": budget.description,
        "UpdatedDateUTC": budget.updated_at,
        "BudgetLines": [
            {
                "AccountID": records.chart[line.account_code].id,
                "AccountCode": line.account_code,
                "BudgetBalances": [
                    {"Period": period, "Amount": amount} for period, amount in line.months
                ],
            }
            for line in budget.lines
        ],
        "Tracking": [],
    }


def linked_transaction(_: Records, link: doc.LinkedTransaction) -> Fields:
    return present(
        LinkedTransactionID=link.id,
        SourceTransactionID=link.source_id,
        SourceLineItemID=link.source_line_id,
        ContactID=link.contact_id,
        TargetTransactionID=link.target_id,
        TargetLineItemID=link.target_line_id,
        Status=link.status,
        Type="BILLABLEEXPENSE",
        UpdatedDateUTC=link.updated_at,
        SourceTransactionTypeCode=link.type,
    )


def _contact(records: Records, key: str) -> Fields:
    contact = records.contacts[key]
    return {"ContactID": contact.id, "Name": contact.name}
