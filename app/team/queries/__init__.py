"""Reading the team: who belongs to whom, who could take a lead now, and what somebody was told."""

from app.team.queries.members import MemberView, member, members, presence_of, reach_ids, teams
from app.team.queries.notices import (
    NoticeLine,
    TopBar,
    holders,
    lines,
    mentioned,
    notice,
    notices,
    to_mail,
    top_bar,
)

__all__ = [
    "MemberView",
    "NoticeLine",
    "TopBar",
    "holders",
    "lines",
    "member",
    "members",
    "mentioned",
    "notice",
    "notices",
    "presence_of",
    "reach_ids",
    "teams",
    "to_mail",
    "top_bar",
]
