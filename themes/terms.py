"""The tenant's own words: what a lead, an agent, a client is called here. Plural and article come from the
catalogue, not from gluing.
"""

from collections.abc import Mapping
from typing import Any

from themes.catalogue import say, say_many
from themes.view import current

# Beside the generic English words a tenant's `terms` setting stands as {"lead": {"one": "Intake", "other":
# "Intakes", "a": "an"}}.
DEFAULTS: dict[str, dict[str, str]] = {
    "lead": {"one": "Lead", "other": "Leads", "a": "a"},
    "agent": {"one": "Agent", "other": "Agents", "a": "an"},
    "client": {"one": "Client", "other": "Clients", "a": "a"},
    "won": {"one": "Deal", "other": "Deals", "a": "a"},
    "publisher": {"one": "Publisher", "other": "Publishers", "a": "a"},
    "value": {"one": "Value", "other": "Values", "a": "a"},
    "stage": {"one": "Stage", "other": "Stages", "a": "a"},
    "team": {"one": "Team", "other": "Teams", "a": "a"},
}


def term(
    name: str, count: int | None = None, *, plural: bool = False, lower: bool = False, article: bool = False
) -> str:
    """`term('lead')` → Intake · `term('lead', plural=True)` → Intakes · `term('lead', 3, lower=True)` →
    intakes ·
    `term('lead', article=True, lower=True)` → an intake. Raises KeyError for a word that no catalogue knows.
    """
    word = spelled(name, current().terms)
    many = plural or (count is not None and count != 1)
    text = word["other"] if many else word["one"]
    text = lowered(text) if lower else text
    return f"{word['a']} {text}" if article and not many else text


# How sentences of modules name a term: `worded("%(Leads)s by source")`, `worded("%(source)s brings %(deals)s for least")`.
NAMES = {"lead": "lead", "publisher": "publisher", "deal": "won", "client": "client", "agent": "agent"}


def worded(text: str, /, **values: Any) -> str:
    """`say` with the tenant's words filled in, one and many, capital where the sentence has one."""
    return say(text, **{**words(), **values})


def worded_many(one: str, many: str, count: int, /, **values: Any) -> str:
    """`say_many` with the tenant's words filled in."""
    return say_many(one, many, count, **{**words(), **values})


def words() -> dict[str, str]:
    """lead, leads, Lead, Leads, publisher… → what the tenant says."""
    found = {}
    for name, of in NAMES.items():
        for key, many in ((name, False), (f"{name}s", True)):
            found[key] = term(of, plural=many, lower=True)
            found[key.capitalize()] = term(of, plural=many)
    return found


def spelled(name: str, terms: Mapping[str, Any]) -> dict[str, str]:
    """One, many and article of a term under this setting. Raises KeyError for a word that nobody knows."""
    given = terms.get(name)
    if isinstance(given, str):
        return {"one": given, "other": _plural(given), "a": _article(given)}
    if isinstance(given, Mapping):
        one = str(given["one"])
        return {
            "one": one,
            "other": str(given.get("other") or _plural(one)),
            "a": str(given.get("a") or _article(one)),
        }
    return dict(DEFAULTS[name])


def lowered(text: str) -> str:
    """Debt advisor → debt advisor; VIP lead stays, its first word is an abbreviation."""
    first = text.split(" ", 1)[0]
    return text if len(first) > 1 and first.isupper() else text[:1].lower() + text[1:]


def _plural(word: str) -> str:
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("s", "x", "ch", "sh")) else f"{word}s"


def _article(word: str) -> str:
    return "an" if word[:1].lower() in "aeiou" else "a"
