"""Templates: no inline style or script, no colours but the brand's own, no name of the platform."""

import re
from pathlib import Path

import pytest

from tests.structure.tree import ROOT

HUES = (
    "slate gray zinc neutral stone red orange amber yellow lime green emerald teal cyan sky blue indigo"
    " violet purple fuchsia pink rose"
).split()
USES = "bg text border ring fill stroke from via to outline divide accent caret decoration shadow".split()
# daisyUI's `neutral` is a semantic name; only its numbered shades are a palette's.
PALETTE = re.compile(rf"\b(?:{'|'.join(USES)})-(?:(?:{'|'.join(HUES)})-\d{{2,3}}|black|white)\b")
# A colour as value of an attribute that takes one, or in a class: not the `#name` of a link or a target.
HEX = re.compile(
    r"""\[#[0-9a-f]{3,8}\]|\b(?:fill|stroke|color|bgcolor|stop-color|content|value)=["']#[0-9a-f]{3,8}["']""",
    re.IGNORECASE,
)
INLINE = {
    "style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "style element": re.compile(r"<style\b", re.IGNORECASE),
    "inline script": re.compile(
        r"""<script\b(?![^>]*\bsrc\s*=)(?![^>]*\btype\s*=\s*["'](?:application/json|importmap))""",
        re.IGNORECASE,
    ),
    "handler attribute": re.compile(r"""<[^>]*\s(?:on[a-z]+|hx-on[:\w-]*)\s*=\s*["']""", re.IGNORECASE),
    "javascript address": re.compile(r"""["']\s*javascript:""", re.IGNORECASE),
}
# Written as `True`, it would be fetched as an address.
LAYER = re.compile(r"""["']data-(?:dialog|sheet)["']\s*:\s*true""", re.IGNORECASE)
RULES = {"palette class": PALETTE, "colour by number": HEX, "layer without an address": LAYER, **INLINE}
PLATFORM = re.compile(r"marquee", re.IGNORECASE)
# Mail readers need inline style, print needs its own sheet; the desk is ours, no tenant's.
FREE = {"email", "pdf"}
OURS = {"demo"}


def comments_cut(source: str) -> str:
    """Without comments, line numbers kept."""
    blank = lambda match: "\n" * match[0].count("\n")  # noqa: E731
    return re.sub(r"\{#.*?#\}|<!--.*?-->", blank, source, flags=re.DOTALL)


def offences(name: str, source: str) -> list[str]:
    """`name` is the path below templates/."""
    text, room = comments_cut(source), name.split("/")[0]
    rules = {} if room in FREE else RULES
    if room not in OURS:
        rules = rules | {"the platform's name": PLATFORM}
    return [
        f"templates/{name}:{text.count(chr(10), 0, match.start()) + 1}: {what}: {match[0][:60]}"
        for what, pattern in rules.items()
        for match in pattern.finditer(text)
    ]


def templates() -> dict[str, Path]:
    folder = ROOT / "templates"
    kinds = {".html", ".svg", ".txt"}
    return {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*")) if path.suffix in kinds}


def test_templates_are_clean() -> None:
    found = [line for name, path in templates().items() for line in offences(name, path.read_text())]
    assert not found, "\n".join(found)


BAD = {
    "palette class": '<p class="text-red-500">',
    "palette class on hover": '<p class="hover:bg-white">',
    "neutral shade": '<p class="bg-neutral-800">',
    "hex class": '<p class="bg-[#fff]">',
    "hex attribute": '<path fill="#a1b2c3">',
    "style attribute": '<p\n style="color: red">',
    "style element": "<style>p {}</style>",
    "inline script": "<script nonce='x'>go()</script>",
    "handler": '<a onclick="go()">',
    "htmx handler": '<a hx-on:click="go()">',
    "javascript address": '<a href="javascript:go()">',
    "platform name": "<title>Marquee</title>",
    "layer": "{{ ui.menu_link(label, url, attrs={'data-sheet': true}) }}",
}
GOOD = {
    "semantic classes": '<p class="bg-base-100 text-neutral border-primary/20 text-neutral-content">',
    "link to a place": '<a href="#add" hx-target="#beef">',
    "data": '<script type="application/json">{}</script>',
    "script file": '<script src="/assets/app.js" defer></script>',
    "an attribute that ends in on": '<button data-action="go" version="1">',
    "a comment": '{# <p style="x"> in Marquee #}',
}


@pytest.mark.parametrize("source", BAD.values(), ids=BAD.keys())
def test_rule_bites(source: str) -> None:
    assert offences("leads/list.html", source)


@pytest.mark.parametrize("source", GOOD.values(), ids=GOOD.keys())
def test_rule_lets_pass(source: str) -> None:
    assert not offences("leads/list.html", source)


def test_mail_may_be_styled_but_not_named() -> None:
    assert not offences("email/base.html", BAD["style attribute"])
    assert offences("email/base.html", BAD["platform name"])
