"""Who people are and what they may: roles, sessions, passwords, second factors, invitations, the audit
log.
"""

from app.core import events, permissions
from app.core.events import Kind
from app.core.slice import Meter, NavItem, Slice, declare, declare_meter

permissions.declare(
    "People",
    people_view="See people and roles",
    people_manage="Invite, change and deactivate people",
    audit_view="Read and search the audit log",
)
events.declare(
    Kind("person.created", "made an account for", icon="user-plus", audited=True),
    Kind("person.invited", "invited", icon="mail", audited=True),
    Kind("person.invitation_revoked", "took back the invitation of", icon="mail-x", audited=True),
    Kind("person.joined", "accepted the invitation", icon="user-check", audited=True),
    Kind("person.deactivated", "deactivated", icon="user-x", audited=True),
    Kind("person.handed_over", "handed over the work of", icon="users-round", audited=True),
    Kind("person.reactivated", "let in again", icon="user-check", audited=True),
    Kind("person.role_changed", "gave another role to", icon="shield", audited=True),
    Kind("person.renamed", "changed the name", icon="pencil", audited=True),
    Kind("person.password_changed", "changed the password", icon="key-round", audited=True),
    Kind("person.second_factor_set", "turned two-factor sign-in on", icon="shield-check", audited=True),
    Kind("person.second_factor_removed", "took away the second factor of", icon="shield-off", audited=True),
    Kind("person.recovery_codes_made", "made new recovery codes", icon="key-round", audited=True),
    Kind("person.recovery_code_used", "used a recovery code", icon="key-round", audited=True),
    Kind("person.signed_in", "signed in", icon="log-in", audited=True),
    Kind("person.signed_out", "signed out", icon="log-out", audited=True),
    Kind("person.sign_in_failed", "failed to sign in", icon="log-in", audited=True),
    Kind("person.sessions_ended", "ended sessions", icon="log-out", audited=True),
    Kind("support.granted", "was granted support access", icon="life-buoy", audited=True),
    Kind("support.entered", "entered for support", icon="life-buoy", audited=True),
    Kind("role.created", "made a role", icon="shield", audited=True),
    Kind("role.changed", "changed a role", icon="shield", audited=True),
    Kind("role.deleted", "deleted a role", icon="shield", audited=True),
    Kind("access.rules_changed", "changed the sign-in rules", icon="settings", audited=True),
)
_SETTINGS = [
    ("People", "people", "users", "people.view", 10, "people"),
    ("Roles and sign-in", "roles", "shield", "people.view", 20, "people"),
    ("Audit", "audit", "history", "audit.view", 90, "record"),
]
declare(
    Slice(
        name="access",
        nav=tuple(
            NavItem(audience, label, f"/admin/{path}", icon, permission, order=order, group="settings", section=section)
            for audience in ("admin", "console")
            for label, path, icon, permission, order, section in _SETTINGS
        ),
        configure={
            "roles": "app.access.service:configure_roles",
            "role_labels": "app.access.service:configure_role_labels",
        },
        needs="app.access.queries.needs:needs",
        setup="app.access.queries.needs:steps",
    )
)
declare_meter(Meter("seats", "Seats", "app.access.queries.meters:seats"))
declare_meter(Meter("last_sign_in", "Last sign-in", "app.access.queries.meters:last_sign_in"))
