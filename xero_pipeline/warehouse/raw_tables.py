"""The raw tables: for each endpoint the fields that are kept, with Xero's names and a wire type.

Column names are Xero's in snake_case. Every table also carries `organisation_id` and what loading
knows of the row (see `schema`). Fields missing in a response are NULL, unknown ones are passed
over. Source of names and types: Xero's OpenAPI file, accounting 16.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from xero_pipeline.warehouse.wire_types import (
    COUNT,
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
    Record,
    WireType,
    record,
)

_CONTACT = record(ContactID=GUID, Name=TEXT)
_ACCOUNT = record(AccountID=GUID, Code=TEXT, Name=TEXT, CurrencyCode=TEXT)
_INVOICE = record(
    InvoiceID=GUID, InvoiceNumber=TEXT, Type=TEXT, CurrencyCode=TEXT, Contact=_CONTACT
)
_TRACKING = ListOf(record(TrackingCategoryID=GUID, TrackingOptionID=GUID, Name=TEXT, Option=TEXT))
_ADDRESSES = ListOf(
    record(
        AddressType=TEXT,
        AddressLine1=TEXT,
        AddressLine2=TEXT,
        City=TEXT,
        Region=TEXT,
        PostalCode=TEXT,
        Country=TEXT,
    )
)
_PHONES = ListOf(
    record(PhoneType=TEXT, PhoneNumber=TEXT, PhoneAreaCode=TEXT, PhoneCountryCode=TEXT)
)
_LINES = ListOf(
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
        Tracking=_TRACKING,
    )
)
_NESTED_PAYMENTS = ListOf(
    record(PaymentID=GUID, BatchPaymentID=GUID, Date=DAY, Amount=MONEY, CurrencyRate=RATE)
)
_ALLOCATIONS = ListOf(record(AllocationID=GUID, Date=DAY, Amount=MONEY, Invoice=_INVOICE))
_AMOUNTS: dict[str, WireType] = {
    "CurrencyCode": TEXT,
    "CurrencyRate": RATE,
    "LineAmountTypes": TEXT,
    "SubTotal": MONEY,
    "TotalTax": MONEY,
    "Total": MONEY,
}
_CREDIT: dict[str, WireType] = {
    **_AMOUNTS,
    "Contact": _CONTACT,
    "Date": DAY,
    "Status": TEXT,
    "Reference": TEXT,
    "RemainingCredit": MONEY,
    "AppliedAmount": MONEY,
    "LineItems": _LINES,
    "Allocations": _ALLOCATIONS,
    "Payments": _NESTED_PAYMENTS,
    "HasAttachments": FLAG,
    "UpdatedDateUTC": INSTANT,
}
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

_BALANCE = record(Outstanding=MONEY, Overdue=MONEY)

_TABLES: dict[str, Record] = {
    # Its OrganisationID is the tenant id, which every table carries as organisation_id.
    "organisation": record(
        Name=TEXT,
        LegalName=TEXT,
        ShortCode=TEXT,
        BaseCurrency=TEXT,
        CountryCode=TEXT,
        Timezone=TEXT,
        Class=TEXT,
        Edition=TEXT,
        OrganisationStatus=TEXT,
        OrganisationType=TEXT,
        IsDemoCompany=FLAG,
        PaysTax=FLAG,
        SalesTaxBasis=TEXT,
        SalesTaxPeriod=TEXT,
        FinancialYearEndDay=COUNT,
        FinancialYearEndMonth=COUNT,
        PeriodLockDate=DAY,
        EndOfYearLockDate=DAY,
        CreatedDateUTC=INSTANT,
    ),
    "accounts": record(
        AccountID=GUID,
        Code=TEXT,
        Name=TEXT,
        Type=TEXT,
        Class=TEXT,
        Status=TEXT,
        Description=TEXT,
        SystemAccount=TEXT,
        TaxType=TEXT,
        BankAccountType=TEXT,
        BankAccountNumber=TEXT,
        CurrencyCode=TEXT,
        EnablePaymentsToAccount=FLAG,
        ShowInExpenseClaims=FLAG,
        ReportingCode=TEXT,
        ReportingCodeName=TEXT,
        HasAttachments=FLAG,
        AddToWatchlist=FLAG,
        UpdatedDateUTC=INSTANT,
    ),
    "contacts": record(
        ContactID=GUID,
        ContactNumber=TEXT,
        AccountNumber=TEXT,
        ContactStatus=TEXT,
        Name=TEXT,
        FirstName=TEXT,
        LastName=TEXT,
        EmailAddress=TEXT,
        CompanyNumber=TEXT,
        TaxNumber=TEXT,
        Website=TEXT,
        DefaultCurrency=TEXT,
        IsSupplier=FLAG,
        IsCustomer=FLAG,
        MergedToContactID=GUID,
        ContactGroups=ListOf(record(ContactGroupID=GUID, Name=TEXT)),
        ContactPersons=ListOf(record(FirstName=TEXT, LastName=TEXT, EmailAddress=TEXT)),
        Addresses=_ADDRESSES,
        Phones=_PHONES,
        PaymentTerms=record(Bills=record(Day=COUNT, Type=TEXT), Sales=record(Day=COUNT, Type=TEXT)),
        Balances=record(AccountsReceivable=_BALANCE, AccountsPayable=_BALANCE),
        HasAttachments=FLAG,
        UpdatedDateUTC=INSTANT,
    ),
    "contact_groups": record(ContactGroupID=GUID, Name=TEXT, Status=TEXT),
    "invoices": record(
        InvoiceID=GUID,
        Type=TEXT,
        InvoiceNumber=TEXT,
        Reference=TEXT,
        Contact=_CONTACT,
        Date=DAY,
        DueDate=DAY,
        Status=TEXT,
        **_AMOUNTS,
        TotalDiscount=MONEY,
        AmountDue=MONEY,
        AmountPaid=MONEY,
        AmountCredited=MONEY,
        SentToContact=FLAG,
        ExpectedPaymentDate=DAY,
        PlannedPaymentDate=DAY,
        FullyPaidOnDate=DAY,
        RepeatingInvoiceID=GUID,
        BrandingThemeID=GUID,
        Url=TEXT,
        HasAttachments=FLAG,
        IsDiscounted=FLAG,
        LineItems=_LINES,
        Payments=_NESTED_PAYMENTS,
        CreditNotes=ListOf(record(CreditNoteID=GUID, Date=DAY, AppliedAmount=MONEY, Total=MONEY)),
        Prepayments=ListOf(record(PrepaymentID=GUID, Date=DAY, AppliedAmount=MONEY, Total=MONEY)),
        Overpayments=ListOf(record(OverpaymentID=GUID, Date=DAY, AppliedAmount=MONEY, Total=MONEY)),
        UpdatedDateUTC=INSTANT,
    ),
    "credit_notes": record(
        CreditNoteID=GUID,
        CreditNoteNumber=TEXT,
        Type=TEXT,
        DueDate=DAY,
        FullyPaidOnDate=DAY,
        SentToContact=FLAG,
        **_CREDIT,
    ),
    "payments": record(
        PaymentID=GUID,
        Date=DAY,
        Amount=MONEY,
        BankAmount=MONEY,
        CurrencyRate=RATE,
        Reference=TEXT,
        IsReconciled=FLAG,
        Status=TEXT,
        PaymentType=TEXT,
        Account=_ACCOUNT,
        Invoice=_INVOICE,
        CreditNote=record(CreditNoteID=GUID, CreditNoteNumber=TEXT, Contact=_CONTACT),
        Prepayment=record(PrepaymentID=GUID, Contact=_CONTACT),
        Overpayment=record(OverpaymentID=GUID, Contact=_CONTACT),
        BatchPaymentID=GUID,
        BatchPayment=record(BatchPaymentID=GUID),
        UpdatedDateUTC=INSTANT,
    ),
    "batch_payments": record(
        BatchPaymentID=GUID,
        Type=TEXT,
        Account=_ACCOUNT,
        Date=DAY,
        Reference=TEXT,
        Status=TEXT,
        TotalAmount=MONEY,
        IsReconciled=FLAG,
        Payments=ListOf(
            record(PaymentID=GUID, Amount=MONEY, BankAmount=MONEY, Invoice=record(InvoiceID=GUID))
        ),
        UpdatedDateUTC=INSTANT,
    ),
    "prepayments": record(PrepaymentID=GUID, Type=TEXT, InvoiceNumber=TEXT, **_CREDIT),
    "overpayments": record(OverpaymentID=GUID, Type=TEXT, **_CREDIT),
    "bank_transactions": record(
        BankTransactionID=GUID,
        Type=TEXT,
        Status=TEXT,
        IsReconciled=FLAG,
        Contact=_CONTACT,
        BankAccount=_ACCOUNT,
        Date=DAY,
        Reference=TEXT,
        Url=TEXT,
        **_AMOUNTS,
        LineItems=_LINES,
        PrepaymentID=GUID,
        OverpaymentID=GUID,
        HasAttachments=FLAG,
        UpdatedDateUTC=INSTANT,
    ),
    "bank_transfers": record(
        BankTransferID=GUID,
        FromBankAccount=_ACCOUNT,
        ToBankAccount=_ACCOUNT,
        Amount=MONEY,
        Date=DAY,
        Status=TEXT,
        Reference=TEXT,
        CurrencyRate=RATE,
        FromBankTransactionID=GUID,
        ToBankTransactionID=GUID,
        FromIsReconciled=FLAG,
        ToIsReconciled=FLAG,
        HasAttachments=FLAG,
        CreatedDateUTC=INSTANT,
    ),
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
                Tracking=_TRACKING,
            )
        ),
        HasAttachments=FLAG,
        UpdatedDateUTC=INSTANT,
    ),
    "repeating_invoices": record(
        RepeatingInvoiceID=GUID,
        Type=TEXT,
        Contact=_CONTACT,
        Schedule=record(
            Unit=TEXT,
            Period=COUNT,
            DueDate=COUNT,
            DueDateType=TEXT,
            StartDate=DAY,
            NextScheduledDate=DAY,
            EndDate=DAY,
        ),
        Status=TEXT,
        Reference=TEXT,
        **_AMOUNTS,
        LineItems=_LINES,
        HasAttachments=FLAG,
        ApprovedForSending=FLAG,
    ),
    "items": record(
        ItemID=GUID,
        Code=TEXT,
        Name=TEXT,
        Description=TEXT,
        IsSold=FLAG,
        IsPurchased=FLAG,
        IsTrackedAsInventory=FLAG,
        SalesDetails=record(UnitPrice=UNIT_AMOUNT, AccountCode=TEXT, TaxType=TEXT),
        PurchaseDetails=record(UnitPrice=UNIT_AMOUNT, AccountCode=TEXT, TaxType=TEXT),
        UpdatedDateUTC=INSTANT,
    ),
    "tracking_categories": record(
        TrackingCategoryID=GUID,
        Name=TEXT,
        Status=TEXT,
        Options=ListOf(record(TrackingOptionID=GUID, Name=TEXT, Status=TEXT)),
    ),
    "tax_rates": record(
        TaxType=TEXT,
        Name=TEXT,
        Status=TEXT,
        ReportTaxType=TEXT,
        DisplayTaxRate=PERCENT,
        EffectiveRate=PERCENT,
        TaxComponents=ListOf(record(Name=TEXT, Rate=PERCENT, IsCompound=FLAG)),
    ),
    "currencies": record(Code=TEXT, Description=TEXT),
    "users": record(
        UserID=GUID,
        EmailAddress=TEXT,
        FirstName=TEXT,
        LastName=TEXT,
        OrganisationRole=TEXT,
        IsSubscriber=FLAG,
        UpdatedDateUTC=INSTANT,
    ),
    "bank_summary": _REPORT,
    "trial_balance": _REPORT,
    "balance_sheet": _REPORT,
    "profit_and_loss": _REPORT,
}

RAW_TABLES: Mapping[str, Record] = MappingProxyType(_TABLES)
