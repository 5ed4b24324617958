"""Who has a Xero login: everybody listed as a user in one of the books, once."""

from __future__ import annotations

from collections.abc import Iterable

from xero_pipeline.sandbox.contract import Book
from xero_pipeline.sandbox.identity.apps import User


def logins(books: Iterable[Book]) -> list[User]:
    """The users of all books; one e-mail address is one login, which reaches all its books."""
    found: dict[str, User] = {}
    for book in books:
        for row in book.rows("Users"):
            email = str(row["EmailAddress"])
            earlier = found.get(email)
            found[email] = User(
                user_id=earlier.user_id if earlier else str(row["UserID"]),
                email=email,
                first_name=str(row["FirstName"]),
                last_name=str(row["LastName"]),
                tenants=(*(earlier.tenants if earlier else ()), book.tenant_id),
            )
    return list(found.values())
