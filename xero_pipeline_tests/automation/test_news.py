"""Events become organisations to read, each once, and none is forgotten."""

from __future__ import annotations

from xero_pipeline.automation.news import Heard, Round, listen

BOTH = {"garage", "harbour"}


def test_many_events_are_one_reading() -> None:
    assert listen({"garage": 7}, Heard(), BOTH, BOTH) == Round(["garage"], Heard(7))


def test_what_was_asked_for_is_not_asked_for_again() -> None:
    assert listen({}, Heard(7), BOTH, BOTH) == Round([], Heard(7))


def test_an_organisation_that_is_being_read_waits_while_others_are_asked_for() -> None:
    first = listen({"garage": 3, "harbour": 7}, Heard(), BOTH, may_be_asked={"harbour"})
    assert first == Round(["harbour"], Heard(7, ("garage",)))

    again = listen({}, first.heard, BOTH, may_be_asked={"harbour"})
    assert again == Round([], Heard(7, ("garage",)))

    later = listen({}, again.heard, BOTH, may_be_asked=BOTH)
    assert later == Round(["garage"], Heard(7))


def test_news_of_one_that_was_asked_for_meanwhile_is_asked_for_while_another_waits() -> None:
    heard = Heard(7, ("garage",))

    assert listen({"harbour": 9}, heard, BOTH, {"harbour"}) == Round(
        ["harbour"], Heard(9, ("garage",))
    )


def test_one_that_waited_and_was_removed_waits_no_longer() -> None:
    assert listen({}, Heard(7, ("garage",)), {"harbour"}, BOTH) == Round([], Heard(7))


def test_events_of_an_organisation_that_is_not_connected_are_let_go() -> None:
    assert listen({"stranger": 5}, Heard(), BOTH, BOTH) == Round([], Heard(5))
