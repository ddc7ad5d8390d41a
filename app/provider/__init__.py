"""The console: resellers see and open their tenants, the operator sees all. It knows no CRM noun."""

from app.core import events, permissions
from app.core.slice import NavItem, Slice, declare

permissions.declare(
    "Console",
    console_view="See the console",
    console_create="Create tenants",
    console_manage="Open, suspend, resume and delete tenants",
    console_brand="Change the reseller's own look",
    console_resellers="Create and change resellers, tell everybody something",
)
events.declare(
    events.Kind("tenant.ordered", "ordered a tenant", audited=True),
    events.Kind("tenant.opened", "went into a tenant", audited=True),
    events.Kind("tenant.state_asked", "changed a tenant's state", audited=True),
    events.Kind("tenant.plan_asked", "gave another plan to a tenant", audited=True),
    events.Kind("tenants.exported", "exported the list of tenants", audited=True),
    events.Kind("reseller.asked", "changed a reseller", audited=True),
    events.Kind("announcement.made", "announced something", audited=True),
    events.Kind("announcement.ended", "took back an announcement", audited=True),
)
declare(
    Slice(
        name="provider",
        nav=(
            NavItem("console", "Tenants", "/console", "building-2", "console.view", 10, "h"),
            NavItem("console", "Resellers", "/console/resellers", "handshake", "console.resellers", 20, "r"),
            NavItem("console", "Your brand", "/console/brand", "palette", "console.brand", 5, group="settings"),
        ),
    )
)
