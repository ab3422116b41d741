"""The certificate with which mail servers that write to us may speak in secret (RFC 3207)."""

from __future__ import annotations

import ssl

from runtime.settings import SmtpSettings


def smtp_tls(smtp: SmtpSettings) -> ssl.SSLContext | None:
    """What STARTTLS of the SMTP listener needs, when a certificate is set; OSError or ValueError when it is no good."""
    if smtp.tls_certificate is None and smtp.tls_key is None:
        return None
    if smtp.tls_certificate is None or smtp.tls_key is None:
        raise ValueError("one of the two files is not set")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(smtp.tls_certificate, smtp.tls_key)
    return context
