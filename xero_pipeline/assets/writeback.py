"""`tasks/writeback`: approved answers of clients, sent to Xero before the books are read again."""

from collections import Counter
from collections.abc import Iterator, Sequence

import dagster as dg
from pydantic import Field

from xero_pipeline.assets.extraction import asker_of
from xero_pipeline.assets.keys import WRITEBACK
from xero_pipeline.assets.markdown import table
from xero_pipeline.assets.resources import Pipeline
from xero_pipeline.tasks import AnswerState
from xero_pipeline.tasks.desk import TaskDesk
from xero_pipeline.tasks.intake import take_in
from xero_pipeline.tasks.writeback import Sent, send_approved

WRITEBACK_OP = WRITEBACK.to_python_identifier()

ALL_ARRIVED = dg.AssetCheckSpec(
    "every_answer_arrived",
    asset=WRITEBACK,
    description="Xero took every approved answer, or said why not, and shows what was sent.",
)
_NOT_SETTLED = (AnswerState.APPROVED, AnswerState.FAILED)


class Writing(dg.Config):
    """Whose answers to send.

    Attributes:
        organisations: their keys; empty: all that have approved answers.
    """

    organisations: list[str] = Field(default=[])


@dg.asset(
    key=WRITEBACK,
    group_name="tasks",
    kinds={"xero"},
    check_specs=[ALL_ARRIVED],
)
def writeback(
    context: dg.AssetExecutionContext, config: Writing, pipeline: Pipeline
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Approved answers, written to the transactions in Xero that they are about: accounts of the
    task's lines, a note, files. Only where a client's organisation consented to writing, and never
    over something that changed since the client saw it. `ops.writebacks` holds all of it, with
    before and after."""
    settings, clock = pipeline.settings(), pipeline.clock()
    with TaskDesk.open(settings, clock) as desk:
        taken_in = take_in(desk)
    with pipeline.connections() as connections:
        ids = [connections.find(key).organisation_id for key in config.organisations]
        sent = send_approved(settings, connections, clock, ids, asker_of(context.run))
        names = {each.organisation_id: each.organisation_name for each in connections.connections()}
    yield dg.MaterializeResult(
        metadata={
            "answers taken in": len(taken_in),
            **{str(state): count for state, count in Counter(e.state for e in sent).items()},
            "calls": sum(each.calls for each in sent),
            "answers": dg.MetadataValue.md(_listed(sent, names)),
        }
    )
    yield _all_arrived(sent)


def _all_arrived(sent: Sequence[Sent]) -> dg.AssetCheckResult:
    amiss = [each for each in sent if each.state in _NOT_SETTLED]
    is_wrong = any(each.state is AnswerState.FAILED for each in amiss)
    return dg.AssetCheckResult(
        check_name=ALL_ARRIVED.name,
        asset_key=WRITEBACK,
        passed=not amiss,
        severity=dg.AssetCheckSeverity.ERROR if is_wrong else dg.AssetCheckSeverity.WARN,
        metadata={f"answer {each.answer.answer_id}": each.reason for each in amiss},
    )


def _listed(sent: Sequence[Sent], names: dict[str, str]) -> str:
    rows = [
        (
            names.get(each.answer.organisation_id, ""),
            each.answer.task_id[:8],
            str(each.state),
            each.reason,
        )
        for each in sent
    ]
    return table(["Organisation", "Task", "Answer", "Because"], rows)
