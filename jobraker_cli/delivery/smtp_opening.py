"""From a relay's address to a connection that is encrypted and logged in, or a sentence why not."""

import smtplib
import socket
import ssl

from jobraker_cli.delivery.replies import server_words
from jobraker_cli.delivery.smtp_connection import LostError, SmtpConnection
from jobraker_cli.delivery.smtp_settings import SmtpSettings
from jobraker_cli.errors import ConfigError, JobrakerError, UnreachableError


def opened(
    settings: SmtpSettings, context: ssl.SSLContext | None, own_name: str | None
) -> SmtpConnection:
    """Reach the relay, encrypt, log in.

    Raises LostError for what a moment may heal, UnreachableError and ConfigError for the rest.
    """
    try:
        connection = SmtpConnection(settings, context, own_name)
        try:
            _encrypt(connection, settings, context)
            _log_in(connection, settings)
        except BaseException:
            connection.close()
            raise
    except smtplib.SMTPException as error:
        raise _meaning(error, settings) from None  # it may hold a password that the server echoed
    except (OSError, ValueError) as error:
        raise _meaning(error, settings) from error
    return connection


def _encrypt(
    connection: SmtpConnection, settings: SmtpSettings, context: ssl.SSLContext | None
) -> None:
    connection.ehlo_or_helo_if_needed()
    if not settings.starttls:
        return
    if not connection.has_extn("starttls"):
        raise UnreachableError(
            f"{settings.where} offers no STARTTLS, so nothing was sent:"
            " check EMAIL_PORT, EMAIL_USE_TLS and who is between"
        )
    connection.starttls(context=context)
    if connection.has_unread:
        raise UnreachableError(
            f"{settings.where} or someone between sent plain text into the start of TLS:"
            " nothing was sent"
        )
    connection.ehlo_or_helo_if_needed()


def _log_in(connection: SmtpConnection, settings: SmtpSettings) -> None:
    """Try the one mechanism that both sides know: a second try may lock the account."""
    if settings.username is None or settings.password is None:
        return
    connection.user, connection.password = settings.username, settings.password
    offered = connection.esmtp_features.get("auth", "").upper().split()
    if "PLAIN" in offered:
        connection.auth("PLAIN", connection.auth_plain)
    elif "LOGIN" in offered:
        connection.auth("LOGIN", connection.auth_login)
    elif "CRAM-MD5" in offered:
        connection.auth("CRAM-MD5", connection.auth_cram_md5)
    else:
        raise ConfigError(
            f"{settings.where} offers no login by password, but EMAIL_HOST_USER is set:"
            " check EMAIL_PORT, EMAIL_USE_TLS, or unset EMAIL_HOST_USER"
        )


def _meaning(error: Exception, settings: SmtpSettings) -> JobrakerError:
    """Say what a failure to connect is, and what to check."""
    where = settings.where
    match error:
        case smtplib.SMTPResponseException():
            return _refusal(error, settings)
        case ssl.SSLError():
            return _no_tls(error, settings)
        case socket.gaierror():
            return LostError(f"the relay {where} is not found ({error.strerror}): check EMAIL_HOST")
        case TimeoutError():
            return LostError(
                f"{where} gave no answer within {settings.timeout_seconds:g} s:"
                " check EMAIL_HOST, EMAIL_PORT, EMAIL_USE_SSL and the firewall"
            )
        case ValueError():
            return ConfigError(f"no way to talk to {where}: check EMAIL_HOST and this host's name")
    return LostError(
        f"the relay {where} is not reachable ({server_words(str(error), settings.secrets)}):"
        " check EMAIL_HOST, EMAIL_PORT and that it runs"
    )


def _no_tls(error: ssl.SSLError, settings: SmtpSettings) -> UnreachableError:
    if isinstance(error, ssl.SSLCertVerificationError):
        return UnreachableError(
            f"the certificate of {settings.where} is not trusted ({error.verify_message}),"
            " so nothing was sent: check EMAIL_HOST and EMAIL_CA_FILE"
        )
    return UnreachableError(
        f"no encrypted connection to {settings.where} ({error.reason}), so nothing was sent:"
        " check EMAIL_PORT, EMAIL_USE_TLS and EMAIL_USE_SSL"
    )


def _refusal(error: smtplib.SMTPResponseException, settings: SmtpSettings) -> JobrakerError:
    said = f"{error.smtp_code} {server_words(error.smtp_error, settings.secrets)}"
    if type(error) is smtplib.SMTPResponseException:  # smtplib raises it for STARTTLS alone
        return UnreachableError(
            f"{settings.where} did not start TLS ({said}), so nothing was sent: check the relay"
        )
    if error.smtp_code < 500:
        return LostError(f"{settings.where} lets nobody in just now ({said}): check the relay")
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return ConfigError(
            f"{settings.where} refused the login ({said}):"
            " check EMAIL_HOST_USER and EMAIL_HOST_PASSWORD"
        )
    return ConfigError(
        f"{settings.where} refused this host ({said}): check EMAIL_HOST and what the relay lets in"
    )
