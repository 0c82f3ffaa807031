"""Requests to a real server on this machine: what is sent, what is refused, what it may cost."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from muster.base.errors import InvalidInput, MusterError, Unavailable
from muster.connectors.addresses import PrivateHosts, look_up, read_private_hosts
from muster.connectors.safe_http import HttpLimits, SafeHttp, check_url, trusting
from tests.connectors.receivers import authority, receiver

HERE = SafeHttp(allowed=read_private_hosts("127.0.0.1"))


def post(http: SafeHttp, url: str) -> int:
    return http.post(url, body=b"{}", headers={}).status


def test_a_listed_host_is_reached_under_its_own_name() -> None:
    def resolve(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    http = SafeHttp(allowed=read_private_hosts("hooks.test"), resolve=resolve)
    with receiver() as server:
        assert post(http, server.url("/status/204", host="hooks.test")) == 204
    assert server.requests[0].headers["Host"] == f"hooks.test:{server.port}"


def test_nothing_reaches_this_machine_unless_it_is_listed() -> None:
    with receiver() as server:
        for host in ("127.0.0.1", "localhost", "2130706433", "127.1", "0x7f000001"):
            with pytest.raises(MusterError) as caught:
                post(SafeHttp(), server.url(host=host))
            assert caught.value.code == "ADDRESS_REFUSED"
        assert server.requests == []


def test_a_name_that_answers_differently_the_second_time_gains_nothing() -> None:
    answers = [["9.9.9.9"], ["127.0.0.1"]]
    asked: list[str] = []

    def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return answers[len(asked) - 1]

    http = SafeHttp(resolve=rebinding, limits=HttpLimits(seconds=0.3))
    with receiver() as server:
        with pytest.raises(MusterError):
            post(http, f"https://rebind.example:{server.port}/")
        assert asked == ["rebind.example"]
        assert server.requests == []


def test_a_second_address_is_tried_when_the_first_does_not_answer() -> None:
    def resolve(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.2", "127.0.0.1"]

    http = SafeHttp(allowed=read_private_hosts("hooks.test"), resolve=resolve)
    with receiver() as server:
        assert post(http, server.url(host="hooks.test")) == 200


def test_a_redirect_is_not_followed() -> None:
    with receiver() as server:
        assert post(HERE, server.url("/redirect")) == 302
        assert len(server.requests) == 1


def test_without_tls_only_a_listed_host_is_spoken_to() -> None:
    def public(host: str, port: int) -> Sequence[str]:
        return ["9.9.9.9"]

    with pytest.raises(InvalidInput) as caught:
        post(SafeHttp(resolve=public), "http://dns.example:8080/")
    assert caught.value.code == "TLS_NEEDED"


def test_the_certificate_is_checked_against_the_name_though_the_address_is_dialled(
    tmp_path: Path,
) -> None:
    made = authority(tmp_path)

    def resolve(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    allowed = PrivateHosts(names=frozenset({"hooks.test", "evil.test"}))
    http = SafeHttp(allowed=allowed, trust=trusting(made.ca_file), resolve=resolve)
    with receiver(made.server) as server:
        assert post(http, server.url(host="hooks.test")) == 200
        with pytest.raises(Unavailable) as caught:
            post(http, server.url(host="evil.test"))
        assert caught.value.code == "HOST_FAILED"
        with pytest.raises(Unavailable):  # our authority is none of everybody's
            post(SafeHttp(allowed=allowed, resolve=resolve), server.url(host="hooks.test"))
    assert len(server.requests) == 1


@pytest.mark.parametrize("path", ["/slow", "/drip"])
def test_a_host_that_takes_too_long_is_left(path: str) -> None:
    http = SafeHttp(allowed=HERE.allowed, limits=HttpLimits(seconds=0.4))
    with receiver() as server, pytest.raises(Unavailable) as caught:
        post(http, server.url(path))
    assert caught.value.code == "HOST_TOO_SLOW"


def test_an_endless_answer_is_cut_at_the_limit() -> None:
    http = SafeHttp(allowed=HERE.allowed, limits=HttpLimits(answer_bytes=1000))
    with receiver() as server:
        answer = http.post(server.url("/huge"), body=b"", headers={})
    assert answer.status == 200
    assert answer.body == b"x" * 1000


def test_a_reset_and_a_closed_port_are_told_apart_from_an_answer() -> None:
    with receiver() as server:
        with pytest.raises(Unavailable) as caught:
            post(HERE, server.url("/reset"))
        assert caught.value.code == "HOST_FAILED"
        url = server.url()
    with pytest.raises(Unavailable):
        post(HERE, url)


def unknown(host: str, port: int) -> Sequence[str]:
    raise OSError("no such name")


@pytest.mark.parametrize(
    ("allowed", "addresses", "url", "taken"),
    [
        ("", ["9.9.9.9"], "http://hooks.example/", False),
        ("", ["9.9.9.9"], "https://hooks.example/", True),
        ("hooks.intranet", [], "http://Hooks.Intranet.:8080/", True),
        ("hooks.intranet", ["10.1.1.1"], "http://other.intranet/", False),
        ("10.0.0.0/8", ["10.1.1.1"], "http://hooks.intranet/", True),
        ("10.0.0.0/8", ["10.1.1.1", "9.9.9.9"], "http://hooks.intranet/", False),
        ("10.0.0.0/8", ["11.1.1.1"], "http://hooks.intranet/", False),
        ("10.0.0.0/8", [], "http://hooks.intranet/", False),
        ("10.0.0.0/8", None, "http://hooks.intranet/", False),
    ],
)
def test_a_plain_url_is_refused_beforehand_unless_its_host_is_listed(
    allowed: str, addresses: Sequence[str] | None, url: str, taken: bool
) -> None:
    resolve = unknown if addresses is None else lambda _host, _port: addresses
    http = SafeHttp(allowed=read_private_hosts(allowed), resolve=resolve)
    if taken:
        http.refuse_plain(url, path="$.body.target")
        return
    with pytest.raises(InvalidInput) as caught:
        http.refuse_plain(url, path="$.body.target")
    assert (caught.value.code, caught.value.path) == ("TLS_NEEDED", "$.body.target")


@pytest.mark.parametrize(
    "url",
    [
        "", "https://", "https:///path", "/path", "//host/path", "ftp://host/", "file:///etc/passwd",
        "gopher://host/", "unix:///run/docker.sock", "javascript:alert(1)", "data:text/plain,x",
        "HTTPS//host", "https://user@host/", "https://user:pw@host/", "https://good.example@evil/",
        "https://good.example:x@evil/", "https://host\r\nX: y/", "https://host/\r\nHost: evil",
        "https://host/a b", "https://host/\x00", "https://host/\t", "https://host\\@evil/",
        "https://host/#fragment", "https://host/#", "https://host:0/", "https://host:99999/",
        "https://host:port/", "https://[::1/", "https://host/\x7f", "https://host/" + "a" * 2000,
        "http+unix://%2Fvar%2Frun/",
    ],
)  # fmt: skip
def test_a_url_that_could_mean_something_else_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_url(url, path="$.body.target")
    assert (caught.value.code, caught.value.path) == ("BAD_URL", "$.body.target")
    with pytest.raises(InvalidInput):
        post(SafeHttp(resolve=look_up), url)


@pytest.mark.parametrize(
    "url",
    ["https://host/", "https://host", "https://host:8443/a?b=c%20d", "http://10.1.1.1/x",
     "https://[2620:fe::fe]/hook", "HTTPS://Host/"],
)  # fmt: skip
def test_a_plain_url_is_taken(url: str) -> None:
    check_url(url)


def test_a_file_without_certificates_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("none")
    for name in ("ca.pem", "missing.pem"):
        with pytest.raises(InvalidInput) as caught:
            trusting(tmp_path / name)
        assert caught.value.code == "BAD_CA_FILE"
