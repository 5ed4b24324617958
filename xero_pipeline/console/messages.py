"""One sentence from the page that did something to the page that is shown next."""

from __future__ import annotations

import json
from typing import Literal
from urllib.parse import quote, unquote

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import Request
from starlette.responses import Response

_COOKIE = "xero_console_message"
_LONGEST = 1500
"""Characters: browsers drop cookies beyond 4 kB, and quoting makes three of one."""


class Message(BaseModel):
    """What just happened.

    Attributes:
        tone: good (done), warn (done, but), bad (not done).
        text: plain sentences.
    """

    model_config = ConfigDict(frozen=True)

    tone: Literal["good", "warn", "bad"]
    text: str


def later(response: Response, message: Message | None) -> None:
    """Show it on the next page; None: it has been shown."""
    if message is None:
        response.delete_cookie(_COOKIE, httponly=True, samesite="lax")
        return
    short = message.model_copy(update={"text": message.text[:_LONGEST]})
    response.set_cookie(
        _COOKIE, quote(short.model_dump_json()), max_age=60, httponly=True, samesite="lax"
    )


def kept(request: Request) -> list[Message]:
    """What the page before left to be shown; text only, escaped like everything else."""
    try:
        return [Message.model_validate(json.loads(unquote(request.cookies[_COOKIE])))]
    except (KeyError, ValueError, ValidationError):
        return []
