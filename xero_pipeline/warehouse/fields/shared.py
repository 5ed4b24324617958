"""Records that stand inside others: lines, references to contacts and accounts, amounts."""

from __future__ import annotations

from xero_pipeline.warehouse.wire_types import (
    DAY,
    FLAG,
    GUID,
    INSTANT,
    MONEY,
    PERCENT,
    QUANTITY,
    RATE,
    TEXT,
    UNIT_AMOUNT,
    ListOf,
    WireType,
    record,
)

CONTACT = record(ContactID=GUID, Name=TEXT)
ACCOUNT = record(AccountID=GUID, Code=TEXT, Name=TEXT, CurrencyCode=TEXT)
INVOICE = record(InvoiceID=GUID, InvoiceNumber=TEXT, Type=TEXT, CurrencyCode=TEXT, Contact=CONTACT)
TRACKING = ListOf(record(TrackingCategoryID=GUID, TrackingOptionID=GUID, Name=TEXT, Option=TEXT))
ADDRESSES = ListOf(
    record(
        AddressType=TEXT,
        AddressLine1=TEXT,
        AddressLine2=TEXT,
        AddressLine3=TEXT,
        AddressLine4=TEXT,
        City=TEXT,
        Region=TEXT,
        PostalCode=TEXT,
        Country=TEXT,
        AttentionTo=TEXT,
    )
)
PHONES = ListOf(record(PhoneType=TEXT, PhoneNumber=TEXT, PhoneAreaCode=TEXT, PhoneCountryCode=TEXT))
LINES = ListOf(
    record(
        LineItemID=GUID,
        Description=TEXT,
        Quantity=QUANTITY,
        UnitAmount=UNIT_AMOUNT,
        ItemCode=TEXT,
        AccountCode=TEXT,
        AccountID=GUID,
        TaxType=TEXT,
        TaxAmount=MONEY,
        LineAmount=MONEY,
        DiscountRate=PERCENT,
        DiscountAmount=MONEY,
        Tracking=TRACKING,
    )
)
NESTED_PAYMENTS = ListOf(
    record(PaymentID=GUID, BatchPaymentID=GUID, Date=DAY, Amount=MONEY, CurrencyRate=RATE)
)
ALLOCATIONS = ListOf(
    record(AllocationID=GUID, Date=DAY, Amount=MONEY, IsDeleted=FLAG, Invoice=INVOICE)
)
AMOUNTS: dict[str, WireType] = {
    "CurrencyCode": TEXT,
    "CurrencyRate": RATE,
    "LineAmountTypes": TEXT,
    "SubTotal": MONEY,
    "TotalTax": MONEY,
    "Total": MONEY,
}
CREDIT: dict[str, WireType] = {
    **AMOUNTS,
    "Contact": CONTACT,
    "Date": DAY,
    "FullyPaidOnDate": DAY,
    "Status": TEXT,
    "Reference": TEXT,
    "RemainingCredit": MONEY,
    "AppliedAmount": MONEY,
    "LineItems": LINES,
    "Allocations": ALLOCATIONS,
    "Payments": NESTED_PAYMENTS,
    "HasAttachments": FLAG,
    "UpdatedDateUTC": INSTANT,
}
