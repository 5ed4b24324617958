"""From a view to the browser: templates, what every page shows around its own, and failures."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from xero_pipeline.console import formats
from xero_pipeline.console.messages import Message, kept, later
from xero_pipeline.console.navigation import ENTRIES

_TEMPLATES = Path(__file__).with_name("templates")


@dataclass(frozen=True)
class Refusal:
    """What a person is shown in place of what they asked for.

    Attributes:
        status: HTTP's.
        what: a plain sentence.
        next_step: a plain sentence; empty when there is nothing to do.
    """

    status: int
    what: str
    next_step: str = ""


def page(request: Request, template: str, view: object, *, status: int = 200) -> HTMLResponse:
    """A whole page, or the part of one that HTMX asked for.

    Args:
        template: its path below `templates/`.
        view: what it shows, as `view` in the template; nothing else is there but what all pages
            have: navigation, person, CSRF token, messages.
    """
    shown = [] if is_partial(request) else kept(request)
    text = (
        _environment()
        .get_template(template)
        .render(
            view=view,
            navigation=ENTRIES,
            path=request.url.path,
            person=getattr(request.state, "person", None),
            may_sign_out=getattr(request.state, "session", None) is not None
            and request.state.session.person is not None,
            csrf_token=getattr(request.state, "csrf_token", ""),
            messages=shown,
        )
    )
    response = HTMLResponse(text, status)
    if shown:
        later(response, None)
    return response


def go_to(address: str, message: Message | None = None) -> Response:
    """Send the browser to another page, which then shows the message."""
    response = RedirectResponse(address, 303)
    if message is not None:
        later(response, message)
    return response


def leave_for(request: Request, address: str, message: Message) -> Response:
    """`go_to`, also for forms that HTMX sent: the whole page is another one then."""
    if not is_partial(request):
        return go_to(address, message)
    response = Response(headers={"HX-Redirect": address})
    later(response, message)
    return response


def error_page(request: Request, refusal: Refusal) -> HTMLResponse:
    """In the place of a page; within one, as a message at its top."""
    if is_partial(request):
        response = page(request, "partials/refusal.html", refusal, status=refusal.status)
        response.headers["HX-Retarget"] = "#messages"
        response.headers["HX-Reswap"] = "innerHTML"
        return response
    return page(request, "refusal.html", refusal, status=refusal.status)


def is_partial(request: Request) -> bool:
    """Whether HTMX asks, for a part of a page; going back in the history, it asks for all of it."""
    headers = request.headers
    return "HX-Request" in headers and "HX-History-Restore-Request" not in headers


def compile_templates() -> None:
    """All of them, so that no page has to wait for it."""
    for name in _environment().list_templates():
        _environment().get_template(name)


def with_commands(sentence: str) -> Markup:
    """A sentence of ours for the page: what stands in `backticks` is a command to type."""
    parts = sentence.split("`")
    return Markup("").join(  # every part is escaped
        Markup("<code>{}</code>").format(part) if index % 2 else escape(part)
        for index, part in enumerate(parts)
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for write in (
        formats.day,
        formats.month,
        formats.instant,
        formats.money,
        formats.change,
        formats.percent,
        formats.words,
        formats.count,
        formats.size,
    ):
        environment.filters[write.__name__] = write
    environment.filters["with_commands"] = with_commands
    return environment
