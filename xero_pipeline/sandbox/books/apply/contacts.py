"""Contacts and their groups."""

from __future__ import annotations

from xero_pipeline.sandbox import events
from xero_pipeline.sandbox.books import documents as doc
from xero_pipeline.sandbox.books.errors import Refused
from xero_pipeline.sandbox.books.records import Records


def add_contact(records: Records, event: events.ContactAdded) -> None:
    for group in event.groups:
        _ = records.groups[group]
    _require_free_name(records, event.name)
    records.contacts.add(
        doc.Contact(
            key=event.key,
            id=records.guid("Contact", event.key),
            name=event.name,
            email=event.email,
            first_name=event.first_name,
            last_name=event.last_name,
            default_currency=event.default_currency,
            sales_terms_days=event.sales_terms_days,
            groups=event.groups,
            updated_at=event.at,
        )
    )
    for group in event.groups:
        records.groups.forget(group)


def change_contact(records: Records, event: events.ContactChanged) -> None:
    contact = records.contacts[event.key]
    if contact.merged_to:
        raise Refused(f"The contact {event.key} was merged into {contact.merged_to}.")
    if event.name and event.name != contact.name:
        _require_free_name(records, event.name)
        contact.name = event.name
    contact.email = contact.email if event.email is None else event.email
    contact.status = event.status or contact.status
    if contact.status == "GDPRREQUEST":
        contact.email = contact.first_name = contact.last_name = ""
    contact.updated_at = event.at
    records.forget_rows()


def merge_contacts(records: Records, event: events.ContactsMerged) -> None:
    """The loser is archived and points at the winner; its documents keep its id."""
    loser, winner = records.contacts[event.loser], records.contacts[event.winner]
    if loser is winner or loser.merged_to or winner.merged_to:
        raise Refused(f"The contacts {event.loser} and {event.winner} cannot be merged.")
    loser.merged_to = winner.key
    loser.status = "ARCHIVED"
    loser.updated_at = event.at
    records.contacts.forget(loser.key)


def add_group(records: Records, event: events.ContactGroupAdded) -> None:
    guid = records.guid("ContactGroup", event.key)
    records.groups.add(doc.ContactGroup(event.key, guid, event.name))


def active_contact(records: Records, key: str) -> doc.Contact:
    """The contact of a new document.

    Raises:
        Refused: there is none, or it is archived.
    """
    contact = records.contacts[key]
    if contact.status != "ACTIVE":
        raise Refused(f"The contact {contact.name!r} is {contact.status.lower()}.")
    return contact


def _require_free_name(records: Records, name: str) -> None:
    if any(each.name == name and each.status == "ACTIVE" for each in records.contacts):
        raise Refused(f"The contact name {name!r} is already assigned to another contact.")
