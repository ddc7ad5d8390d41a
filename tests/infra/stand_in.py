"""Stand-ins for the product's subcommands, and a demo that runs them: `python stand_in.py WORD …`.

They use the same environment as the real ones: migrate makes a table, seed writes one row unless it is there,
web and desk answer HTTP, worker has children of its own (one in a session of its own, as a daemon would be).
"""

import os
import signal
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import psycopg

from infra.local import demo


class Answer(BaseHTTPRequestHandler):
    """Says which process answers."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(str(os.getpid()).encode())

    def log_message(self, *_: object) -> None:
        return


def serve(port: str) -> None:
    HTTPServer(("127.0.0.1", int(port)), Answer).serve_forever()


def migrate() -> None:
    with psycopg.connect(os.environ["MARQUEE_OWNER_DATABASE_URL"]) as connection:
        connection.execute("create table if not exists public.world (made int)")
        connection.execute("grant select, insert on public.world to marquee_app")


def seed() -> None:
    with psycopg.connect(os.environ["MARQUEE_DATABASE_URL"]) as connection:
        there = connection.execute("select count(*) from public.world").fetchone()
        if there == (0,):
            connection.execute("insert into public.world values (1)")
        print("world", "made" if there == (0,) else "found", flush=True)


def worker() -> None:
    if os.fork() == 0:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if os.fork() == 0:
            os.setsid()
    while True:
        time.sleep(60)


def desk() -> None:
    time.sleep(1)  # the slower of the two: ready has to wait for it as well
    serve(os.environ["MARQUEE_DESK_PORT"])


def run(port: str, folder: str, *flags: str) -> int:
    me = [sys.executable, __file__]
    commands = demo.Commands(
        migrate=[*me, "migrate"],
        web=[*me, "fail" if "--bad-web" in flags else "web"],
        worker=[*me, "worker"],
        desk=[*me, "desk"],
        seed=[*me, "fail" if "--bad-seed" in flags else "seed"],
    )
    return demo.run(int(port), "--fresh" in flags, Path(folder), commands=commands)


WORDS = {
    "migrate": migrate,
    "seed": seed,
    "worker": worker,
    "web": lambda: serve(os.environ["PORT"]),
    "desk": desk,
    "fail": lambda: 3,
    "run": run,
}

if __name__ == "__main__":
    sys.exit(WORDS[sys.argv[1]](*sys.argv[2:]))
