"""Everything that access writes. Here stands what other rooms call; its own pages import the modules beside
this one.
"""

from app.access.service.accounts import set_preferences
from app.access.service.audit import Verdict, check, verify
from app.access.service.handoff import grant_handoff
from app.access.service.hashing import hash_password, password_matches
from app.access.service.invitations import Invited, invite, resend, revoke
from app.access.service.people import (
    change_role,
    create_person,
    deactivate,
    find_person,
    reactivate,
    set_password,
)
from app.access.service.roles import configure_role_labels, configure_roles
from app.access.service.sessions import close_sessions, open_session

__all__ = [
    "Invited",
    "Verdict",
    "change_role",
    "check",
    "close_sessions",
    "configure_role_labels",
    "configure_roles",
    "create_person",
    "deactivate",
    "find_person",
    "grant_handoff",
    "hash_password",
    "invite",
    "open_session",
    "password_matches",
    "reactivate",
    "resend",
    "revoke",
    "set_password",
    "set_preferences",
    "verify",
]
