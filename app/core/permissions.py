"""The catalogue of what may be done, and the answer to whether this person may.

A permission reads `noun.verb` (`leads.view`, `leads.assign`). Slices declare theirs; roles hold sets of them. A right to
see is about records too: `reach` says whose.
"""

from typing import Literal
from uuid import UUID

import msgspec

Reach = Literal["own", "team", "all"]


class Permission(msgspec.Struct, frozen=True):
    """`label` is what the roles page says; `group` the heading it stands under."""

    name: str
    label: str
    group: str


_catalogue: dict[str, Permission] = {}


def declare(group: str, **labels: str) -> None:
    """`declare("Leads", leads_view="See leads")`: the first underscore becomes the dot."""
    for name, label in labels.items():
        dotted = name.replace("_", ".", 1)
        _catalogue[dotted] = Permission(dotted, label, group)


def catalogue() -> list[Permission]:
    """Every declared permission, in the order of declaration."""
    return list(_catalogue.values())


def known(name: str) -> bool:
    return name in _catalogue


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Who is signed in, as handlers and services see them.

    `party_id` is the outside party that the person stands for: the publisher of a publisher's person, the contact of a
    client, the reseller in the console (None there: the operator, who sees all). `support` marks somebody from outside
    who was let in for a while; `keys` says whether letters are shortcuts. `unassigned`: sees records that nobody has, beside
    those of `reach`.
    """

    id: UUID
    email: str
    name: str
    role: str
    role_label: str
    audience: Literal["staff", "publisher", "client", "console"]
    home: str
    permissions: frozenset[str]
    reach: Reach = "own"
    unassigned: bool = True
    party_id: UUID | None = None
    session_id: UUID | None = None
    zone: str = "America/New_York"
    locale: str = "en_US"
    mode: str = "system"
    density: str = "cosy"
    keys: bool = True
    support: bool = False

    def may(self, permission: str) -> bool:
        """Whether the role of this person holds the permission."""
        return permission in self.permissions
