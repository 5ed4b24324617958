"""What happens to client tasks: stories of single documents, sync after sync."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import pytest

from xero_pipeline_tests.sql.client_books import ClientBook, ClientBooks, day
from xero_pipeline_tests.sql.warehouse import Warehouse

Step = Callable[[ClientBook], object]
Told = tuple[object, ...]


@dataclass(frozen=True)
class Story:
    """One book that watches account 999, where "card" is posted before the first sync.

    Attributes:
        steps: what happens before the second sync, before the third, and so on.
        events: (event, state, what changed or why), apart from how the task was made.
    """

    name: str
    steps: Sequence[Step]
    events: Sequence[Told]


def nothing(book: ClientBook) -> None:
    pass


def recode(*accounts: str) -> Step:
    return lambda book: book.recode("card", *accounts)


def edit(**changes: object) -> Step:
    return lambda book: book.edit("card", **changes)


def charge(amount: int) -> Step:
    return lambda book: book.charge("card", amount)


def decide(*kinds: str, note: str = "") -> Step:
    def all_of_them(book: ClientBook) -> None:
        for kind in kinds:
            book.decide(kind, "card", note=note)

    return all_of_them


def both(*steps: Step) -> Step:
    def one_after_the_other(book: ClientBook) -> None:
        for step in steps:
            step(book)

    return one_after_the_other


def unwatch(book: ClientBook) -> None:
    book.unwatch("999")


def watch(**how: object) -> Step:
    return lambda book: book.watch("999", **how)  # type: ignore[arg-type]


STORIES = [
    Story("nothing happens", [nothing, nothing], []),
    Story(
        "a change of what the document says is a new version",
        [charge(90), edit(reference="4410")],
        [("updated", "open", ["total", "lines"]), ("updated", "open", ["reference"])],
    ),
    Story(
        "a document that leaves the account is recoded, and comes back to the same task",
        [recode("400"), recode("999")],
        [("closed", "closed", "recoded"), ("reopened", "open", "back_on_account")],
    ),
    Story(
        "a voided document closes its task",
        [edit(is_void=True)],
        [("closed", "closed", "deleted")],
    ),
    Story(
        "so does one that is in no listing any more",
        [edit(is_missing=True), edit(is_missing=False)],
        [("closed", "closed", "deleted"), ("reopened", "open", "back_on_account")],
    ),
    Story(
        "recoded and voided at once is voided",
        [both(recode("400"), edit(is_void=True))],
        [("closed", "closed", "deleted")],
    ),
    Story(
        "an account that is watched no longer closes its tasks, and reopens them",
        [unwatch, watch()],
        [
            ("closed", "closed", "account_unmonitored"),
            ("reopened", "open", "back_on_account"),
        ],
    ),
    Story(
        "so does one that is watched for other types only",
        [watch(types=("ACCPAY",))],
        [("closed", "closed", "account_unmonitored")],
    ),
    Story(
        "a shorter look-back takes nothing away that has become a task",
        [watch(look_back_days=1), recode("400"), recode("999")],
        [("closed", "closed", "recoded"), ("reopened", "open", "back_on_account")],
    ),
    Story(
        "an answer is submitted, approved, written, and read back",
        [
            decide("submitted"),
            decide("approved"),
            both(recode("400"), decide("written")),
        ],
        [
            ("submitted", "submitted", None),
            ("approved", "submitted", None),
            ("written", "open", None),
            ("closed", "closed", "recoded"),
        ],
    ),
    Story(
        "an answer about what Xero recodes for people only is delivered, and the task stays open",
        [edit(is_reconciled=True), decide("submitted", "approved"), decide("written")],
        [
            ("submitted", "submitted", None),
            ("approved", "submitted", None),
            ("written", "open", None),
        ],
    ),
    Story(
        "an answer of words alone is delivered, and the task stays open",
        [decide("submitted", "approved", "written")],
        [
            ("submitted", "submitted", None),
            ("approved", "submitted", None),
            ("written", "open", None),
        ],
    ),
    Story(
        "an answer that is sent back, and one that is withdrawn, leave the task open",
        [decide("submitted", "sent_back"), decide("submitted"), decide("withdrawn")],
        [
            ("submitted", "submitted", None),
            ("sent_back", "open", "sent_back"),
            ("submitted", "submitted", None),
            ("withdrawn", "open", None),
        ],
    ),
    Story(
        "an edit while an answer waits leaves it to the write-back to find the conflict",
        [decide("submitted"), charge(90), decide("conflicted")],
        [
            ("submitted", "submitted", None),
            ("updated", "submitted", ["total", "lines"]),
            ("conflicted", "open", "conflict"),
        ],
    ),
    Story(
        "a dismissal holds while the document says the same, wherever it is",
        [decide("dismissed"), unwatch, watch(), recode("400"), recode("999")],
        [("closed", "closed", "dismissed")],
    ),
    Story(
        "a dismissed document that changes is asked about again",
        [decide("dismissed"), charge(90)],
        [
            ("closed", "closed", "dismissed"),
            ("reopened", "open", "changed_after_dismissal"),
        ],
    ),
    Story(
        "a dismissal of what has changed meanwhile holds not at all",
        [both(charge(90), decide("dismissed"))],
        [
            ("closed", "closed", "dismissed"),
            ("reopened", "open", "changed_after_dismissal"),
        ],
    ),
    Story(
        "a person reopens what was recoded, and that holds while the document stays so",
        [recode("400"), decide("reopened"), nothing, edit(reference="4410")],
        [
            ("closed", "closed", "recoded"),
            ("reopened", "open", "person"),
            ("updated", "open", ["lines"]),
            ("closed", "closed", "recoded"),
        ],
    ),
    Story(
        "what a person reopened is voided all the same",
        [recode("400"), decide("reopened"), edit(is_void=True)],
        [
            ("closed", "closed", "recoded"),
            ("reopened", "open", "person"),
            ("updated", "open", ["lines"]),
            ("closed", "closed", "deleted"),
        ],
    ),
    Story(
        "a person takes a dismissal back",
        [decide("dismissed"), decide("reopened")],
        [("closed", "closed", "dismissed"), ("reopened", "open", "person")],
    ),
    Story(
        "an answer to a task that has closed meanwhile leaves it closed",
        [recode("400"), decide("submitted"), recode("999")],
        [
            ("closed", "closed", "recoded"),
            ("submitted", "closed", "recoded"),
            ("reopened", "submitted", "back_on_account"),
        ],
    ),
    Story(
        "an answer that is withdrawn since somebody recoded the document waits no longer",
        [decide("submitted", "approved"), recode("400"), decide("withdrawn"), recode("999")],
        [
            ("submitted", "submitted", None),
            ("approved", "submitted", None),
            ("closed", "closed", "recoded"),
            ("withdrawn", "closed", "recoded"),
            ("reopened", "open", "back_on_account"),
        ],
    ),
    Story(
        "files come and go without a new version",
        [edit(files=("receipt.pdf",)), both(edit(files=()), charge(90))],
        [
            ("updated", "open", ["attachments"]),
            ("updated", "open", ["total", "lines", "attachments"]),
        ],
    ),
]
NAMES = [story.name for story in STORIES]


@pytest.fixture(scope="module")
def books() -> ClientBooks:
    """All stories, told side by side."""
    books = ClientBooks(Warehouse(), *NAMES)
    for book in books:
        book.watch("999")
        book.post("card", "999")
    books.sync(day(1))
    for number in range(max(len(story.steps) for story in STORIES)):
        for story in STORIES:
            if number < len(story.steps):
                story.steps[number](books[story.name])
        books.sync(day(number + 2))
    return books


@pytest.mark.parametrize("story", STORIES, ids=NAMES)
def test_story(books: ClientBooks, story: Story) -> None:
    first, *others = books.events(books[story.name])
    assert (first["event"], first["state"], first["version"]) == ("created", "open", 1)
    assert [
        (
            row["event"],
            row["state"],
            row["reopened_reason"] or row["closed_reason"] or row["changed_fields"] or None,
        )
        for row in others
    ] == story.events


@pytest.fixture(scope="module")
def rebuilt() -> ClientBooks:
    """Books that are built a second time from what one sync has read, or published late."""
    books = ClientBooks(Warehouse(), "dropped", "recoded", "dismissed")
    dropped, recoded, dismissed = books
    for book in books:
        book.watch("999")
        book.post("card", "999")
    recoded.watch("998")
    books.sync(day(1))

    dropped.unwatch("999")
    recoded.recode("card", "998")
    dismissed.charge("card", 90)
    books.read(day(2), [recoded, dismissed])
    books.build([dismissed], only="snapshots.task_events")
    books.build([dropped, recoded])

    dropped.watch("999", look_back_days=1)
    recoded.unwatch("998")
    dismissed.decide("dismissed", "card")
    books.build(list(books))
    return books


def told(books: ClientBooks, book: ClientBook) -> list[Told]:
    return [
        (row["sequence"], row["event"], row["closed_reason"] or row["reopened_reason"])
        for row in books.events(book)
    ]


def test_an_account_dropped_before_the_next_sync_takes_no_task_with_it(
    rebuilt: ClientBooks,
) -> None:
    """The history of documents forgets a version that a second build of the same sync ended."""
    assert told(rebuilt, rebuilt["dropped"]) == [
        (1, "created", None),
        (2, "closed", "account_unmonitored"),
        (3, "reopened", "back_on_account"),
    ]
    assert [task["state"] for task in rebuilt.tasks(rebuilt["dropped"])] == ["open"]


def test_lines_are_those_seen_last_even_when_the_documents_history_forgets_them(
    rebuilt: ClientBooks,
) -> None:
    """Account 999 is watched still, but the document had left it for 998 when that was dropped."""
    book = rebuilt["recoded"]
    assert told(rebuilt, book) == [
        (1, "created", None),
        (2, "updated", None),
        (3, "closed", "account_unmonitored"),
    ]
    (task,) = rebuilt.tasks(book)
    assert task["matched_account_codes"] == ["998"]


def test_a_dismissal_is_about_what_the_person_saw_not_about_what_was_known_here(
    rebuilt: ClientBooks,
) -> None:
    """The charge of 90 was on record but not published when somebody dismissed that of 100."""
    assert told(rebuilt, rebuilt["dismissed"]) == [
        (1, "created", None),
        (2, "updated", None),
        (3, "closed", "dismissed"),
        (4, "reopened", "changed_after_dismissal"),
    ]


def test_the_data_tests_agree_after_builds_of_a_few(rebuilt: ClientBooks) -> None:
    assert rebuilt.failures() == {}


def test_the_data_tests_agree(books: ClientBooks) -> None:
    assert books.failures() == {}


def test_events_say_when_and_who(books: ClientBooks) -> None:
    book = books["an answer is submitted, approved, written, and read back"]
    rows = books.events(book)
    hour = dt.timedelta(hours=1)
    assert [(row["sequence"], row["occurred_at"], row["actor"]) for row in rows] == [
        (1, day(1), None),
        (2, day(1) + hour, "Ada"),
        (3, day(2) + hour, "Ada"),
        (4, day(3) + hour, "Ada"),
        (5, day(4), None),
    ]
    assert len({row["event_id"] for row in rows}) == 5
    assert {row["note"] for row in rows} == {None}, "nobody said anything with it"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("nothing happens", None),
        (
            "a document that leaves the account is recoded, and comes back to the same task",
            "The document came back to a watched account.",
        ),
        (
            "an edit while an answer waits leaves it to the write-back to find the conflict",
            "The transaction was changed in Xero after the answer was given: answer again.",
        ),
        (
            "an answer that is sent back, and one that is withdrawn, leave the task open",
            "Ada withdrew the answer.",
        ),
        ("a person takes a dismissal back", "Ada reopened the task."),
        (
            "an answer about what Xero recodes for people only is delivered, and the task stays "
            "open",
            "Note and files of the answer are at the document in Xero. The transaction is "
            "reconciled with a statement line, and Xero changes it for people only: open it in "
            "Xero, choose Edit transaction, and set the account.",
        ),
        (
            "an answer of words alone is delivered, and the task stays open",
            "The answer is in Xero. The task closes when the document has left the account.",
        ),
    ],
)
def test_an_open_task_says_why_it_is_open(
    books: ClientBooks, name: str, reason: str | None
) -> None:
    (task,) = books.tasks(books[name])
    assert (task["state"], task["open_reason"]) == ("open", reason)


def test_a_contact_without_an_address_has_none(books: ClientBooks) -> None:
    (task,) = books.tasks(books["nothing happens"])
    assert (task["contact_name"], task["contact_email"]) == ("Landlord", None)


def test_a_task_says_who_dismissed_it(books: ClientBooks) -> None:
    (task,) = books.tasks(
        books["a dismissal holds while the document says the same, wherever it is"]
    )
    assert (task["closed_reason"], task["closed_by"]) == ("dismissed", "Ada")
    (task,) = books.tasks(books["a voided document closes its task"])
    assert (task["closed_reason"], task["closed_by"]) == ("deleted", None)


def test_what_a_closed_task_says_is_what_was_last_seen(books: ClientBooks) -> None:
    book = books["an answer is submitted, approved, written, and read back"]
    (task,) = books.tasks(book)
    assert (task["amount"], task["can_be_recoded"], task["recoding_obstacle"]) == (
        Decimal(100),
        False,
        "off_account",
    )
    lines = books.warehouse.rows(
        "select account_code, net_amount from marts.client_task_lines where task_id = ?",
        task["task_id"],
    )
    assert lines == [{"account_code": "999", "net_amount": Decimal(100)}]
