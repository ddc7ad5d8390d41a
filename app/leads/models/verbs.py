"""What can be done to many leads at once beyond what this room does itself: rooms above declare theirs."""

import msgspec


class Verb(msgspec.Struct, frozen=True):
    """`apply` names `async (work, lead_id, to)`, `choices` names `async (work) -> list of (to, label)`; `done` is
    said of how many (`%(n)s`) and what (`%(to)s`).
    """

    name: str
    label: str
    permission: str
    apply: str
    choices: str
    done: str


_verbs: dict[str, Verb] = {}


def declare_verb(verb: Verb) -> None:
    _verbs[verb.name] = verb


def declared_verbs() -> dict[str, Verb]:
    return dict(_verbs)
