"""The look that the pages of research share: the colours of the window, dark or light.

A page is one file that needs nothing else; which of the two it is, the reader's system says.
"""

from html import escape

from brainviewer import __version__

STYLE = """
:root { --window:#0E1215; --panel:#14191D; --track:#262D34; --line:#262D34; --text:#D7DEE5;
  --quiet:#8A97A3; --accent:#5AA9E6; --caution:#E6C66A; --good:#7FD6A8; --bad:#F08A80; }
@media (prefers-color-scheme: light) { :root { --window:#E9EDF0; --panel:#FAFBFC; --track:#DDE3E9;
  --line:#D3DAE0; --text:#1B242C; --quiet:#55626E; --accent:#1F78B4; --caution:#7D5E00;
  --good:#17734A; --bad:#B3261E; } }
* { box-sizing:border-box }
body { margin:0; background:var(--window); color:var(--text);
  font:15px/1.5 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif;
  font-variant-numeric:tabular-nums; }
main { max-width:1160px; margin:0 auto; padding:32px 24px 48px }
header { margin-bottom:24px }
h1 { font-size:28px; line-height:1.2; margin:0 0 4px }
h2 { font-size:18px; margin:0 0 8px }
h2 small { color:var(--quiet); font-weight:400; font-size:15px; margin-left:4px }
h3 { font-size:14px; margin:20px 0 8px; font-weight:600 }
h3::first-letter { text-transform:uppercase }
p { margin:0 0 12px }
.eyebrow { color:var(--quiet); font-size:12px; letter-spacing:.08em; text-transform:uppercase;
  margin:0 }
.quiet { color:var(--quiet); font-size:13px; max-width:80ch }
.note { color:var(--caution); max-width:80ch }
section { background:var(--panel); border-radius:8px; padding:20px 24px; margin-bottom:16px }
.wide { overflow-x:auto }
table { border-collapse:collapse; margin:0 0 12px; font-size:14px }
th { text-align:left; font-weight:500; padding:4px 24px 4px 0; white-space:nowrap }
thead th { color:var(--quiet); font-size:12px; font-weight:400 }
td { text-align:right; padding:4px 24px 4px 0; white-space:nowrap }
thead th:not(:first-child) { text-align:right }
.words td { text-align:left; white-space:normal }
tbody tr { border-top:1px solid var(--line) }
.track { display:inline-block; width:96px; height:6px; border-radius:3px; background:var(--track);
  vertical-align:middle; overflow:hidden }
.track span { display:block; height:100%; background:var(--accent) }
img { max-width:100% }
footer { color:var(--quiet); font-size:12px; margin-top:24px }
@media (max-width: 600px) { main { padding:20px 12px 32px } section { padding:16px }
  h1 { font-size:24px } th, td { padding-right:14px } .words th, .words td { display:block;
  padding-right:0; white-space:normal } .words tbody tr { display:block; padding:4px 0 }
  tbody th { white-space:normal } }
h1, p, td { overflow-wrap:anywhere }
@media print { section { break-inside:avoid } }
"""


def as_page(title: str, body: str, style: str = "", script: str = "") -> bytes:
    """A whole page in UTF-8.

    title : plain words; body : HTML; style : CSS of this page only; script : JavaScript, for what
        is nice to have: the page must be readable without.
    """
    end = f"\n<script>{script}</script>" if script else ""
    page = (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="dark light">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}{style}</style></head>\n"
        f"<body><main>\n{body}\n"
        f"<footer>BrainViewer {escape(__version__)} · research use only, not for diagnosis</footer>"
        f"\n</main>{end}</body></html>\n"
    )
    return page.encode(errors="replace")  # names of files may be no UTF-8
