"""Teams, members, presence; and what people are told."""

from app.team.models.notices import Notice, NoticeKind, declare_notices, notice_kind, notice_kinds
from app.team.models.tables import DAYS, STATES, Hours, Member, Presence, PresenceState, Team, at_work

__all__ = [
    "DAYS",
    "STATES",
    "Hours",
    "Member",
    "Notice",
    "NoticeKind",
    "Presence",
    "PresenceState",
    "Team",
    "at_work",
    "declare_notices",
    "notice_kind",
    "notice_kinds",
]
