"""Teams, members, presence; and what people are told."""

from app.team.models.notices import Notice, NoticeKind, declare_notices, kinds_for, notice_kind, notice_kinds
from app.team.models.tables import DAYS, STATES, Hours, Member, Presence, PresenceState, Team, at_work
from app.team.models.wishes import Wish, Wishes, mail_due, wishes_of

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
    "Wish",
    "Wishes",
    "at_work",
    "declare_notices",
    "kinds_for",
    "mail_due",
    "notice_kind",
    "notice_kinds",
    "wishes_of",
]
