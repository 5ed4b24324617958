"""Why a step failed, as the room that failed worded it."""

from __future__ import annotations


def cause(failure: object) -> str:
    """What a failed step says of itself.

    Dagster wraps what a step raised once; below that is the error that our rooms worded.

    Args:
        failure: the `step_failure_data` of an event.
    """
    described = getattr(getattr(failure, "user_failure_data", None), "description", None)
    if described:
        return str(described)
    wrapper = getattr(failure, "error", None)
    error = getattr(wrapper, "cause", None) or wrapper
    message = str(getattr(error, "message", "A step failed without saying why."))
    return message.removeprefix(f"{getattr(error, 'cls_name', '')}: ").strip()
