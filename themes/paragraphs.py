"""The first form in which people write mail: plain paragraphs and at most one button, inside the brand's
layout.

A paragraph is text with Liquid in it; everything between the Liquid is shown as typed. Blank lines
part paragraphs, lines that all start with `- ` make a list, `# ` makes a heading.
"""

import html
import re
from collections.abc import Iterable, Sequence

import msgspec

from themes import liquid
from themes.catalogue import later
from themes.mjml import BadLayout, CompiledEmail, compile_email, part

_LIQUID = re.compile(r"(\{\{.*?\}\}|\{%.*?%\})", re.S)
_TOKEN = re.compile(r"\{\{-?\s*([A-Za-z_][\w.\[\]-]*)\s*-?\}\}")
_LINK = re.compile(r"(?:https?://|mailto:|tel:)[^\s\"'<>{}]+")
_SLOT = re.compile(r"\[\[(\w+)\]\]")


class Button(msgspec.Struct, frozen=True):
    """`link` is one token (`{{ booking.link }}`) or one whole address; `label` may hold tokens."""

    label: str
    link: str


class Facts(msgspec.Struct, frozen=True):
    """A table of names and values; both may hold tokens."""

    rows: tuple[tuple[str, str], ...]


class Rows(msgspec.Struct, frozen=True):
    """A table with a row for each of a list: `over` is the list's token, `each` the name that cells use.

    `columns` are (heading, cell); from the second on they are aligned to the right.
    """

    over: str
    each: str
    columns: tuple[tuple[str, str], ...]


Block = str | Button | Facts | Rows


class _Press:
    """Collects the author's text under slots that the MJML compiler does not look into, and puts it back."""

    def __init__(self) -> None:
        self._kept: list[str] = []

    def hold(self, ready: str) -> str:
        self._kept.append(ready)
        return f"slot-{len(self._kept) - 1}-slot"

    def put_back(self, compiled: str) -> str:
        return re.sub(r"slot-(\d+)-slot", lambda found: self._kept[int(found[1])], compiled)

    def block(self, name: str, **slots: str) -> str:
        """One of our MJML files with its slots filled."""
        return _SLOT.sub(lambda found: slots[found[1]], part(f"{name}.mjml"))


def compose(
    subject: str,
    body: str,
    button: Button | None = None,
    *,
    more: Sequence[Block] = (),
    preview: str = "",
    layout: str = "",
) -> CompiledEmail:
    """Author's text inside the layout (ours, unless another is given). Raises BadLayout.

    `more` follows the button: further paragraphs, tables. What is rendered outside the jail is only
    what is ours in every part.
    """
    press, blocks = _Press(), [*_paragraphs(body), *([button] if button else []), *more]
    frame = layout or part("layout.mjml")
    slots = {
        "title": press.hold(escaped(subject)),
        "preview": press.hold(escaped(preview)),
        "blocks": "\n".join(_as_mjml(press, block) for block in blocks),
    }
    compiled = compile_email(_SLOT.sub(lambda found: slots.get(found[1], ""), frame))
    words = part("layout.txt").replace("[[blocks]]", "\n\n".join(map(_as_text, blocks)) + "\n")
    made = CompiledEmail(subject, words, press.put_back(compiled.html))
    if not layout and all(map(liquid.is_trusted, _written(subject, preview, body, button, more))):
        for text in (made.subject, made.text, made.html):
            liquid.trust(text)
    return made


def ours(subject: str, body: str, button: Button | None = None, more: Sequence[Block] = ()) -> CompiledEmail:
    """`compose` for text that stands in this repository: it is trusted, so thousands render quickly."""
    for text in _written(subject, "", body, button, more):
        liquid.trust(text)
    return compose(subject, body, button, more=more)


async def check_email(
    subject: str, body: str, button: Button | None, allowed: liquid.Schema
) -> dict[str, list[liquid.Fault]]:
    """Faults by field (`subject`, `body`, `button_label`, `button_link`); empty when it may be published."""
    texts = {"subject": subject, "body": body}
    if button is not None:
        texts |= {"button_label": button.label, "button_link": button.link}
    told = {name: await liquid.check(text, allowed, "text") for name, text in texts.items()}
    if button is not None and not _destination(button.link):
        told["button_link"].append(liquid.Fault(1, "bad_link", BAD_LINK))
    return {name: faults for name, faults in told.items() if faults}


BAD_LINK = later("The button needs one link: a token like {{ booking.link }}, or an address that starts with https://.")


def escaped(text: str) -> str:
    """The author's words as HTML shows them, the Liquid between them untouched."""
    pieces = _LIQUID.split(text)
    return "".join(piece if place % 2 else html.escape(piece) for place, piece in enumerate(pieces))


def _written(subject: str, preview: str, body: str, button: Button | None, more: Sequence[Block]) -> Iterable[str]:
    yield from (subject, preview, body)
    for block in [*([button] if button else []), *more]:
        yield block if isinstance(block, str) else str(msgspec.json.encode(block))


def _paragraphs(body: str) -> list[str]:
    """Blank lines part them, but not inside a tag."""
    protected = _LIQUID.sub(lambda found: re.sub(r"\n[ \t]*\n", "\n", found[0]), body.replace("\r\n", "\n"))
    return [piece.strip("\n") for piece in re.split(r"\n[ \t]*\n", protected) if piece.strip()]


def _as_mjml(press: _Press, block: Block) -> str:
    if isinstance(block, Button):
        return _button(press, block)
    if isinstance(block, Facts):
        rows = [
            press.block("fact", label=press.hold(escaped(name)), value=press.hold(escaped(value)))
            for name, value in block.rows
        ]
        return press.block("facts", rows="".join(rows))
    return _rows(press, block) if isinstance(block, Rows) else _paragraph(press, block)


def _paragraph(press: _Press, text: str) -> str:
    if not _LIQUID.sub("", text).strip() and "{{" not in text:
        # Tags alone, like the end of a condition: they part paragraphs but are none.
        return f"<mj-raw>{press.hold(text)}</mj-raw>"
    if text.startswith("# "):
        return press.block("heading", text=press.hold(escaped(text[2:])))
    lines = text.split("\n")
    if all(line.startswith("- ") for line in lines):
        items = "".join(f"<li>{escaped(line[2:])}</li>" for line in lines)
        return press.block("paragraph", text=press.hold(f'<ul style="margin:0;padding:0 0 0 20px">{items}</ul>'))
    return press.block("paragraph", text=press.hold(escaped(text).replace("\n", "<br>\n")))


def _button(press: _Press, button: Button) -> str:
    link = _destination(button.link)
    if not link:
        raise BadLayout(BAD_LINK)
    return press.block("button", link=press.hold(link), label=press.hold(escaped(button.label)))


def _destination(link: str) -> str:
    """What stands in `href`: a token through the `url` filter, or an address as it is."""
    if token := _TOKEN.fullmatch(link.strip()):
        return f"{{{{ {token[1]} | url }}}}"
    return html.escape(link.strip()) if _LINK.fullmatch(link.strip()) else ""


_CELL = 'style="padding:8px 0;text-align:{side};border-bottom:1px solid {{{{ brand.line | colour }}}}"'


def _rows(press: _Press, block: Rows) -> str:
    sides = ["left", *["right"] * (len(block.columns) - 1)]
    heads = [
        f'<th scope="col" {_CELL.format(side=side)}>{press.hold(escaped(name))}</th>'
        for side, (name, _) in zip(sides, block.columns, strict=True)
    ]
    cells = [
        f"<td {_CELL.format(side=side)}>{press.hold(escaped(cell))}</td>"
        for side, (_, cell) in zip(sides, block.columns, strict=True)
    ]
    loop = press.hold(f"{{% for {block.each} in {block.over} %}}")
    end = press.hold("{% endfor %}")
    return press.block("rows", headings="".join(heads), cells="".join(cells), loop=loop, end=end)


def _as_text(block: Block) -> str:
    if isinstance(block, Button):
        token = _TOKEN.fullmatch(block.link.strip())
        return f"{block.label}: {f'{{{{ {token[1]} | url }}}}' if token else block.link.strip()}"
    if isinstance(block, Facts):
        return "\n".join(f"{name}: {value}" for name, value in block.rows)
    if isinstance(block, Rows):
        cells = ", ".join(cell for _, cell in block.columns)
        return f"{{% for {block.each} in {block.over} -%}}\n- {cells}\n{{% endfor -%}}"
    return block.removeprefix("# ")
