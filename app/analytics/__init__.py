"""Figures for people who run a tenant and for each of its people: what needs them, today against the usual, how a period
went, the funnel, the sources; every figure with the rows behind it.
"""

from app.core import config, events, permissions
from app.core.events import Kind
from app.core.slice import NavItem, Slice, declare

permissions.declare("Organisation", settings_manage="See the home page, change the organisation's settings")
config.declare_defaults(setup_skipped=[])  # names of steps that somebody put aside
events.declare(
    Kind("job.tried_again", "tried a stuck job again", icon="rotate-cw", audited=True),
    Kind("job.given_up", "gave up a stuck job", icon="octagon-x", audited=True),
)
declare(
    Slice(
        name="analytics",
        nav=(
            NavItem("admin", "Home", "/admin", "house", "settings.manage", 5, "h"),
            NavItem("agent", "My numbers", "/agent/numbers", "gauge", "leads.claim", 70),
        ),
        needs="app.analytics.queries:needs",
    )
)
