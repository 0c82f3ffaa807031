"""The built web app: its page at every address that is its own, its files, and nothing else."""

from __future__ import annotations

import gzip
import tomllib
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from muster.api.app import create_app
from muster.api.routes import web
from muster.api.security_headers import APP_POLICY
from muster.settings import Settings
from tests.api.declared import everything

ROOT = Path(web.FOLDER).parents[1]
INDEX = "<!doctype html><title>Muster</title>"
SCRIPT = "export const one = 1;\n" * 50
SCRIPT_PATH = "/assets/index-Ab_3-x.js"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built app, with files around it that are nobody's business."""
    outside = tmp_path_factory.mktemp("package")
    (outside / "secret.py").write_text("SECRET")
    built = outside / "static"
    (built / "assets").mkdir(parents=True)
    (built / ".hidden.js").write_text("SECRET")
    (built / "index.html").write_text(INDEX)
    (built / "favicon.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    script = built / SCRIPT_PATH[1:]
    script.write_text(SCRIPT)
    script.with_name(script.name + ".gz").write_bytes(gzip.compress(SCRIPT.encode()))
    script.with_name(script.name + ".br").write_bytes(b"brotli")
    (built / "assets" / "plain-1.css").write_text("a{}")
    return built


@pytest.fixture(scope="module")
def client(folder: Path) -> TestClient:
    """Files need neither a database nor a sign-in, so none is opened."""
    app = create_app(Settings(allowed_hosts=("testserver",)))
    app.state.web_folder = folder
    return TestClient(app, follow_redirects=False)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/rules",
        "/rules/edit/3?workspace=shop",
        "/segments/7/",
        "/apis",
        "/index.html",
        "/a%20b",
    ],
)
def test_every_address_of_a_page_answers_the_app(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.text) == (200, INDEX)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-security-policy"] == APP_POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    head = client.head(path)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-length", "etag", "content-type"):
        assert head.headers[name] == answer.headers[name]


def test_the_page_is_asked_for_again_but_not_sent_twice(client: TestClient) -> None:
    tag = client.get("/").headers["etag"]
    again = client.get("/rules", headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert again.headers["cache-control"] == "no-cache"
    assert client.get("/", headers={"If-None-Match": '"x"'}).status_code == 200


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("GZIP;q=0.5, br; q=0", "gzip"),
        ("br;q=0.0, gzip;q=0", None),
        ("identity", None),
        ("", None),
    ],
)
def test_files_are_sent_as_they_were_compressed(
    client: TestClient, folder: Path, accepted: str, encoding: str | None
) -> None:
    with client.stream("GET", SCRIPT_PATH, headers={"Accept-Encoding": accepted}) as answer:
        sent = b"".join(answer.iter_raw())
    suffix = {"br": ".br", "gzip": ".gz", None: ""}[encoding]
    assert sent == (folder / (SCRIPT_PATH[1:] + suffix)).read_bytes()
    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["content-length"] == str(len(sent))
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_files_without_a_compressed_sibling_are_sent_as_they_are(client: TestClient) -> None:
    answer = client.get("/assets/plain-1.css", headers={"Accept-Encoding": "br, gzip"})
    assert (answer.text, answer.headers.get("content-encoding")) == ("a{}", None)
    icon = client.get("/favicon.svg")
    assert icon.headers["content-type"] == "image/svg+xml"
    assert (icon.headers["cache-control"], "etag" in icon.headers) == ("no-cache", True)


@pytest.mark.parametrize(
    "path",
    [
        "/assets/index-old.js",
        "/nothing.css",
        "/..%2fsecret.py",
        "/%2e%2e/secret.py",
        "/..%5csecret.py",
        "/assets/..%2f..%2fsecret.py",
        "/assets/%2e%2e%2f%2e%2e%2fsecret.py",
        "/assets/..%2findex.html",
        "//secret.py",
        "/.hidden.js",
        "/assets/.%2findex-Ab_3-x.js",
        "/index.html%00.js",
        "/%2e%2e/%2e%2e",
        "/%2fetc%2fresolv.conf",
    ],
)
def test_a_file_that_is_not_there_or_not_inside_is_unknown(client: TestClient, path: str) -> None:
    answer = client.get(f"http://testserver{path}")
    assert (answer.status_code, answer.json()["code"]) == (404, "NO_SUCH_FILE")
    assert "SECRET" not in answer.text


@pytest.mark.parametrize("path", ["/..%2f..%2f..%2fetc%2fpasswd", "/.."])
def test_an_address_that_leads_out_leads_to_the_app(client: TestClient, path: str) -> None:
    assert client.get(f"http://testserver{path}").text == INDEX


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api", 404, "NO_SUCH_PAGE"),
        ("GET", "/api/nothing", 404, "NO_SUCH_PAGE"),
        ("GET", "/api/nothing/app.js", 404, "NO_SUCH_PAGE"),
        ("HEAD", "/api/nothing", 404, None),
        ("GET", "/api/live", 405, "METHOD_NOT_ALLOWED"),
        ("GET", "/docs/nothing", 404, "NO_SUCH_PAGE"),
        ("GET", "/sign-out", 405, "METHOD_NOT_ALLOWED"),
        ("HEAD", "/healthz", 405, None),
        ("POST", "/rules", 405, "METHOD_NOT_ALLOWED"),
        ("DELETE", "/assets/index-Ab_3-x.js", 405, "METHOD_NOT_ALLOWED"),
    ],
)
def test_what_is_not_the_apps_stays_a_problem(
    client: TestClient, method: str, path: str, status: int, code: str | None
) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    if code is not None:
        assert answer.json()["code"] == code


def test_every_other_route_is_kept_free_of_the_app(client: TestClient) -> None:
    paths = {path for _, path in everything(client.app)}  # type: ignore[arg-type]
    firsts = {path.split("/")[1] for path in paths - {"/{path:app_path}"}}
    assert firsts == set(web.RESERVED)


def test_an_app_that_was_not_built_says_how_to_build_it(tmp_path: Path) -> None:
    app = create_app(Settings(allowed_hosts=("testserver",)))
    app.state.web_folder = tmp_path / "static"
    client = TestClient(app)
    answer = client.get("/rules")
    assert answer.status_code == 503
    assert "make web" in answer.text
    assert client.get("/favicon.svg").status_code == 404


def test_the_built_app_goes_into_every_package_and_not_into_git() -> None:
    built = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    assert built["artifacts"] == ["muster/static/**"]
    assert built["targets"]["wheel"]["packages"] == ["muster"]
    assert "exclude" not in built
    assert "muster/static/" in (ROOT / ".gitignore").read_text().splitlines()
    assert web.FOLDER == ROOT / "muster/static"
