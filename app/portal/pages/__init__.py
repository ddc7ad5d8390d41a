"""The client's pages."""

from app.portal.pages import deposits, files, home, language, messages, more, offers

HANDLERS = [
    *home.HANDLERS,
    *offers.HANDLERS,
    *deposits.HANDLERS,
    *files.HANDLERS,
    *messages.HANDLERS,
    *more.HANDLERS,
    *language.HANDLERS,
]
