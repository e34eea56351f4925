"""The peer of benchmarks/delivery.py, run by an interpreter that has Django and post_office.

Argument: how many mails. Queues them rendered, then measures `send_queued` alone.
"""
# ruff: noqa: E402

import json
import os
import sys
import time
from urllib.parse import urlsplit

import django
from django.conf import settings

number = int(sys.argv[1])
url = urlsplit(os.environ["DATABASE_URL"].replace("+psycopg2", ""))
settings.configure(
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": url.path.lstrip("/"),
            "USER": url.username,
            "PASSWORD": url.password,
            "HOST": url.hostname,
            "PORT": url.port,
        }
    },
    INSTALLED_APPS=["django.contrib.contenttypes", "post_office"],
    EMAIL_BACKEND="post_office.EmailBackend",
    EMAIL_HOST="127.0.0.1",
    EMAIL_PORT=int(os.environ["PORT"]),
    POST_OFFICE={
        "BACKENDS": {"default": "django.core.mail.backends.smtp.EmailBackend"},
        "BATCH_SIZE": number,
        "THREADS_PER_PROCESS": 5,
        "LOG_LEVEL": 2,
        "BATCH_DELIVERY_TIMEOUT": 600,
        "SENDING_ORDER": ["created"],
    },
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
django.setup()

from django.core.management import call_command
from django.db import connection
from post_office import mail
from post_office.mail import send_queued
from post_office.models import Email

call_command("migrate", verbosity=0)
link = "<a href='https://jobs.example.com/jobs/{0}'>Senior {0}</a>"
card = "<tr><td style='padding:18px'><h3>" + link + "</h3><p>{1}</p></td></tr>\n"
html = "<html><body><table>" + "".join(card.format(n, "word " * 400) for n in range(10))
html += "</table></body></html>"
text = "\n\n".join(
    f"Senior {n}\nhttps://jobs.example.com/jobs/{n}\n" + "word " * 60 for n in range(10)
)
mail.send_many(
    [
        {
            "recipients": f"u{n}@d{n % 50}.example.org",
            "sender": "alerts@jobs.example.com",
            "subject": f"{n} new jobs",
            "message": text,
            "html_message": html,
        }
        for n in range(number)
    ]
)
connection.close()
started = time.perf_counter()
send_queued(processes=2)
seconds = time.perf_counter() - started
connection.close()  # the children ended it
sent = Email.objects.filter(status=0).count()
assert sent == number, sent
print(json.dumps({"sent": sent, "duration_seconds": seconds}))
