"""Client tasks, both ways: what is asked about a client's books, and what is answered."""

from xero_pipeline.tasks.errors import (
    AnswerMovedOn,
    AnswerRefused,
    TasksError,
    UnknownTask,
    WrongState,
)
from xero_pipeline.tasks.model import (
    Answer,
    AnswerFile,
    AnswerState,
    Decision,
    DecisionKind,
    LineChoice,
    NewAnswer,
    Task,
    TaskEvent,
    TaskLine,
    TrackingChoice,
)
from xero_pipeline.tasks.records import TaskRecords

__all__ = [
    "Answer",
    "AnswerFile",
    "AnswerMovedOn",
    "AnswerRefused",
    "AnswerState",
    "Decision",
    "DecisionKind",
    "LineChoice",
    "NewAnswer",
    "Task",
    "TaskEvent",
    "TaskLine",
    "TaskRecords",
    "TasksError",
    "TrackingChoice",
    "UnknownTask",
    "WrongState",
]
