"""Mails that come back, in the forms in which servers write them; composed here for the tests."""

from textwrap import dedent

RETURNED = """\
Return-Path: <{sender}>
From: Example Jobs <alerts@jobs.example.com>
To: {recipient}
Subject: 2 new jobs
Message-ID: <7d4c6d0e@jobs.example.com>
{extra}
"""


def _mail(text: str, **values: str) -> bytes:
    values.setdefault("extra", "")
    whole = dedent(text).replace("@RETURNED@", RETURNED)
    return whole.format(**values).encode().replace(b"\n", b"\r\n")


def postfix(
    sender: str,
    *,
    status: str = "5.1.1",
    said: str = "smtp; 550 5.1.1 <ada@example.org>: Recipient address rejected: User unknown",
    action: str = "failed",
    recipient: str = "ada@example.org",
) -> bytes:
    """The three parts that Postfix sends: words, fields, and the message's headers."""
    return _mail(
        """\
        Return-Path: <>
        Received: by mx.jobs.example.com (Postfix) id 4XyZ; Mon, 23 Nov 2026 09:00:02 +0000 (UTC)
        Date: Mon, 23 Nov 2026 09:00:02 +0000 (UTC)
        From: MAILER-DAEMON@mx.jobs.example.com (Mail Delivery System)
        Subject: Undelivered Mail Returned to Sender
        To: {sender}
        Auto-Submitted: auto-replied
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status;
        \tboundary="4XyZ.1/mx.jobs.example.com"
        Message-Id: <4XyZ@mx.jobs.example.com>

        This is a MIME-encapsulated message.

        --4XyZ.1/mx.jobs.example.com
        Content-Description: Notification
        Content-Type: text/plain; charset=us-ascii

        This is the mail system at host mx.jobs.example.com. Your message could not be delivered.

        --4XyZ.1/mx.jobs.example.com
        Content-Description: Delivery report
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mx.jobs.example.com
        X-Postfix-Queue-ID: 4XyZ
        Arrival-Date: Mon, 23 Nov 2026 09:00:00 +0000 (UTC)

        Final-Recipient: rfc822; {recipient}
        Original-Recipient: rfc822;{recipient}
        Action: {action}
        Status: {status}
        Remote-MTA: dns; mx.example.org
        Diagnostic-Code: {said}

        --4XyZ.1/mx.jobs.example.com
        Content-Description: Undelivered Message Headers
        Content-Type: text/rfc822-headers

        @RETURNED@
        --4XyZ.1/mx.jobs.example.com--
        """,
        sender=sender,
        status=status,
        said=said,
        action=action,
        recipient=recipient,
    )


def exim(sender: str) -> bytes:
    """Exim says Status 5.0.0, whatever the other side said."""
    return _mail(
        """\
        Return-path: <>
        X-Failed-Recipients: ada@example.org
        Auto-Submitted: auto-replied
        From: Mail Delivery System <Mailer-Daemon@mx.jobs.example.com>
        To: {sender}
        Content-Type: multipart/report; report-type=delivery-status; boundary=1764-eximdsn
        MIME-Version: 1.0
        Subject: Mail delivery failed: returning message to sender
        Message-Id: <E1abc@mx.jobs.example.com>

        --1764-eximdsn
        Content-type: text/plain; charset=us-ascii

        A message that you sent could not be delivered to one or more of its recipients.

        --1764-eximdsn
        Content-type: message/delivery-status

        Reporting-MTA: dns; mx.jobs.example.com

        Action: failed
        Final-Recipient: rfc822;ada@example.org
        Status: 5.0.0
        Remote-MTA: dns; mx.example.org
        Diagnostic-Code: smtp; 550 5.1.10 No such mailbox here

        --1764-eximdsn
        Content-type: message/rfc822

        @RETURNED@
        --1764-eximdsn--
        """,
        sender=sender,
        recipient="ada@example.org",
    )


def old_exim(sender: str) -> bytes:
    """Before it wrote MIME, Exim wrote text and a field of its own."""
    return _mail(
        """\
        X-Failed-Recipients: ada@example.org
        From: Mail Delivery System <Mailer-Daemon@mx.jobs.example.com>
        To: {sender}
        Subject: Mail delivery failed: returning message to sender

        This message was created automatically by mail delivery software.

          ada@example.org
            SMTP error from remote mail server after RCPT TO:<ada@example.org>:
            host mx.example.org [192.0.2.7]: 550 5.1.1 unknown user

        ------ This is a copy of the message, including all the headers. ------
        """,
        sender=sender,
    )


def gmail(sender: str) -> bytes:
    """Gmail's: a related part with a picture before the fields, a reply of several lines."""
    return _mail(
        """\
        Delivered-To: {sender}
        Return-Path: <>
        Content-Type: multipart/report; boundary="000000000000a1"; report-type=delivery-status
        To: {sender}
        Auto-Submitted: auto-replied
        Subject: Delivery Status Notification (Failure)
        From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>

        --000000000000a1
        Content-Type: multipart/related; boundary="000000000000a2"

        --000000000000a2
        Content-Type: text/html; charset="UTF-8"

        <p>Address not found</p>
        --000000000000a2
        Content-Type: image/png; name="icon.png"
        Content-Transfer-Encoding: base64

        iVBORw0KGgo=
        --000000000000a2--
        --000000000000a1
        Content-Type: message/delivery-status

        Reporting-MTA: dns; googlemail.com
        Arrival-Date: Mon, 23 Nov 2026 01:00:00 -0800 (PST)

        Final-Recipient: rfc822; ada@example.org
        Action: failed
        Status: 5.1.1
        Remote-MTA: dns; gmail-smtp-in.l.google.com.
        Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not
         exist. Please try double-checking. 550 5.1.1 - gsmtp
        Last-Attempt-Date: Mon, 23 Nov 2026 01:00:01 -0800 (PST)

        --000000000000a1
        Content-Type: message/rfc822

        @RETURNED@
        --000000000000a1--
        """,
        sender=sender,
        recipient="ada@example.org",
    )


def exchange(sender: str) -> bytes:
    """Exchange's: to a postmaster's address, with the tag in the returned message only."""
    return _mail(
        """\
        From: Microsoft Outlook
         <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@example.org>
        To: postmaster@jobs.example.com
        Subject: Undeliverable: 2 new jobs
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status; boundary="_5d1f_"
        Auto-Submitted: auto-replied

        --_5d1f_
        Content-Type: multipart/alternative; boundary="_5d20_"

        --_5d20_
        Content-Type: text/plain; charset="us-ascii"

        Your message couldn't be delivered. The address wasn't found.

        --_5d20_--
        --_5d1f_
        Content-Type: message/delivery-status

        Reporting-MTA: dns;EX1.example.org
        Received-From-MTA: dns;mx.jobs.example.com

        Final-Recipient: rfc822;ada@example.org
        Action: failed
        Status: 5.1.10
        Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found by SMTP address
         lookup
        X-Display-Name: ada@example.org

        --_5d1f_
        Content-Type: message/rfc822

        @RETURNED@
        --_5d1f_--
        """,
        sender=sender,
        recipient="ada@example.org",
    )


def qmail(sender: str) -> bytes:
    """No MIME at all, but a first line by which it is known."""
    return _mail(
        """\
        Return-Path: <>
        Date: 23 Nov 2026 09:00:02 -0000
        From: MAILER-DAEMON@mx.example.org
        To: {sender}
        Subject: failure notice

        Hi. This is the qmail-send program at mx.example.org.
        I'm afraid I wasn't able to deliver your message to the following addresses.
        This is a permanent error; I've given up. Sorry it didn't work out.

        <ada@example.org>:
        Sorry, no mailbox here by that name. (#5.1.1)

        --- Below this line is a copy of the message.
        """,
        sender=sender,
    )


def complaint(sender: str, *, kind: str = "abuse", extra: str = "") -> bytes:
    """A report of RFC 5965, its recipient blacked out as providers do."""
    return _mail(
        """\
        From: <feedback@provider.example.net>
        Date: Mon, 23 Nov 2026 12:00:00 +0000
        Subject: FW: 2 new jobs
        To: <fbl@jobs.example.com>
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=feedback-report; boundary="part1_13d"

        --part1_13d
        Content-Type: text/plain; charset="US-ASCII"

        This is an email abuse report.

        --part1_13d
        Content-Type: message/feedback-report

        Feedback-Type: {kind}
        User-Agent: SomeGenerator/1.0
        Version: 1
        Original-Mail-From: <{sender}>
        Arrival-Date: Mon, 23 Nov 2026 09:00:01 +0000

        --part1_13d
        Content-Type: message/rfc822

        @RETURNED@
        --part1_13d--
        """,
        sender=sender,
        kind=kind,
        recipient="redacted@example.org",
        extra=extra,
    )


def auto_reply(sender: str) -> bytes:
    """Somebody's holiday."""
    return _mail(
        """\
        From: Ada <ada@example.org>
        To: {sender}
        Subject: Out of office: 2 new jobs
        Auto-Submitted: auto-replied
        Precedence: auto_reply

        I am away. Failed: 550 5.1.1 is what my colleague says.
        """,
        sender=sender,
    )


def request(token: str) -> bytes:
    """The mail that the mailto of List-Unsubscribe makes, its subject folded."""
    return _mail(
        """\
        From: Ada <ada@example.org>
        To: unsubscribe@jobs.example.com
        Subject: unsubscribe
         {token}

        """,
        token=token,
    )
