"""E-mail to a real SMTP server on this machine: plain, STARTTLS, TLS, login, refusals."""

from __future__ import annotations

import email
from dataclasses import replace
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword

from muster.base.errors import InvalidInput
from muster.connectors.mail import Mail, MailSender, MailServer, compose, one_line, read_addresses
from muster.connectors.outcome import Outcome, Verdict
from muster.connectors.safe_http import trusting
from tests.connectors.mail_server import Handler, smtp
from tests.connectors.receivers import Authority, authority

MAIL = Mail(
    recipients=("ann@example.org", "bob@example.org"),
    subject="[shop] VIP lost 60.0% of its members",
    paragraphs=("Version 2 has <b>800</b> members & „more“.",),
    message_id="6f1c2b9e-7a44-5c3d-9d0e-0a4f6b1e2c77",
    footer="Sent by Muster.",
)


def at(port: int, **changes: Any) -> MailSender:
    server = MailServer(
        host="localhost", port=port, sender="muster@example.org", security="none", timeout_seconds=5
    )
    return MailSender(replace(server, **changes))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("ca"))


def check_login(
    server: Any, session: Any, envelope: Any, mechanism: str, auth_data: Any
) -> AuthResult:
    fine = isinstance(auth_data, LoginPassword) and (auth_data.login, auth_data.password) == (
        b"muster",
        b"secret",
    )
    return AuthResult(success=fine, handled=False)


def parsed(handler: Handler) -> EmailMessage:
    (envelope,) = handler.taken
    content = envelope.content
    assert isinstance(content, bytes)
    message = email.message_from_bytes(content, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def test_a_message_arrives_as_text_and_as_html_with_everything_escaped() -> None:
    with smtp() as (handler, port):
        assert at(port).send(MAIL) == Outcome(Verdict.DELIVERED, "The mail server took it.")
    message = parsed(handler)
    assert message["Subject"] == MAIL.subject
    assert message["From"] == "Muster <muster@example.org>"
    assert message["To"] == "ann@example.org, bob@example.org"
    assert message["Message-ID"] == f"<{MAIL.message_id}@muster>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert handler.taken[0].rcpt_tos == list(MAIL.recipients)
    text, html = message.iter_parts()
    assert text.get_content().splitlines() == [
        "Version 2 has <b>800</b> members & „more“.",
        "",
        "-- ",
        "Sent by Muster.",
    ]
    assert "Version 2 has &lt;b&gt;800&lt;/b&gt; members &amp; „more“." in html.get_content()
    assert "<b>" not in html.get_content()


def test_starttls_and_login_are_used(made: Authority) -> None:
    options = {
        "tls_context": made.server,
        "require_starttls": True,
        "authenticator": check_login,
        "auth_required": True,
    }
    secure: dict[str, Any] = {
        "security": "starttls",
        "trust": trusting(made.ca_file),
        "username": "muster",
    }
    with smtp(**options) as (handler, port):
        assert at(port, password="secret", **secure).send(MAIL).delivered
        assert at(port, password="wrong", **secure).send(MAIL).code == "MAIL_LOGIN"
        assert not at(port).send(MAIL).delivered
    assert len(handler.taken) == 1


def test_tls_from_the_first_byte(made: Authority) -> None:
    with smtp(implicit_tls=made.server) as (handler, port):
        assert at(port, security="tls", trust=trusting(made.ca_file)).send(MAIL).delivered
    assert len(handler.taken) == 1


def test_a_certificate_nobody_vouches_for_ends_it_before_the_password(made: Authority) -> None:
    with smtp(tls_context=made.server) as (handler, port):
        secure = at(port, security="starttls", username="muster", password="secret")
        outcome = secure.send(MAIL)
    assert (outcome.verdict, outcome.code) == (Verdict.FAILED, "MAIL_CERTIFICATE")
    assert handler.taken == []


def test_without_starttls_nothing_is_sent_in_clear() -> None:
    with smtp() as (handler, port):
        outcome = at(port, security="starttls").send(MAIL)
    assert outcome.code == "MAIL_NO_TLS"
    assert handler.taken == []


@pytest.mark.parametrize(
    ("recipients", "verdict", "code"),
    [
        (("code550@example.org",), Verdict.REFUSED, "MAIL_REFUSED"),
        (("code451@example.org",), Verdict.FAILED, "MAIL_REFUSED"),
        (("code550@example.org", "code451@example.org"), Verdict.FAILED, "MAIL_REFUSED"),
        (("ann@example.org", "code550@example.org"), Verdict.REFUSED, "MAIL_PARTLY_REFUSED"),
    ],
)
def test_refused_recipients_are_final_or_not(
    recipients: tuple[str, ...], verdict: Verdict, code: str
) -> None:
    with smtp() as (_, port):
        outcome = at(port).send(replace(MAIL, recipients=recipients))
    assert (outcome.verdict, outcome.code) == (verdict, code)


@pytest.mark.parametrize(("answer", "verdict"), [("554", "refused"), ("452", "failed")])
def test_a_refused_message_is_final_or_not(answer: str, verdict: str) -> None:
    with smtp() as (handler, port):
        handler.data_answer = f"{answer} no"
        outcome = at(port).send(MAIL)
    assert (outcome.verdict, outcome.code) == (verdict, "MAIL_REFUSED")
    assert answer in outcome.detail


def test_a_server_that_is_not_there_may_be_tried_again() -> None:
    with smtp() as (_, port):
        pass
    outcome = at(port).send(MAIL)
    assert (outcome.verdict, outcome.code) == (Verdict.FAILED, "MAIL_FAILED")


def test_without_a_server_it_says_what_to_set() -> None:
    outcome = MailSender(None).send(MAIL)
    assert outcome.code == "MAIL_NOT_CONFIGURED"
    assert "MUSTER_SMTP_HOST" in outcome.detail


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\0"])
def test_no_text_can_add_a_header(end: str) -> None:
    evil = f"Run failed{end}Bcc: victim@example.org{end}{end}<script>"
    mail = replace(MAIL, subject=evil, message_id=evil)
    found = email.message_from_bytes(
        compose(mail, sender="muster@example.org").as_bytes(), policy=default
    )
    assert found["Bcc"] is None
    assert found["Subject"].startswith("Run failed Bcc: victim@example.org")
    assert found.get_content_type() == "multipart/alternative"
    assert end not in one_line(evil)


@pytest.mark.parametrize(
    "text",
    ["", "ann", "ann@", "@example.org", "a b@example.org", "ann@example.org\nbob@example.org",
     "ann@example.org;bob@example.org", "Ann <ann@example.org>", "ann@exa mple.org", "a@b@c.org",
     "ann@example..org", "a" * 250 + "@example.org", "ann@example.org\r\nRCPT TO:<x@y.z>"],
)  # fmt: skip
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_addresses(text, path="$.body.target")
    assert (caught.value.code, caught.value.path) == ("BAD_EMAIL", "$.body.target")


def test_addresses_are_split_at_commas() -> None:
    assert read_addresses("ann@example.org, o'neil+x@mail.example.org") == (
        "ann@example.org",
        "o'neil+x@mail.example.org",
    )


def test_a_password_is_never_printed(tmp_path: Path) -> None:
    assert "secret" not in repr(at(25, password="secret"))
