"""The portal of this business: its tabs, what each stage means to a client, and the first weeks."""

from typing import Any

import msgspec

from app.core import config
from app.core.work import Work

KEY = "portal"


class Section(msgspec.Struct, frozen=True):
    """A tab: home, program, documents, messages, invoices, tickets or more, under this business's word."""

    name: str
    label: str


class Step(msgspec.Struct, frozen=True):
    """One thing that happens in the first weeks."""

    when: str
    what: str


class PortalWords(msgspec.Struct, frozen=True, kw_only=True):
    """`stages` says for each stage of the pipeline what it means to the client; `steps` explains the
    beginning."""

    sections: tuple[Section, ...] = ()
    stages: dict[str, str] = {}
    steps: tuple[Step, ...] = ()
    invite: bool = True


async def configure_portal(work: Work, section: dict[str, Any]) -> None:
    """The blueprint's `portal` section, checked before it is kept."""
    await config.put(work, KEY, msgspec.to_builtins(msgspec.convert(section, PortalWords)))


async def words(work: Work) -> PortalWords:
    return msgspec.convert(await config.get(work, KEY) or {}, PortalWords)
