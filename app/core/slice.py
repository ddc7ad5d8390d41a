"""What a slice may declare about itself, so that pages, roles, provisioning and reports find it without importing it."""

from collections.abc import Callable
from typing import Any, Literal

import msgspec

Audience = Literal["admin", "agent", "publisher", "client", "console"]


class NavItem(msgspec.Struct, frozen=True):
    """One entry of an audience's navigation. `key` is the second key after `g`; `also` are the addresses of pages that
    belong to it and don't begin with its own.

    `term` names the tenant's word that is shown, in its plural, instead of the label. `section` is the branch of the
    settings' tree, one of those that `layouts/settings.html` heads.
    `fit(item, settings)` gives the entry as this tenant's settings want it (another word), or None where it has no place.
    """

    audience: Audience
    label: str
    url: str
    icon: str
    permission: str
    order: int = 50
    key: str = ""
    group: Literal["main", "settings"] = "main"
    also: tuple[str, ...] = ()
    fit: "Callable[[NavItem, dict[str, Any]], NavItem | None] | None" = None
    term: str = ""
    section: str = "organisation"


class Panel(msgspec.Struct, frozen=True):
    """A fragment that this slice shows on a page of a lower one: `slot` names the place, `url` may hold `{id}`."""

    slot: str
    url: str
    permission: str
    order: int = 50
    label: str = ""


class Meter(msgspec.Struct, frozen=True):
    """A figure that is reported per tenant and day. `read` names the function (work, day) → absolute total."""

    name: str
    label: str
    read: str


class Handover(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody who leaves still has in hand, so that nothing is orphaned.

    `count` names the function (work, person_id) → how many. `give` names (work, from_id, to_id or None, limit) → how many
    were given; it may be called again until it says 0. Without `give` these go along with something else, as `along` says.
    `nobody` is the choice to give them to nobody in particular, where that is safe. `url` lists what somebody (`{id}`) has.
    """

    name: str
    label: str
    count: str
    give: str = ""
    along: str = ""
    nobody: str = ""
    url: str = ""
    order: int = 50


class Slice(msgspec.Struct, frozen=True, kw_only=True):
    """`configure` maps a section of a blueprint to the dotted name of the function that writes its rows.

    `needs` and `setup` are dotted names too: see `app.core.attention`.
    """

    name: str
    nav: tuple[NavItem, ...] = ()
    panels: tuple[Panel, ...] = ()
    configure: dict[str, str] = {}
    timeline: dict[str, str] = {}
    home: dict[str, Any] = {}
    needs: str = ""
    setup: str = ""
    handovers: tuple[Handover, ...] = ()


_slices: dict[str, Slice] = {}
_meters: dict[str, Meter] = {}


def declare(slice_: Slice) -> Slice:
    """Called once by each slice's package; the order is that of `app.slices`."""
    _slices[slice_.name] = slice_
    return slice_


def declare_meter(meter: Meter) -> Meter:
    _meters[meter.name] = meter
    return meter


def all_slices() -> list[Slice]:
    return list(_slices.values())


def meters() -> list[Meter]:
    return list(_meters.values())


def handovers() -> list[Handover]:
    """In the order in which they are given: what others follow comes first."""
    found = [handover for slice_ in _slices.values() for handover in slice_.handovers]
    return sorted(found, key=lambda handover: handover.order)


def nav(audience: Audience, may: Callable[[str], bool], group: str = "main") -> list[NavItem]:
    """What this person finds in the navigation, in order."""
    items = [item for slice_ in _slices.values() for item in slice_.nav]
    seen = [item for item in items if item.audience == audience and item.group == group and may(item.permission)]
    return sorted(seen, key=lambda item: (item.order, item.label))


def panels(slot: str, may: Callable[[str], bool]) -> list[Panel]:
    """The fragments that fill a slot for this person, in order."""
    found = [panel for slice_ in _slices.values() for panel in slice_.panels]
    return sorted((p for p in found if p.slot == slot and may(p.permission)), key=lambda panel: panel.order)
