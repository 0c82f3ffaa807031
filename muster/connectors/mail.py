"""E-mail over SMTP: plain text and HTML side by side, nothing in a header that could add another.

TLS or STARTTLS unless an admin says otherwise; the server's certificate is checked.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from html import escape
from typing import Literal

from muster.base.errors import InvalidInput
from muster.connectors.outcome import Outcome, Verdict

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_LONGEST_ADDRESS = 254
_LONGEST_SUBJECT = 200
MAX_RECIPIENTS = 20

Security = Literal["starttls", "tls", "none"]


@dataclass(frozen=True, slots=True)
class MailServer:
    """How to reach the SMTP server.

    Attributes:
        security: STARTTLS (587), TLS from the first byte (465), or none (a trusted host).
        password: never shown.
        timeout_seconds: for each answer of the server.
        trust: certificate authorities; None = those that everybody trusts.
    """

    host: str
    port: int
    sender: str
    security: Security = "starttls"
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    timeout_seconds: float = 20.0
    trust: ssl.SSLContext | None = None


@dataclass(frozen=True, slots=True)
class Mail:
    """One message.

    Attributes:
        recipients: addresses; all of them see each other.
        message_id: the same whenever the same message is sent again.
        paragraphs: plain text, escaped where it becomes HTML.
    """

    recipients: tuple[str, ...]
    subject: str
    paragraphs: tuple[str, ...]
    message_id: str
    footer: str = ""


@dataclass(frozen=True, slots=True)
class MailSender:
    """Sends messages by one SMTP server; None = none is configured."""

    server: MailServer | None

    def send(self, mail: Mail) -> Outcome:
        """Send one message and say what became of it; failures are outcomes, not errors."""
        if self.server is None:
            return Outcome(
                Verdict.FAILED,
                "No mail server is configured: set MUSTER_SMTP_HOST and MUSTER_SMTP_FROM.",
                code="MAIL_NOT_CONFIGURED",
            )
        try:
            message = compose(mail, sender=self.server.sender)
            refused = _transmit(self.server, message, mail.recipients)
        except InvalidInput as error:
            return Outcome(Verdict.REFUSED, error.sentence, code=error.code)
        except smtplib.SMTPRecipientsRefused as error:
            return _of_codes([code for code, _ in error.recipients.values()])
        except smtplib.SMTPAuthenticationError:
            return _failed("MAIL_LOGIN", "The mail server refused the user name or password.")
        except smtplib.SMTPNotSupportedError:
            return _failed("MAIL_NO_TLS", "The mail server offers no STARTTLS, or no login.")
        except smtplib.SMTPResponseException as error:
            return _of_codes([error.smtp_code])
        except ssl.SSLError:
            return _failed("MAIL_CERTIFICATE", "The mail server's certificate is not trusted.")
        except (smtplib.SMTPException, OSError) as error:
            kind = type(error).__name__
            return _failed("MAIL_FAILED", f"The mail server could not be spoken to ({kind}).")
        if refused:
            return Outcome(
                Verdict.REFUSED,
                f"The mail server took it for some recipients and refused {refused}.",
                code="MAIL_PARTLY_REFUSED",
            )
        return Outcome(Verdict.DELIVERED, "The mail server took it.")


def read_addresses(text: str, *, path: str | None = None) -> tuple[str, ...]:
    """Return the addresses in a text with commas between them.

    Raises:
        InvalidInput: BAD_EMAIL, one is none; TOO_MANY_RECIPIENTS.
    """
    found = tuple(part.strip() for part in text.split(","))
    for address in found:
        if len(address) > _LONGEST_ADDRESS or _ADDRESS.fullmatch(address) is None:
            raise InvalidInput(
                "BAD_EMAIL",
                "One of the e-mail addresses is none.",
                path=path,
                hint="Write name@example.org, several with commas between them.",
            )
    if len(found) > MAX_RECIPIENTS:
        raise InvalidInput(
            "TOO_MANY_RECIPIENTS",
            f"A channel has at most {MAX_RECIPIENTS} addresses.",
            path=path,
            hint="Use the address of a mailing list.",
        )
    return found


def compose(mail: Mail, *, sender: str) -> EmailMessage:
    """Return the message with its headers and both bodies.

    Raises:
        InvalidInput: BAD_EMAIL.
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = Address("Muster", addr_spec=read_addresses(sender)[0])
    message["To"] = [
        Address(addr_spec=found) for found in read_addresses(",".join(mail.recipients))
    ]
    message["Subject"] = one_line(mail.subject)[:_LONGEST_SUBJECT]
    message["Message-ID"] = f"<{one_line(mail.message_id)}@muster>"
    message["Auto-Submitted"] = "auto-generated"  # no out-of-office answers, please
    paragraphs = [*mail.paragraphs, *([f"-- \n{mail.footer}"] if mail.footer else [])]
    message.set_content("\n\n".join(paragraphs) + "\n", charset="utf-8")
    message.add_alternative(_html(mail), subtype="html", charset="utf-8")
    return message


def one_line(text: str) -> str:
    """Return a text without anything that could end a header's line.

    >>> one_line("Run failed\\r\\nBcc: all@example.org")
    'Run failed Bcc: all@example.org'
    """
    return _CONTROL.sub(" ", text).strip()


def _html(mail: Mail) -> str:
    paragraphs = "".join(f"<p>{escape(text)}</p>" for text in mail.paragraphs)
    footer = f'<p style="color:#666;font-size:12px">{escape(mail.footer)}</p>'
    return (
        '<!doctype html><html><head><meta charset="utf-8"></head>'
        '<body style="font:15px/1.5 system-ui,sans-serif;color:#16161a">'
        f'<h1 style="font-size:18px">{escape(one_line(mail.subject))}</h1>'
        f"{paragraphs}{footer if mail.footer else ''}</body></html>"
    )


def _transmit(server: MailServer, message: EmailMessage, recipients: Sequence[str]) -> int:
    """Hand the message to the server; return how many recipients it refused."""
    context = server.trust or ssl.create_default_context()
    if server.security == "tls":
        client: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=server.timeout_seconds, context=context
        )
    else:
        client = smtplib.SMTP(server.host, server.port, timeout=server.timeout_seconds)
    with client:
        if server.security == "starttls":
            client.starttls(context=context)
        if server.username is not None:
            client.login(server.username, server.password or "")
        refused = client.send_message(message, server.sender, list(recipients))
    return len(refused)


def _of_codes(codes: Sequence[int]) -> Outcome:
    """Return the outcome of SMTP answers: 5xx is final, anything else may pass."""
    listed = ", ".join(str(code) for code in sorted(set(codes)))
    verdict = Verdict.REFUSED if all(500 <= code < 600 for code in codes) else Verdict.FAILED
    return Outcome(verdict, f"The mail server refused it ({listed}).", code="MAIL_REFUSED")


def _failed(code: str, sentence: str) -> Outcome:
    return Outcome(Verdict.FAILED, sentence, code=code)
