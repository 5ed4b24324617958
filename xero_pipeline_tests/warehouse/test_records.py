from __future__ import annotations

import json

from xero_pipeline.warehouse import Landing
from xero_pipeline.warehouse.records import records_sha256
from xero_pipeline_tests.warehouse.desk import Desk


def listing(records: str, *, answer: int = 1) -> bytes:
    return (
        f'{{"Id": "{answer}", "DateTimeUTC": "/Date({answer})/", "Items": {records}\r\n}}'
    ).encode()


def digest(*pages: bytes) -> str | None:
    return records_sha256("Items", pages)


def test_the_same_records_in_another_envelope_are_the_same() -> None:
    records = '[{"ItemID": "a", "Price": 10.50}]'

    assert digest(listing(records, answer=1)) == digest(listing(records, answer=2))


def test_any_other_byte_in_the_records_is_a_difference() -> None:
    assert digest(listing('[{"Price": 10.50}]')) != digest(listing('[{"Price": 10.5}]'))


def test_brackets_and_keys_inside_a_record_do_not_end_the_list() -> None:
    """The same first item, and a difference only behind a text that looks like the end."""
    records = [{"Name": '], "Items": [', "Items": []}]
    one = listing(json.dumps([*records, {"Price": 1}]))
    other = listing(json.dumps([*records, {"Price": 2}]))

    assert digest(one) != digest(other)


def test_records_moved_to_another_page_are_a_difference_that_costs_one_load() -> None:
    assert digest(listing("[1]"), listing("[2]")) != digest(listing("[1, 2]"), listing("[]"))


def test_what_is_no_listing_has_no_digest() -> None:
    assert digest(b'{"Type": "ValidationException"}') is None
    assert digest(b'{"Items": [{') is None


def test_the_manifest_of_a_complete_listing_carries_the_digest(
    desk: Desk, landing: Landing
) -> None:
    first = desk.land("items", [{"ItemID": "a"}], minute=0, complete=True)
    same = desk.land("items", [{"ItemID": "a"}], minute=1, complete=True)
    other = desk.land("items", [{"ItemID": "b"}], minute=2, complete=True)
    increment = desk.land("items", [{"ItemID": "a"}], minute=3)

    digests = [batch.manifest.content_sha256 for batch in (first, same, other, increment)]
    assert digests[0] == digests[1] != digests[2]
    assert digests[3] is None
    assert landing.all()[0].manifest.content_sha256 == digests[0]
