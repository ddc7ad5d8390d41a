"""Presence and membership; telling people what concerns them."""

from app.team.service.members import (
    MemberValues,
    change_member,
    configure_team,
    create_team,
    rename_team,
    set_presence,
)
from app.team.service.notices import notify, read, seen, tidy, unread

__all__ = [
    "MemberValues",
    "change_member",
    "configure_team",
    "create_team",
    "notify",
    "read",
    "rename_team",
    "seen",
    "set_presence",
    "tidy",
    "unread",
]
