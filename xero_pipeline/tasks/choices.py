"""What a person's words mean in an organisation's books: an account, a contact, a tracking option.

Pure: values in, a choice or a refusal out. A refusal is a sentence that names what was wanted and
says what to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from xero_pipeline.tasks.model import (
    Books,
    ChartAccount,
    KnownContact,
    TrackingChoice,
    TrackingOption,
)

_ACTIVE = "ACTIVE"


@dataclass(frozen=True)
class Refusal:
    """Why something cannot be chosen, and what to do instead."""

    sentence: str


def account(wanted: str, books: Books) -> ChartAccount | Refusal:
    """The account of this code, name (in any case) or id, if a line can be coded to it."""
    found = _called(wanted, books.accounts)
    if not found:
        near = _near(wanted, _words(books.accounts), "Accounts like it")
        return Refusal(f"There is no account '{wanted}'.{near}")
    if len(found) > 1:
        codes = ", ".join(each.code or "without code" for each in found)
        return Refusal(f"Several accounts are called '{wanted}'. Give the code: {codes}.")
    return _unusable(found[0]) or found[0]


def contact(wanted: str, books: Books) -> KnownContact | Refusal:
    """The contact of this name (in any case) or id, if it is not archived."""
    meant = wanted.casefold()
    found = [e for e in books.contacts if meant in (e.name.casefold(), e.contact_id)]
    active = [each for each in found if each.status == _ACTIVE]
    if len(active) == 1:
        return active[0]
    if active:
        return Refusal(f"Several contacts are called '{wanted}'. Merge them in Xero, or name none.")
    if found:
        return Refusal(f"The contact '{found[0].name}' is archived. Restore it in Xero first.")
    names = [each.name for each in books.contacts if each.status == _ACTIVE]
    near = _near(wanted, names, "Contacts like it")
    return Refusal(f"There is no contact '{wanted}'.{near or ' Add it in Xero first.'}")


def tracking(category: str, option: str, books: Books) -> TrackingChoice | Refusal:
    """The option of this name or id of the category of this name or id, if both are in use."""
    of_category = [
        each for each in books.tracking if _is_called(category, each.category, each.category_id)
    ]
    if not of_category:
        names = list(dict.fromkeys(each.category for each in books.tracking))
        there_are = f" There are: {', '.join(names)}." if names else " The books have none."
        return Refusal(f"There is no tracking category '{category}'.{there_are}")
    found = [each for each in of_category if _is_called(option, each.option, each.option_id)]
    active = [each for each in found if each.is_active]
    if active:
        return _choice(active[0])
    name = of_category[0].category
    usable = ", ".join(each.option for each in of_category if each.is_active)
    there_are = f" There are: {usable}." if usable else " The category is archived."
    if found:
        return Refusal(f"The option '{found[0].option}' of '{name}' is archived.{there_are}")
    return Refusal(f"The tracking category '{name}' has no option '{option}'.{there_are}")


def _unusable(found: ChartAccount) -> Refusal | None:
    if found.status != _ACTIVE:
        return Refusal(
            f"The account '{found}' is {found.status.lower()}. "
            "Choose another, or restore it in Xero first."
        )
    if found.account_type == "BANK":
        return Refusal(
            f"The account '{found}' is a bank account: money moved to it is a transfer, which a "
            "person makes in Xero. Say so in the comment."
        )
    if found.system_account:
        return Refusal(
            f"The account '{found}' is kept by Xero itself ({found.system_account}): no line can "
            "be coded to it. Choose another."
        )
    if found.is_watched:
        return Refusal(
            f"The account '{found}' is itself watched: the question would come back at once. "
            "Choose the account where it belongs."
        )
    return None


def _called(wanted: str, accounts: Sequence[ChartAccount]) -> list[ChartAccount]:
    """By id or code; else by name, where an active one comes before those that are not."""
    exact = [each for each in accounts if wanted in (each.code, each.account_id)]
    if exact:
        return exact
    named = [each for each in accounts if each.name.casefold() == wanted.casefold()]
    return [each for each in named if each.status == _ACTIVE] or named


def _words(accounts: Iterable[ChartAccount]) -> list[str]:
    usable = [each for each in accounts if _unusable(each) is None]
    return [str(each) for each in usable] + [each.name for each in usable]


def _near(wanted: str, names: Sequence[str], intro: str) -> str:
    """ " Accounts like it: 400 Advertising, 404 Bank Fees." or nothing."""
    by_word = {name.casefold(): name for name in names}
    like = get_close_matches(wanted.casefold(), by_word, n=3, cutoff=0.5)
    return f" {intro}: {', '.join(by_word[each] for each in like)}." if like else ""


def _is_called(wanted: str, name: str, id: str) -> bool:
    return wanted == id or wanted.casefold() == name.casefold()


def _choice(found: TrackingOption) -> TrackingChoice:
    return TrackingChoice(found.category_id, found.category, found.option_id, found.option)
