"""The page of `templates preview`: every sample light, dark, on a phone, as text, with a verdict.

Like the demo's gallery it is one file that runs no script and loads nothing.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

from jobraker_cli.demo.gallery import STYLE, escaped
from jobraker_cli.mail.languages import LANGUAGES
from jobraker_cli.mail.proofs import Proof
from jobraker_cli.mail.review import LARGEST_HTML, html_size

_VIEWS = (("light", 640, "Light"), ("dark", 640, "Dark"), ("light", 375, "Phone"))


def write_preview(folder: Path, proofs: Iterable[Proof]) -> Path:
    """Write `index.html` into the folder, kind by kind; its path."""
    everything = list(proofs)
    path = folder / "index.html"
    with path.open("w", encoding="utf-8") as page:
        page.write(_HEAD.format(style=STYLE + _STYLE, facts=_facts(everything)))
        for kind, group in groupby(everything, key=lambda proof: proof.kind):
            page.write(f'<nav aria-label="{escaped(kind)}"><h2>{escaped(kind)}</h2>')
            of_kind = list(group)
            page.writelines(map(_inbox_line, of_kind))
            page.write("</nav>")
            page.writelines(map(_section, of_kind))
        page.write("</body>\n</html>\n")
    return path


def _facts(proofs: Sequence[Proof]) -> str:
    bad = sum(bool(proof.problems) for proof in proofs)
    words = f"{len(proofs)} mails; " + (f"{bad} have problems" if bad else "all is well")
    return escaped(words)


def _inbox_line(proof: Proof) -> str:
    subject = proof.mail.subject if proof.mail else "(could not be made)"
    return _INBOX_LINE.format(
        name=escaped(proof.name),
        case=escaped(proof.case),
        language=escaped(proof.language),
        subject=escaped(subject),
        flag=f"<em>{len(proof.problems)} to mend</em>" if proof.problems else "",
        size=_kb(html_size(proof.mail)) if proof.mail else "",
    )


def _section(proof: Proof) -> str:
    problems = "".join(f"<li>{escaped(problem)}</li>" for problem in proof.problems)
    mail = proof.mail
    if mail is None:
        return _BROKEN.format(name=escaped(proof.name), problems=problems)
    size = html_size(mail)
    return _SECTION.format(
        name=escaped(proof.name),
        subject=escaped(mail.subject),
        language=escaped(LANGUAGES[proof.language].name),
        size=size,
        most=LARGEST_HTML,
        kb=_kb(size),
        problems=f'<ul class="bad">{problems}</ul>' if problems else "",
        frames="".join(
            _FRAME.format(
                scheme=scheme,
                width=width,
                label=label,
                title=escaped(f"{label}: {proof.name}"),
                page=_attribute(mail.html),
            )
            for scheme, width, label in _VIEWS
        ),
        text=escaped(mail.text),
        direction=LANGUAGES[proof.language].direction,
    )


def _attribute(html: str) -> str:
    """A page as the value of an attribute; only what would end it is escaped, for size's sake."""
    return html.replace("&", "&amp;").replace('"', "&quot;")


def _kb(size: int) -> str:
    return f"{size / 1024:.1f} KB"


_STYLE = """
nav h2 { padding: 16px 18px 8px; }
nav a { grid-template-columns: 7em 2.5em minmax(0, 1fr) auto auto; }
nav em, .bad { color: #b3261e; font-style: normal; font-weight: 600; }
@media (prefers-color-scheme: dark) { nav em, .bad { color: #ffb4ab; } }
section { margin-top: 12px; }
.bad { margin: 0; padding: 0 22px 14px 40px; font-weight: 400; }
.frames { display: flex; overflow-x: auto; align-items: flex-start; }
figure { flex: none; }
.size { display: inline-flex; gap: 8px; align-items: center; }
"""
_HEAD = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'; img-src data: https:">
<title>Templates of mails</title>
<style>{style}</style>
</head>
<body>
<header id="top"><h1>Templates of mails</h1><p>{facts}</p></header>
"""
_INBOX_LINE = """
<a href="#{name}"><span>{case}</span><small>{language}</small><b><bdi>{subject}</bdi></b>{flag}
<small>{size}</small></a>"""
_SECTION = """
<section id="{name}"><details><summary>{name}: <bdi>{subject}</bdi></summary>
<div><p class="facts">{language} · <span class="size">HTML part {kb}
<meter min="0" max="{most}" high="{most}" value="{size}" title="{kb}">{kb}</meter></span>
· <a href="#top">back to the top</a></p></div>{problems}
<div class="frames">{frames}</div>
<h3 class="facts" style="padding:0 22px">Text part</h3><pre dir="{direction}">{text}</pre>
</details></section>"""
_BROKEN = """
<section id="{name}"><div><h2>{name}</h2></div><ul class="bad">{problems}</ul></section>"""
_FRAME = """
<figure><figcaption>{label}, {width}</figcaption>
<iframe sandbox loading="lazy" style="color-scheme:{scheme};width:{width}px" title="{title}"
 srcdoc="{page}"></iframe></figure>"""
