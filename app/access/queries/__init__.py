"""Reading people, sessions and the audit log. Every list takes the person who asks."""

from app.access.queries.leavers import HandedOver, handed_over
from app.access.queries.people import active_people, as_person, holders, people, person_of, reachable, role_of, roles
from app.access.queries.sessions import history, people_behind, person_behind, recovery_codes_left, session_of, sessions

__all__ = [
    "HandedOver",
    "active_people",
    "as_person",
    "handed_over",
    "history",
    "holders",
    "people",
    "people_behind",
    "person_behind",
    "person_of",
    "reachable",
    "recovery_codes_left",
    "role_of",
    "roles",
    "session_of",
    "sessions",
]
