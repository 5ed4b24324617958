"""The ways in which a book says no."""

from __future__ import annotations


class Refused(Exception):
    """Xero would refuse this event; the book is as it was before. The message says why."""


class BadQuery(Exception):
    """A report was asked for with parameters that Xero answers with 400."""


class Invalid(Exception):
    """A client's write that Xero answers with validation errors, in its own words."""
