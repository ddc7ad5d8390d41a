"""How the tenant looks and who it says it is: brand editor, organisation's settings, icon and manifest."""

from app.core import config, events, permissions
from app.core.events import Kind
from app.core.slice import NavItem, Slice, declare

config.declare_defaults(holidays=[])  # days off: {"date", "name"}
permissions.declare(
    "Organisation",
    brand_manage="Change and publish the brand",
    settings_manage="Change the organisation's settings",
)
events.declare(
    Kind("brand.picture_added", "uploaded a picture for the brand", icon="upload", audited=True),
    Kind("brand.published", "published a brand", icon="badge-check", audited=True),
    Kind("sender.verified", "may send from their own domain", icon="badge-check", audited=True),
    Kind("sender.lost", "lost a record that mail needs", icon="octagon-alert", audited=True),
    Kind("settings.changed", "changed the organisation's settings", icon="settings", audited=True),
)
declare(
    Slice(
        name="brand",
        nav=(
            NavItem(
                "admin",
                "Organisation",
                "/admin/settings",
                "building-2",
                "settings.manage",
                5,
                group="settings",
            ),
            NavItem("admin", "Brand", "/admin/brand", "flag", "brand.manage", 6, group="settings"),
            NavItem("admin", "%(Client)s portal", "/admin/portal", "smartphone", "brand.manage", 7, group="settings"),
            NavItem("admin", "Words", "/admin/words", "languages", "settings.manage", 8, group="settings"),
            NavItem("admin", "Sender", "/admin/sender", "mail-check", "brand.manage", 9, group="settings"),
            NavItem("admin", "Plan", "/admin/plan", "layers", "settings.manage", 10, group="settings"),
        ),
        setup="app.brand.queries:steps",
        needs="app.brand.queries:needs",
    )
)
