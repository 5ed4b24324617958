"""Who has a Xero login: everybody listed as a user in one of the books, once."""

from __future__ import annotations

from collections.abc import Sequence

from xero_pipeline.sandbox.contract import Book
from xero_pipeline.sandbox.identity.apps import User

_OUTSIDE_ADVISER = "FINANCIALADVISER"


def logins(books: Sequence[Book]) -> list[User]:
    """The users of all books; one e-mail address is one login.

    A login reaches the books that list it. An outside adviser's practice looks after all of them.
    """
    found: dict[str, User] = {}
    for book in books:
        for row in book.rows("Users"):
            email = str(row["EmailAddress"])
            earlier = found.get(email)
            if row.get("OrganisationRole") == _OUTSIDE_ADVISER:
                tenants = tuple(each.tenant_id for each in books)
            else:
                tenants = (*(earlier.tenants if earlier else ()), book.tenant_id)
            found[email] = User(
                user_id=earlier.user_id if earlier else str(row["UserID"]),
                email=email,
                first_name=str(row["FirstName"]),
                last_name=str(row["LastName"]),
                tenants=tenants,
            )
    return list(found.values())
