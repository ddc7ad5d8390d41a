"""Sign-in, the account page, people, roles and the audit log."""

from typing import Any

from app.access.pages import (
    account,
    arriving,
    audit,
    credentials,
    custom_roles,
    inviting,
    mailed,
    people,
    resuming,
    roles,
    signing_in,
)
from app.access.pages.session import by_session, cookie_name, csrf_token, session_cookie, visitor_page

HANDLERS: list[Any] = [
    *signing_in.HANDLERS,
    *mailed.HANDLERS,
    *arriving.HANDLERS,
    *account.HANDLERS,
    *credentials.HANDLERS,
    *people.HANDLERS,
    *inviting.HANDLERS,
    *roles.HANDLERS,
    *custom_roles.HANDLERS,
    *audit.HANDLERS,
    *resuming.HANDLERS,
]

__all__ = ["HANDLERS", "by_session", "cookie_name", "csrf_token", "session_cookie", "visitor_page"]
