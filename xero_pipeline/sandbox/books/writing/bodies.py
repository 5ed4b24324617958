"""The parts of a request's body that the sandbox looks at, by Xero's names.

Source: Xero's OpenAPI file (accounting 16.1). Fields that are not named here are passed over, as
Xero passes over what it only ever answers with.
"""

from __future__ import annotations

from decimal import Decimal

from pydantic import BaseModel, Field


class TrackingBody(BaseModel):
    category_id: str | None = Field(None, alias="TrackingCategoryID")
    option_id: str | None = Field(None, alias="TrackingOptionID")
    category: str | None = Field(None, alias="Name")
    option: str | None = Field(None, alias="Option")


class CodedBody(BaseModel):
    """What lines of documents and of journals have in common."""

    description: str | None = Field(None, alias="Description")
    account_code: str | None = Field(None, alias="AccountCode")
    account_id: str | None = Field(None, alias="AccountID")
    tax_type: str | None = Field(None, alias="TaxType")
    tax_amount: Decimal | None = Field(None, alias="TaxAmount")
    line_amount: Decimal | None = Field(None, alias="LineAmount")
    tracking: tuple[TrackingBody, ...] = Field((), alias="Tracking")


class LineBody(CodedBody):
    line_id: str | None = Field(None, alias="LineItemID")
    quantity: Decimal | None = Field(None, alias="Quantity")
    unit_amount: Decimal | None = Field(None, alias="UnitAmount")
    discount_rate: Decimal | None = Field(None, alias="DiscountRate")
    item_code: str | None = Field(None, alias="ItemCode")


class ContactBody(BaseModel):
    contact_id: str | None = Field(None, alias="ContactID")
    name: str | None = Field(None, alias="Name")


class BankAccountBody(BaseModel):
    account_id: str | None = Field(None, alias="AccountID")
    code: str | None = Field(None, alias="Code")


class DocumentBody(BaseModel):
    """`lines` None: left out, so that they stay as they are."""

    type: str | None = Field(None, alias="Type")
    status: str | None = Field(None, alias="Status")
    reference: str | None = Field(None, alias="Reference")
    date: str | None = Field(None, alias="Date")
    currency: str | None = Field(None, alias="CurrencyCode")
    line_amount_types: str | None = Field(None, alias="LineAmountTypes")
    contact: ContactBody | None = Field(None, alias="Contact")
    bank_account: BankAccountBody | None = Field(None, alias="BankAccount")
    lines: tuple[LineBody, ...] | None = Field(None, alias="LineItems")


class JournalBody(BaseModel):
    narration: str | None = Field(None, alias="Narration")
    status: str | None = Field(None, alias="Status")
    date: str | None = Field(None, alias="Date")
    line_amount_types: str | None = Field(None, alias="LineAmountTypes")
    lines: tuple[CodedBody, ...] | None = Field(None, alias="JournalLines")
