"""The peer of benchmarks/delivery.py, run by an interpreter that has Django and post_office.

Arguments: how many mails, and when they are rendered: "delivering" (as jobraker does, from a
template and each mail's own facts) or "beforehand". Queues them, then measures `send_queued` alone.
"""
# ruff: noqa: E402

import json
import os
import sys
import time
from urllib.parse import urlsplit

import django
from django.conf import settings

number, rendered = int(sys.argv[1]), sys.argv[2]
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
from post_office.models import Email, EmailTemplate

TEXT = """{{ total }} new jobs today

Hello {{ name }}, these match your job alert.
{% for job in jobs %}
{{ job.title }}
{{ job.company }}
{{ job.place }}
{{ job.pay }}
{{ job.tags }}
{{ job.posted }}
Matched on {{ job.why }}
{{ job.url }}
{% endfor %}
Unsubscribe from these mails:
{{ unsubscribe_url }}
"""
PARAGRAPH = '<p style="margin:6px 0 0;font-size:14px;line-height:21px;color:#33424a">'
CARD = f"""<tr>
<td class="rule" style="padding:18px 0 20px;border-top:1px solid #dde3e5">
<h3 style="margin:0;font-size:17px;line-height:24px;font-weight:600"><a class="link"
 href="{{{{ job.url }}}}" style="color:#0a6c61;text-decoration:none">{{{{ job.title }}}}</a></h3>
{PARAGRAPH}<span dir="auto">{{{{ job.company }}}}</span>&nbsp;· {{{{ job.place }}}}</p>
{PARAGRAPH}<b>{{{{ job.pay }}}}</b>&nbsp;· {{{{ job.tags }}}}</p>
{PARAGRAPH}{{{{ job.posted }}}}<br>Matched on {{{{ job.why }}}}</p>
</td>
</tr>
"""
STYLE = "".join(f".class-{n} {{ color: #edf1f2 !important; }}\n" for n in range(180))
HTML = (
    f"<!DOCTYPE html>\n<html><head><style>\n{STYLE}</style></head><body>\n"
    "<h1>{{ total }} new jobs today</h1><p>Hello {{ name }}, these match your job alert.</p>\n"
    f"<table>{{% for job in jobs %}}{CARD}{{% endfor %}}</table>\n"
    '<p><a href="{{ unsubscribe_url }}">Unsubscribe</a></p></body></html>\n'
)


def facts(index: int) -> dict[str, object]:
    """What one mail is made from: ten of five hundred jobs."""
    jobs = [
        {
            "title": f"Senior Software Engineer, Platform {job}",
            "company": f"Example Industries {job % 40}",
            "place": "Zürich",
            "pay": f"{90 + job},000 to {120 + job},000 USD a year",
            "tags": "Full time, Senior, Hybrid",
            "posted": "Posted Monday 2 November",
            "why": "python in title; Zürich in place",
            "url": f"https://jobs.example.com/jobs/{job:032x}",
        }
        for job in ((index * 7 + n * 13) % 500 for n in range(10))
    ]
    link = f"https://jobs.example.com/unsubscribe/{index:0120x}"
    return {"total": 10, "name": "Ada", "jobs": jobs, "unsubscribe_url": link}


call_command("migrate", verbosity=0)
template = EmailTemplate.objects.create(
    name="digest", subject="{{ total }} new jobs today", content=TEXT, html_content=HTML
)
mail.send_many(
    [
        {
            "recipients": f"u{n}@d{n % 50}.example.org",
            "sender": "alerts@jobs.example.com",
            "template": template,
            "context": facts(n),
            "render_on_delivery": rendered == "delivering",
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
