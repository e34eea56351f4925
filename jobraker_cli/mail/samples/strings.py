"""Texts as a job board's database holds them: endless, right-to-left, and meant to do harm."""

LONG_WORD = "Donaudampfschifffahrtsgesellschaftskapitän"
LONG_LINE = (
    "Senior Principal Staff Engineer for Distributed Data Platforms and Everything Else " * 3
)
ARABIC_TITLE = "مهندس برمجيات أول (Python)"
ARABIC_COMPANY = "شركة الأفق للتقنية"
HEBREW_TITLE = "מפתחת תוכנה בכירה"
HEBREW_COMPANY = "חברת הענן בע״מ"

HOSTILE = (
    "A\r\nBcc:e@x",
    "=?utf-8?b?DQpCY2M6IGVAeA==?=",
    "<script>alert(1)</script>",
    '" onload="alert(1)',
    "</title></style><img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "evil \u202egpj.exe \u2066isolate\u2069",
    "{{7*7}}{% raw %}",
    "nul\x00here \x1b]52;c;YQ==\x07",
    "100 % %(name)s %s",
    "=cmd|' /C calc'!A0",
    "\n.\r\nQUIT\r\n",
)
