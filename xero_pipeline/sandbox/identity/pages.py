"""The two pages a browser sees: who connects which organisations, and what went wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from xero_pipeline.sandbox.identity.apps import User
from xero_pipeline.sandbox.identity.service import AuthorisationRequest

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>
body {{ font: 16px/1.5 sans-serif; max-width: 34rem; margin: 3rem auto; padding: 0 1rem }}
fieldset {{ margin: 1rem 0; border: 1px solid #bbb; border-radius: 6px }}
button {{ font: inherit; padding: .4rem 1.2rem }}
</style></head><body><h1>{title}</h1>{body}</body></html>
"""


def consent_page(
    request: AuthorisationRequest, users: Sequence[User], names: Mapping[str, str]
) -> str:
    """A form that posts user, organisations and decision back to its own address.

    Args:
        request: what the app asks for.
        users: who may sign in.
        names: tenant id to organisation name.
    """
    scopes = "".join(f"<li>{escape(scope)}</li>" for scope in request.scopes)
    logins = "".join(_login(user, names, first=user is users[0]) for user in users)
    body = f"""<p><b>{escape(request.app.name)}</b> wants access to:</p><ul>{scopes}</ul>
<form method="post">{logins}
<button name="decision" value="allow">Allow access</button>
<button name="decision" value="deny">Cancel</button></form>"""
    return _PAGE.format(title="Xero sandbox", body=body)


def error_page(error: str) -> str:
    return _PAGE.format(title="Sorry, something went wrong", body=f"<p>Error: {escape(error)}</p>")


def _login(user: User, names: Mapping[str, str], *, first: bool) -> str:
    checked = " checked" if first else ""
    organisations = "".join(
        f'<label><input type="checkbox" name="organisation" value="{user.user_id}/{tenant}">'
        f" {escape(names[tenant])}</label><br>"
        for tenant in user.tenants
    )
    return (
        f'<fieldset><legend><label><input type="radio" name="user" value="{user.user_id}"{checked}>'
        f" {escape(user.name)}, {escape(user.email)}</label></legend>{organisations}</fieldset>"
    )
