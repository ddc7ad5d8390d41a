"""Figures for people who run a tenant: what needs them, today against the usual, the funnel, the sources."""

from app.core import permissions
from app.core.slice import NavItem, Slice, declare

permissions.declare("Organisation", settings_manage="See the home page, change the organisation's settings")
declare(Slice(name="analytics", nav=(NavItem("admin", "Home", "/admin", "house", "settings.manage", 5, "h"),)))
