"""The team: who is here now, when people work, what they can do, and how much they may carry."""

from app.core import config, events, live, permissions
from app.core.events import Kind
from app.core.slice import NavItem, Slice, declare
from app.team.models import NoticeKind, declare_notices
from themes.catalogue import later

permissions.declare(
    "Team",
    team_view="See the team, its hours and its load",
    team_manage="Change teams, hours, skills and caps",
)
WEEK = {day: [["09:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
config.declare_defaults(hours=WEEK)
events.declare(
    Kind("presence.changed", "changed presence", icon="circle-user"),
    Kind("member.changed", "changed hours, skills or caps", icon="users-round", audited=True),
    Kind("team.created", "made a team", icon="users-round", audited=True),
    Kind("team.changed", "changed a team", icon="users-round", audited=True),
)
live.topic("presence", lambda person, hint: person.audience == "staff")
live.topic("notices", lambda person, hint: hint.key == str(person.id))
declare_notices(
    NoticeKind(
        name="note.mention",
        label=later("Mentioned in a note"),
        sentence=later("%(actor)s mentioned you in a note%(for)s"),
        url="{record}",
        icon="at-sign",
        mail=True,
    ),
)
declare(
    Slice(
        name="team",
        nav=(
            NavItem(
                "admin", "Team", "/admin/team", "users-round", "team.view", order=35, group="settings", section="people"
            ),
        ),
        configure={"team": "app.team.service:configure_team"},
    )
)
