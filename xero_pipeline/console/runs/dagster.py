"""Syncs and write-backs as runs of Dagster, launched and followed through its GraphQL API.

Source: docs.dagster.io/api/graphql; the fields used here are held by a test against the pinned
version's schema.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import requests
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from xero_pipeline.console.errors import SyncLost, SyncNotStarted
from xero_pipeline.console.runs import Progress, Work, in_plain_words

JOBS = {Work.SYNC: "refresh", Work.SEND: "task_writeback"}
OPERATION = "xero"
SENDING = "tasks__writeback"
PARTITIONS = "organisation"
_SECONDS = 10.0
_LOOK_SECONDS = 1.0
_LAUNCH_SECONDS = 30.0
"""A code location that has just been started takes a while to load."""

WHO = """
query { instance { info }
  repositoriesOrError { ... on RepositoryConnection {
    nodes { name location { name } pipelines { name } } } } }"""

ADD_PARTITION = """
mutation($repository: RepositorySelector!, $set: String!, $key: String!) {
  addDynamicPartition(repositorySelector: $repository, partitionsDefName: $set, partitionKey: $key)
  { __typename } }"""

LAUNCH = """
mutation($wanted: ExecutionParams!) { launchRun(executionParams: $wanted) {
  __typename
  ... on LaunchRunSuccess { run { runId } }
  ... on RunConfigValidationInvalid { errors { message } }
  ... on PythonError { message } } }"""

LOOK = """
query($id: ID!) { runOrError(runId: $id) { __typename
  ... on Run { status stepKeysToExecute stepStats { stepKey status } } } }"""

WHY = """
query($id: ID!) { logsForRun(runId: $id) { ... on EventConnection { events {
  ... on ExecutionStepFailureEvent { error { message causes { message } } } } } } }"""

_STOPPED = "The run was stopped. Look into Dagster's UI, or try again."
_WAITING = {"QUEUED", "NOT_STARTED", "STARTING"}
_OVER = {"SUCCESS", "FAILURE", "CANCELED"}


class _Answer(BaseModel):
    """Dagster's names in camel case, ours in snake case."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)


class Named(_Answer):
    name: str


class Repository(_Answer):
    name: str
    location: Named
    jobs: tuple[Named, ...] = Field(alias="pipelines")


class Step(_Answer):
    key: str = Field(alias="stepKey")
    status: str | None


class Run(_Answer):
    """One look at a run."""

    status: str
    planned: tuple[str, ...] | None = Field(alias="stepKeysToExecute")
    steps: tuple[Step, ...] = Field(alias="stepStats")


class DagsterRuns:
    """The runs of one Dagster.

    Args:
        url: of its UI.
        home: its DAGSTER_HOME has to be this one: another Dagster may be listening there.
    """

    def __init__(self, url: str, home: Path) -> None:
        self._url = url.rstrip("/")
        self._home = home

    def is_running(self) -> bool:
        """Whether it answers, is this home's, and has the job."""
        try:
            return self._repository(_LOOK_SECONDS) is not None
        except (requests.RequestException, ValidationError, KeyError, TypeError):
            return False

    def launch(self, organisation_key: str, work: Work = Work.SYNC) -> str:
        """
        Raises:
            SyncNotStarted: with Dagster's own words, or since it did not answer: it may have begun.
        """
        try:
            return self._launched(organisation_key, work)
        except requests.RequestException:
            reason = f"it did not answer within {_LAUNCH_SECONDS:.0f} seconds, and may begin yet"
            raise SyncNotStarted(organisation_key, reason) from None

    def _launched(self, organisation_key: str, work: Work) -> str:
        repository = self._repository(_LAUNCH_SECONDS)
        if repository is None:
            raise SyncNotStarted(organisation_key, "it is no longer there")
        where = {
            "repositoryName": repository.name,
            "repositoryLocationName": repository.location.name,
        }
        self._ask(
            ADD_PARTITION,
            _LAUNCH_SECONDS,
            repository=where,
            set=PARTITIONS,
            key=organisation_key,
        )
        answer = self._ask(
            LAUNCH,
            _LAUNCH_SECONDS,
            wanted={
                "selector": {**where, "jobName": JOBS[work]},
                "runConfigData": {"ops": _config(organisation_key, work)},
                "executionMetadata": {
                    "tags": [{"key": "xero_pipeline/asked_by", "value": "console"}]
                },
            },
        )["launchRun"]
        if "run" not in answer:
            raise SyncNotStarted(organisation_key, _words(answer))
        return str(answer["run"]["runId"])

    def progress(self, id: str) -> Progress:
        """Raises SyncLost."""
        try:
            run = Run.model_validate(self._ask(LOOK, id=id)["runOrError"])
        except (requests.RequestException, ValidationError):
            raise SyncLost(id) from None
        address = f"{self._url}/runs/{id}"
        problem = self._why(id) if run.status in ("FAILURE", "CANCELED") else ""
        return progress_of(run, problem, address)

    def close(self) -> None:
        """Nothing is open."""

    def _why(self, id: str) -> str:
        """What the steps that failed say; the innermost error is the one that our rooms worded."""
        events = self._ask(WHY, id=id)["logsForRun"]["events"]
        errors = [event["error"] for event in events if event.get("error")]
        messages = [(error["causes"] or [error])[-1]["message"] for error in errors]
        sentences = [message.partition(": ")[2].strip() or message for message in messages]
        return (
            in_plain_words("\n".join(sentences))
            or "The run was stopped. Look into Dagster's UI, or try again."
        )

    def _repository(self, seconds: float) -> Repository | None:
        answer = self._ask(WHO, seconds=seconds)
        if str(self._home) not in (answer["instance"]["info"] or ""):
            return None
        nodes = [Repository.model_validate(n) for n in answer["repositoriesOrError"]["nodes"]]
        return next((each for each in nodes if _has_jobs(each)), None)

    def _ask(self, question: str, seconds: float = _SECONDS, **variables: object) -> dict[str, Any]:
        response = requests.post(
            f"{self._url}/graphql",
            json={"query": question, "variables": variables},
            timeout=seconds,
        )
        response.raise_for_status()
        answer: dict[str, Any] = response.json()["data"]
        return answer


def progress_of(run: Run, problem: str, address: str) -> Progress:
    """What a look at a run says to a person."""
    ended = sum(step.status in ("SUCCESS", "FAILURE", "SKIPPED") for step in run.steps)
    at_work = [step.key for step in run.steps if step.status == "IN_PROGRESS"]
    return Progress(
        doing=_doing(run.status, at_work),
        is_over=run.status in _OVER,
        done=ended,
        steps=len(run.planned) if run.planned else None,
        problem=problem,
        address=address,
    )


def _config(organisation_key: str, work: Work) -> dict[str, Any]:
    """By operation. After sending, only what changed is read: what was written did."""
    chosen = {"organisations": [organisation_key]}
    if work is Work.SYNC:
        return {OPERATION: {"config": {**chosen, "depth": "nightly"}}}
    return {
        SENDING: {"config": chosen},
        OPERATION: {"config": {**chosen, "depth": "increment"}},
    }


def _has_jobs(repository: Repository) -> bool:
    return {Named(name=job) for job in JOBS.values()} <= set(repository.jobs)


def _doing(status: str, at_work: list[str]) -> str:
    if status in _WAITING:
        return "Waiting for its turn."
    if status in _OVER:
        return "Done." if status == "SUCCESS" else "Failed."
    if SENDING in at_work:
        return "Sending to Xero."
    if OPERATION in at_work:
        return "Reading from Xero."
    if any("published" in step for step in at_work):
        return "Publishing."
    return "Building and checking the figures." if at_work else "Getting ready."


def _words(answer: dict[str, Any]) -> str:
    errors = answer.get("errors") or [answer]
    return "; ".join(str(each.get("message", each["__typename"])) for each in errors).rstrip(".")
