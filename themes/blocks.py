"""The blocks that people build a mail of, without HTML: paragraph, heading, list, facts, button, divider.

They stand in plain text, so that a text part, a search and a comparison of versions need nothing else. Blank lines part
blocks. `# ` begins a heading, lines that all begin with `- ` are a list, lines like `Name :: value` are facts, `---` is a
divider, `[Words](https://…)` alone in its block is a button. Everything else is a paragraph, shown as typed.
"""

import re
from typing import Any

from themes.mjml import CompiledEmail, compile_email, part

BUTTON = re.compile(
    r"\[([^\[\]\n]{1,120})\]\(\s*((?:https?://|mailto:|tel:)[^\s()\"'<>]{1,900}|\{\{[^{}]{1,200}\}\})\s*\)"
)
FACT = re.compile(r"(.{1,80}?)\s+::\s+(.+)")
KINDS = ("paragraph", "heading", "list", "facts", "button", "divider")


def read_blocks(text: str) -> list[dict[str, Any]]:
    """Each block as a plain mapping with its `kind`, ready to be a value in a mail."""
    pieces = [piece.strip("\n") for piece in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n")) if piece.strip()]
    return [_block(piece) for piece in pieces]


def plain_blocks(text: str) -> list[dict[str, Any]]:
    """Paragraphs alone, every sign as it was typed."""
    pieces = [piece.strip("\n") for piece in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n")) if piece.strip()]
    return [{"kind": "paragraph", "lines": [line or " " for line in piece.split("\n")]} for piece in pieces]


def _block(piece: str) -> dict[str, Any]:
    lines = piece.split("\n")
    if piece.strip() == "---":
        return {"kind": "divider"}
    if found := BUTTON.fullmatch(piece.strip()):
        return {"kind": "button", "label": found[1].strip(), "link": found[2].strip()}
    if piece.startswith("# ") and len(lines) == 1:
        return {"kind": "heading", "text": piece[2:].strip()}
    if all(line.startswith("- ") for line in lines):
        return {"kind": "list", "items": [line[2:].strip() for line in lines]}
    facts = [FACT.fullmatch(line.strip()) for line in lines]
    if all(facts):
        return {"kind": "facts", "rows": [{"name": found[1], "value": found[2]} for found in facts if found]}
    return {"kind": "paragraph", "lines": [line or " " for line in lines]}


def blocks_as_text(blocks: list[dict[str, Any]]) -> str:
    """The text part: what a reader without HTML gets."""
    return "\n\n".join(map(_as_text, blocks))


def _as_text(block: dict[str, Any]) -> str:
    kind = block["kind"]
    if kind == "divider":
        return "----"
    if kind == "button":
        return f"{block['label']}: {block['link']}"
    if kind == "heading":
        return f"{block['text']}\n{'=' * min(len(block['text']), 60)}"
    if kind == "list":
        return "\n".join(f"- {item}" for item in block["items"])
    if kind == "facts":
        return "\n".join(f"{row['name']}: {row['value']}" for row in block["rows"])
    return "\n".join(block["lines"])


def frame() -> CompiledEmail:
    """Our layout around any blocks. They come in as values (`blocks`, `text_part`, `subject`), so nothing that anybody
    typed is ever a template."""
    layout = part("layout.mjml").replace("[[title]]", "{{ subject }}").replace("[[preview]]", "")
    html = compile_email(layout.replace("[[blocks]]", part("blocks.mjml"))).html
    words = part("layout.txt").replace("[[blocks]]", "{{ text_part }}\n")
    return CompiledEmail("{{ subject }}", words, html)
