"""The client key: one client is one row, whatever names and addresses lead to it."""

from __future__ import annotations

import pytest

from xero_pipeline_tests.sql.book import Book
from xero_pipeline_tests.sql.rows import Row


@pytest.fixture(scope="module")
def book() -> Book:
    book = Book()
    client(book, "Kea Tours Ltd", email_address="Jo@Kea-Tours.example")
    client(book, "Kea Tours (old)", merged_to="Kea Tours (older)", email_address="kea@gmail.com")
    client(book, "Kea Tours (older)", merged_to="Kea Tours Ltd", website="https://www.kea.example/")
    # Two clients of one group, each with a name of its own.
    client(book, "Tui Brewing", email_address="office@tui-group.example")
    client(book, "Tui Cellars", email_address="cellar@tui-group.example")
    # A duplicate that somebody archived instead of merging it.
    client(book, "Māori & Moana GmbH", email_address="hi@moana.example")
    client(book, "maori and moana", contact_status="ARCHIVED", email_address="hi@moana.example")
    # One person pays for two clients, and a member of our own staff stands in for a third.
    client(book, "North Cafe", email_address="sam@cafes.example, books@cafes.example")
    client(book, "South Cafe", email_address="sam@cafes.example")
    client(book, "Walk-in", email_address="tamsin@studio.example")
    book.add("users", user_id=book.id("User", "t"), email_address="tamsin@studio.example")
    book.contact("Paper Supplies", is_supplier=True, email_address="hello@paper.example")
    book.build("marts.clients", "marts.match_clients")
    return book


def client(book: Book, name: str, **columns: object) -> None:
    merged_to = columns.pop("merged_to", None)
    book.contact(name, merged_to=str(merged_to) if merged_to else None, is_customer=True, **columns)


def matched(book: Book, **external: str) -> Row:
    """What becomes of one row of another system with these columns."""
    columns = ", ".join(f"'{value}' as {name}" for name, value in external.items())
    book.warehouse.connection.execute(
        f"create or replace temp table elsewhere as select 'row 1' as external_id, {columns}"
    )
    (row,) = book.rows("from marts.match_clients('elsewhere')")
    return row


def test_contacts_merged_in_a_chain_are_one_client_with_the_key_of_the_last(book: Book) -> None:
    rows = book.rows("from marts.clients where client_name like 'Kea%'")
    assert [(row["client_name"], str(row["client_key"])) for row in rows] == [
        ("Kea Tours Ltd", book.id("Contact", "Kea Tours Ltd"))
    ]
    assert {str(each) for each in rows[0]["contact_ids"]} == {
        book.id("Contact", name)
        for name in ("Kea Tours Ltd", "Kea Tours (old)", "Kea Tours (older)")
    }
    assert rows[0]["emails"] == ["jo@kea-tours.example", "kea@gmail.com"]
    # Of the website, too, but not of free mail; the client's own address comes first.
    assert rows[0]["domains"] == ["kea-tours.example", "kea.example"]
    assert rows[0]["email_domain"] == "kea-tours.example"


def test_the_key_of_a_client_stays_when_another_contact_is_merged_into_it() -> None:
    def key_of_kea(book: Book) -> object:
        book.build("marts.clients")
        return book.value("select client_key from marts.clients where client_name = 'Kea'")

    before, after = Book(), Book()
    client(before, "Kea")
    client(before, "Kea Two")
    client(after, "Kea")
    client(after, "Kea Two", merged_to="Kea")
    assert key_of_kea(before) == key_of_kea(after)
    assert after.value("select count(*) from marts.clients") == 1


def test_a_supplier_is_no_client_and_who_was_sold_to_is() -> None:
    book = Book()
    book.contact("Paper Supplies", is_supplier=True)
    book.contact("Walk-in")
    book.invoice("INV-1", "Walk-in", book.as_of, total=10)
    book.invoice("INV-2", "Never read", book.as_of, total=10)
    book.bill("BILL-1", "Paper Supplies", book.as_of, total=10)
    book.build("marts.clients")
    rows = book.rows("from marts.clients order by client_name")
    assert [(row["client_name"], row["first_invoice_date"]) for row in rows] == [
        ("Never read", book.as_of),
        ("Walk-in", book.as_of),
    ]


@pytest.mark.parametrize(
    ("external", "name", "matched_by", "confidence"),
    [
        ({"email": "JO@kea-tours.example"}, "Kea Tours Ltd", ["email", "domain"], "0.95"),
        ({"email": "kea@gmail.com"}, "Kea Tours Ltd", ["email"], "0.95"),
        ({"email": "new.hire@kea-tours.example"}, "Kea Tours Ltd", ["domain"], "0.80"),
        ({"domain": "https://www.kea.example/contact"}, "Kea Tours Ltd", ["domain"], "0.80"),
        ({"name": "KEA TOURS, LIMITED"}, "Kea Tours Ltd", ["name"], "0.70"),
        ({"name": "kea tours (old)"}, "Kea Tours Ltd", ["name"], "0.70"),
        # Both brewing and cellars have the domain; the name says which.
        (
            {"email": "x@tui-group.example", "name": "Tui Cellars Ltd."},
            "Tui Cellars",
            ["domain", "name"],
            "0.70",
        ),
        # The stronger way decides, whatever the weaker one says.
        ({"email": "jo@kea-tours.example", "name": "Tui Cellars"}, "Kea Tours Ltd",
         ["email", "domain"], "0.95"),
        # The archived duplicate has the same address and name.
        ({"email": "hi@moana.example"}, "Māori & Moana GmbH", ["email", "domain"], "0.95"),
        ({"name": "Maori + Moana"}, "Māori & Moana GmbH", ["name"], "0.70"),
        ({"email": "books@cafes.example"}, "North Cafe", ["email", "domain"], "0.95"),
    ],
)  # fmt: skip
def test_a_row_of_another_system_finds_its_client(
    book: Book, external: dict[str, str], name: str, matched_by: list[str], confidence: str
) -> None:
    row = matched(book, **external)
    assert (row["outcome"], row["client_name"], row["matched_by"], str(row["confidence"])) == (
        "matched",
        name,
        matched_by,
        confidence,
    )
    assert str(row["client_key"]) == book.id("Contact", name)


def test_the_id_of_a_merged_contact_finds_the_survivor(book: Book) -> None:
    row = matched(
        book, contact_id=book.id("Contact", "Kea Tours (old)").upper(), name="Tui Brewing"
    )
    assert (row["client_name"], row["matched_by"], row["confidence"]) == (
        "Kea Tours Ltd",
        ["contact_id"],
        1,
    )


@pytest.mark.parametrize(
    ("external", "sentence"),
    [
        (
            {"email": "anybody@tui-group.example"},
            "Fits 2 clients: Tui Brewing, Tui Cellars. The contact id would tell which.",
        ),
        # A name that neither has does not help.
        (
            {"email": "sam@cafes.example", "name": "The cafes"},
            "Fits 2 clients: North Cafe, South Cafe. The contact id would tell which.",
        ),
    ],
)
def test_who_fits_several_clients_is_told_and_not_guessed(
    book: Book, external: dict[str, str], sentence: str
) -> None:
    row = matched(book, **external)
    assert (row["outcome"], row["client_key"], row["confidence"]) == ("ambiguous", None, 0)
    assert len(row["candidates"]) == 2
    assert row["sentence"] == sentence


@pytest.mark.parametrize(
    "external",
    [
        {"email": "stranger@gmail.com"},
        {"email": "jonah@studio.example"},  # our own staff
        {"email": "hello@paper.example", "name": "Paper Supplies"},  # a supplier
        {"name": "..."},
    ],
)
def test_who_fits_nobody_stays_unmatched(book: Book, external: dict[str, str]) -> None:
    row = matched(book, **external)
    assert (row["outcome"], row["client_key"], row["candidates"]) == ("unmatched", None, [])


def test_every_row_of_the_other_system_comes_back_once(book: Book) -> None:
    book.warehouse.connection.execute(
        "create or replace temp table many as from (values ('1', 'Kea Tours'), ('2', null), "
        "('3', 'Tui Brewing')) as many (external_id, name)"
    )
    rows = book.rows("from marts.match_clients('many') order by external_id")
    assert [(row["external_id"], row["outcome"]) for row in rows] == [
        ("1", "matched"),
        ("2", "unmatched"),
        ("3", "matched"),
    ]


def test_clients_are_matched_within_the_organisation_that_is_named() -> None:
    """The same client of two organisations has a key in each."""
    ours = Book("ours")
    theirs = Book("theirs", warehouse=ours.warehouse)
    for book in (ours, theirs):
        client(book, "Kea Tours", email_address="jo@kea.example")
    theirs.flush()
    ours.build("marts.match_clients")
    assert matched(ours, name="Kea Tours")["outcome"] == "ambiguous"
    row = matched(ours, name="Kea Tours", organisation_id=theirs.organisation_id)
    assert str(row["client_key"]) == theirs.id("Contact", "Kea Tours")


def test_clients_that_share_an_address_are_pointed_out(book: Book) -> None:
    rows = book.warehouse.failures("clients_that_look_alike")
    assert [(row["alias"], row["clients"]) for row in rows] == [
        ("sam@cafes.example", "North Cafe, South Cafe")
    ]


def test_a_user_can_name_more_free_mail_domains() -> None:
    book = Book()
    client(book, "Kea Tours", email_address="jo@village-mail.example")
    book.warehouse.connection.execute(
        "insert into seeds.free_mail_domains values ('Village-Mail.example', 'our provider')"
    )
    book.build("marts.clients")
    assert book.value("select domains from marts.clients") == []


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("Kea Tours (NZ) Limited", "kea tours nz"),
        ("KEA-TOURS NZ LTD.", "kea tours nz"),
        ("Bondi Surf Schools Pty Ltd", "bondi surf schools"),
        ("Joe's Diner, L.L.C.", "joes diner"),
        ("Café Zürich GmbH & Co. KG", "cafe zurich"),
        ("Limited", "limited"),
        ("東京株式会社", "東京株式会社"),
        ("?!", None),
        (None, None),
    ],
)
def test_names_are_compared_without_what_people_write_differently(
    book: Book, written: str | None, key: str | None
) -> None:
    assert book.value("select intermediate.name_key(?)", written) == key
