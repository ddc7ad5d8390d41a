"""Who people are and what they may: roles, sessions, passwords, second factors, invitations, the audit log."""

from app.core import events, permissions
from app.core.slice import Slice, declare

permissions.declare(
    "People",
    people_view="See people and roles",
    people_manage="Invite, change and deactivate people",
    audit_view="Read and search the audit log",
)
events.declare(
    events.Kind("person.created", "was given an account", audited=True),
)
declare(Slice(name="access", configure={"roles": "app.access.service:configure_roles"}))
