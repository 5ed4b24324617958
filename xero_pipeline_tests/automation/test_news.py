"""Events become organisations to read, each once, and none is forgotten."""

from __future__ import annotations

from xero_pipeline.automation.news import Heard, Round, listen

BOTH = {"garage", "harbour"}


def test_many_events_are_one_reading() -> None:
    assert listen({"garage": 7}, Heard(), BOTH, BOTH) == Round(["garage"], Heard(7))


def test_what_was_asked_for_is_not_asked_for_again() -> None:
    assert listen({}, Heard(7), BOTH, BOTH) == Round([], Heard(7))


def test_an_organisation_that_is_being_read_waits_and_keeps_its_events() -> None:
    first = listen({"garage": 3, "harbour": 7}, Heard(), BOTH, may_be_asked={"harbour"})
    assert first == Round(["harbour"], Heard(0, {"harbour": 7}))

    again = listen({"garage": 3, "harbour": 7}, first.heard, BOTH, may_be_asked={"harbour"})
    assert again.to_read == []

    later = listen({"garage": 3, "harbour": 7}, again.heard, BOTH, may_be_asked=BOTH)
    assert later == Round(["garage"], Heard(7))


def test_news_of_one_that_was_asked_for_meanwhile_is_asked_for_while_another_waits() -> None:
    heard = Heard(0, {"harbour": 7})

    assert listen({"garage": 3, "harbour": 9}, heard, BOTH, {"harbour"}) == Round(
        ["harbour"], Heard(0, {"harbour": 9})
    )


def test_events_of_an_organisation_that_is_not_connected_are_let_go() -> None:
    assert listen({"stranger": 5}, Heard(), BOTH, BOTH) == Round([], Heard(5))
