"""Presets of EMAIL_PROVIDER: hosts, ports and the limits that each provider documents.

A preset only fills in defaults; a plan with other limits sets EMAIL_RATE_PER_SECOND, _PER_HOUR and
_PER_DAY itself.
"""

from collections.abc import Mapping
from types import MappingProxyType

PRESETS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        # Host and port: https://support.google.com/a/answer/176600
        # 500 a day without Workspace: https://support.google.com/mail/answer/22839
        # 2,000 a day with it: https://support.google.com/a/answer/166852
        "gmail": MappingProxyType(
            {
                "EMAIL_HOST": "smtp.gmail.com",
                "EMAIL_PORT": "587",
                "EMAIL_USE_TLS": "true",
                "EMAIL_RATE_PER_DAY": "500",
            }
        ),
        # Host, port and the user's name; at most 5,000 messages a connection, no rate of its own:
        # https://www.twilio.com/docs/sendgrid/for-developers/sending-email/integrating-with-the-smtp-api
        "sendgrid": MappingProxyType(
            {
                "EMAIL_HOST": "smtp.sendgrid.net",
                "EMAIL_PORT": "587",
                "EMAIL_USE_TLS": "true",
                "EMAIL_HOST_USER": "apikey",
            }
        ),
        # Hosts by region: https://docs.aws.amazon.com/general/latest/gr/ses.html
        # A new account, in the sandbox, has 1 a second and 200 in 24 hours:
        # https://docs.aws.amazon.com/ses/latest/dg/quotas.html
        "ses": MappingProxyType(
            {
                "EMAIL_HOST": "email-smtp.us-east-1.amazonaws.com",
                "EMAIL_PORT": "587",
                "EMAIL_USE_TLS": "true",
                "EMAIL_RATE_PER_SECOND": "1",
                "EMAIL_RATE_PER_DAY": "200",
            }
        ),
    }
)
