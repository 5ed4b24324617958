"""Rows of the organisation and its settings."""

from __future__ import annotations

import datetime as dt

from xero_pipeline.sandbox.books import documents as doc
from xero_pipeline.sandbox.books.records import Records
from xero_pipeline.sandbox.books.shapes.common import Fields, present
from xero_pipeline.sandbox.events import OrganisationOpened

_VERSION_OF_COUNTRY = {"AU": "AU", "GB": "UK", "NZ": "NZ", "US": "US"}


def organisation(records: Records) -> Fields:
    row = organisation_row(records.opened, records.id)
    locks = present(PeriodLockDate=records.period_lock, EndOfYearLockDate=records.year_lock)
    return row | locks


def organisation_row(opened: OrganisationOpened, organisation_id: str) -> Fields:
    """As it is opened: without lock dates."""
    return {
        "Name": opened.name,
        "LegalName": opened.legal_name,
        "PaysTax": True,
        "Version": _VERSION_OF_COUNTRY.get(opened.country_code, "GLOBAL"),
        "OrganisationType": "COMPANY",
        "BaseCurrency": opened.base_currency,
        "CountryCode": opened.country_code,
        "IsDemoCompany": opened.is_demo_company,
        "OrganisationStatus": "ACTIVE",
        "FinancialYearEndDay": opened.financial_year_end_day,
        "FinancialYearEndMonth": opened.financial_year_end_month,
        "SalesTaxBasis": "ACCRUALS",
        "SalesTaxPeriod": "TWOMONTHS",
        "DefaultSalesTax": "Tax Exclusive",
        "DefaultPurchasesTax": "Tax Inclusive",
        "CreatedDateUTC": opened.at.astimezone(dt.UTC),
        "OrganisationEntityType": "COMPANY",
        "Timezone": opened.timezone,
        "ShortCode": opened.short_code,
        "OrganisationID": organisation_id,
        "Edition": "BUSINESS",
        "Class": opened.organisation_class,
        "Addresses": [],
        "Phones": [],
        "ExternalLinks": [],
        "PaymentTerms": {},
    }


def account(_: Records, account: doc.Account) -> Fields:
    return present(
        AccountID=account.id,
        Code=account.key,
        Name=account.name,
        Status=account.status,
        Type=account.type,
        TaxType=account.tax_type,
        Class=account.account_class,
        SystemAccount=account.system_account,
        EnablePaymentsToAccount=account.enable_payments,
        ShowInExpenseClaims=False,
        BankAccountNumber=(account.bank_account_number or "") if account.is_bank else None,
        BankAccountType=account.bank_account_type,
        CurrencyCode=account.currency,
        HasAttachments=False,
        UpdatedDateUTC=account.updated_at,
        AddToWatchlist=False,
    )


def currency(_: Records, currency: doc.Currency) -> Fields:
    return {"Code": currency.key, "Description": currency.description}


def tax_rate(_: Records, rate: doc.TaxRate) -> Fields:
    kind = next((word for word in ("OUTPUT", "INPUT") if rate.key.startswith(word)), "NONE")
    component: Fields = {
        "Name": rate.name,
        "Rate": rate.percent,
        "IsCompound": False,
        "IsNonRecoverable": False,
    }
    return {
        "Name": rate.name,
        "TaxType": rate.key,
        "ReportTaxType": kind,
        "CanApplyToAssets": True,
        "CanApplyToEquity": True,
        "CanApplyToExpenses": kind != "OUTPUT",
        "CanApplyToLiabilities": True,
        "CanApplyToRevenue": kind != "INPUT",
        "DisplayTaxRate": rate.percent,
        "EffectiveRate": rate.percent,
        "Status": "ACTIVE",
        "TaxComponents": [component],
    }


def user(_: Records, user: doc.User) -> Fields:
    return {
        "UserID": user.id,
        "EmailAddress": user.event.email,
        "FirstName": user.event.first_name,
        "LastName": user.event.last_name,
        "UpdatedDateUTC": user.event.at,
        "IsSubscriber": user.event.is_subscriber,
        "OrganisationRole": user.event.role,
    }


def tracking_category(_: Records, category: doc.TrackingCategory) -> Fields:
    return {
        "Name": category.name,
        "Status": "ACTIVE",
        "TrackingCategoryID": category.id,
        "Options": [
            {"TrackingOptionID": guid, "Name": name, "Status": "ACTIVE"}
            for name, guid in category.options.items()
        ],
    }


def item(_: Records, item: doc.Item) -> Fields:
    return {
        "ItemID": item.id,
        "Code": item.key,
        "Description": item.event.description,
        "UpdatedDateUTC": item.event.at,
        "PurchaseDetails": {},
        "SalesDetails": {
            "UnitPrice": item.event.unit_price,
            "AccountCode": item.event.account_code,
            "TaxType": item.event.tax_type,
        },
        "Name": item.event.name,
        "IsTrackedAsInventory": False,
        "IsSold": True,
        "IsPurchased": False,
    }
