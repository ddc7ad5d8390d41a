"""The form of a hosted form: what an admin chose becomes a draft; what stands becomes what the inputs hold."""

import re
from collections.abc import Mapping
from typing import Any

from app.core.fields import FieldSet
from app.publishers.models import HostedForm
from app.publishers.models.hosted import (
    LANGUAGES,
    MOST_SCREENS,
    Content,
    FormDraft,
    Question,
    Screen,
    Words,
    newest,
    read_consents,
    read_content,
)

LONGEST = {"title": 120, "intro": 1_000, "button": 60, "thanks": 1_000}
LONGEST_LABEL = 200


def form_draft(raw: Mapping[str, Any], known: FieldSet) -> FormDraft:
    """`known` are the fields that may be asked. Numbers that can't be read become ones that the service refuses."""
    chosen = _many(raw, "languages")
    languages = tuple(language for language in LANGUAGES if language in chosen)
    per_hour = _text(raw, "per_hour").replace(",", "")
    content = Content(
        languages=languages,
        words={language: _words(raw, language) for language in languages},
        screens=_screens(raw, known, languages),
    )
    return FormDraft(
        name=_text(raw, "name")[:80],
        slug=_text(raw, "slug").lower(),
        state=_text(raw, "state") or "draft",
        content=content,
        consents={language: _text(raw, f"consent_{language}") for language in languages},
        frames=tuple(word.rstrip("/") for word in re.split(r"[\s,;]+", _text(raw, "frames").lower()) if word),
        per_hour=int(per_hour) if per_hour.isascii() and per_hour.isdigit() else 0,
    )


def _words(raw: Mapping[str, Any], language: str) -> Words:
    return Words(**{name: _text(raw, f"{name}_{language}")[:most] for name, most in LONGEST.items()})


def _screens(raw: Mapping[str, Any], known: FieldSet, languages: tuple[str, ...]) -> tuple[Screen, ...]:
    """By the number of the screen, within it by the number of the place, then as the fields come."""
    placed = []
    for order, field in enumerate(known):
        screen = _number(raw, f"screen_{field.name}")
        if 0 < screen <= MOST_SCREENS:
            placed.append((screen, _number(raw, f"place_{field.name}") or 99, order, field.name))
    found = []
    for screen in sorted({one[0] for one in placed}):
        titles = {language: _text(raw, f"screen_{screen}_{language}")[:120] for language in languages}
        questions = tuple(_question(raw, name, languages) for number, _, _, name in sorted(placed) if number == screen)
        found.append(Screen(questions, {language: title for language, title in titles.items() if title}))
    return tuple(found)


def _question(raw: Mapping[str, Any], name: str, languages: tuple[str, ...]) -> Question:
    labels = {language: _text(raw, f"label_{name}_{language}")[:LONGEST_LABEL] for language in languages}
    return Question(
        name, name in _many(raw, "required"), {language: label for language, label in labels.items() if label}
    )


def form_as_typed(form: HostedForm) -> dict[str, Any]:
    """The form as its inputs are filled in."""
    content, consents = read_content(form.content), read_consents(form.consents)
    typed: dict[str, Any] = {
        "name": form.name,
        "slug": form.slug,
        "state": form.state,
        "languages": list(content.languages),
        "frames": " ".join(form.frames),
        "per_hour": str(form.per_hour),
        "required": [question.name for screen in content.screens for question in screen.questions if question.required],
    }
    for language in content.languages:
        now, words = newest(consents, language), content.said(language)
        typed[f"consent_{language}"] = now.text if now else ""
        typed |= {f"{name}_{language}": getattr(words, name) for name in LONGEST}
    for number, screen in enumerate(content.screens, 1):
        typed |= {f"screen_{number}_{language}": title for language, title in screen.titles.items()}
        for place, question in enumerate(screen.questions, 1):
            typed[f"screen_{question.name}"], typed[f"place_{question.name}"] = str(number), str(place)
            typed |= {f"label_{question.name}_{language}": label for language, label in question.labels.items()}
    return typed


def _text(raw: Mapping[str, Any], name: str) -> str:
    value = raw.get(name, "")
    return value if isinstance(value, str) else ""


def _many(raw: Mapping[str, Any], name: str) -> list[str]:
    value = raw.get(name, [])
    return [value] if isinstance(value, str) else list(value)


def _number(raw: Mapping[str, Any], name: str) -> int:
    typed = _text(raw, name)
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 else 0
