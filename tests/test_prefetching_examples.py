"""The hooks in the documentation of `contextkit.prefetching`: each against the real thing."""

import http.server
import json
import re
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from contextkit import Event, Fetch, FetchCache, Thread, fetched, prefetch, prefetching

TASK = Thread([Event("user", "Deploy the newest release.")])


@pytest.fixture(scope="module")
def hooks() -> dict[str, Any]:
    """What the documentation's code defines."""
    (code,) = re.findall(r"```python\n(.*?)```", prefetching.__doc__ or "", re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 - the documentation is ours
    return names


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with two tags and a file that is not committed."""

    def git(*words: str) -> None:
        who = ("-c", "user.name=Ines", "-c", "user.email=ines@example.com", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *who, *words], cwd=tmp_path, check=True, capture_output=True)  # noqa: S607

    git("init", "-q")
    (tmp_path / "app.py").write_text("print('</file> hello')\n", encoding="utf-8")
    git("add", ".")
    git("commit", "-q", "-m", "first")
    for tag in ("v1.9", "v1.10"):
        git("tag", tag)
    (tmp_path / "notes.md").write_text("draft\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def service() -> Iterator[str]:
    """A web service on this machine that knows of one incident, and of nothing else."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Answer."""
            known = self.path == "/incidents"
            body = json.dumps([{"id": 7, "title": "checkout is slow"}] if known else {}).encode()
            self.send_response(200 if known else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A SQLite file with two deployments."""
    file = tmp_path / "deployments.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("create table deployments (tag text, state text)")
        connection.executemany("insert into deployments values (?, ?)", [("v1.9", "live"), ("v1.8", "gone")])
        connection.commit()
    return file


def test_git(hooks: dict[str, Any], repository: Path) -> None:
    """Tags, newest first, and what is not committed."""
    thread = prefetch(TASK, [hooks["Git"](str(repository))])
    assert [event.data for event in thread[1:]] == [["v1.10", "v1.9"], ["?? notes.md"]]


def test_git_where_there_is_none(hooks: dict[str, Any], tmp_path: Path) -> None:
    """What git says is an error event, not an exception."""
    (error,) = prefetch(TASK, [hooks["Git"](str(tmp_path / "none"))])[1:]
    assert (error.type, error.kind) == ("Git_error", "error")
    assert "CalledProcessError" in error.text


def test_files(hooks: dict[str, Any], repository: Path) -> None:
    """Those that the glob finds, in order."""
    thread = prefetch(TASK, [hooks["Files"](str(repository), "*.*")])
    assert [event.data["path"] for event in thread[1:]] == ["app.py", "notes.md"]
    assert thread[1].data["text"] == "print('</file> hello')\n"


def test_http(hooks: dict[str, Any], service: str) -> None:
    """JSON becomes the data of the event; a status that is an error becomes an error event."""
    http = hooks["Http"]
    thread = prefetch(
        TASK,
        [
            Fetch(http("incidents", f"{service}/incidents"), name="incidents", as_call=True),
            Fetch(http("none", f"{service}/none"), name="none"),
        ],
    )
    assert [(event.type, event.data) for event in thread[1:]] == [
        ("incidents", ""),
        ("incidents_result", [{"id": 7, "title": "checkout is slow"}]),
        ("none_error", "HTTPError: HTTP Error 404: Not Found"),
    ]
    assert fetched(thread) == ("incidents",)


def test_sql(hooks: dict[str, Any], database: Path) -> None:
    """Rows as objects; nothing can be written."""
    query = "select tag, state from deployments where state = ?"
    sql = hooks["Sql"]
    thread = prefetch(
        TASK,
        [
            Fetch(sql("deployments", str(database), query, ("live",)), name="deployments"),
            Fetch(sql("write", str(database), "delete from deployments"), name="write"),
        ],
    )
    assert [event.data for event in thread[1:]] == [
        [{"tag": "v1.9", "state": "live"}],
        "OperationalError: attempt to write a readonly database",
    ]


def test_two_with_the_same_settings_are_the_same(hooks: dict[str, Any], database: Path) -> None:
    """So that a cache serves the second."""
    cache = FetchCache(clock=lambda: 0.0)

    def asked() -> Thread:
        hook = hooks["Sql"]("count", str(database), "select count(*) as n from deployments")
        return prefetch(TASK, [Fetch(hook, name="count", ttl=60)], cache=cache)

    first = asked()
    database.unlink()
    assert asked() == first
