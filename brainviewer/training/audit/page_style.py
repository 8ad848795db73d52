"""How the page of an audit looks: the colours of the window, dark or light as the reader has it."""

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
section { background:var(--panel); border-radius:8px; padding:20px 24px; margin-bottom:16px }
.findings { list-style:none; margin:0; padding:0 }
.findings li { display:grid; grid-template-columns:76px 1fr; gap:12px; padding:8px 0;
  border-top:1px solid var(--line) }
.findings li:first-child { border-top:0 }
.findings b { font-size:13px; line-height:22px }
.bad b { color:var(--bad) } .caution b { color:var(--caution) } .good b { color:var(--good) }
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
td.bar .track { width:200px }
.auroc .track { width:64px; margin-right:10px }
.auroc .caution .track span { background:var(--caution) }
.auroc .bad .track span { background:var(--bad) }
.auroc td.bad { color:var(--bad); font-weight:600 } .auroc td.caution { color:var(--caution) }
.groups { display:flex; flex-wrap:wrap; gap:16px 20px }
.group { background:var(--window); border-radius:6px; padding:10px 10px 6px }
.group p { margin:6px 2px 2px; font-size:12px }
.row { display:flex; flex-wrap:wrap; gap:8px }
figure { margin:0; width:152px }
.picture { background:#000; width:152px; height:152px; display:flex; align-items:center;
  justify-content:center; border-radius:3px; overflow:hidden }
.picture img { max-width:100%; max-height:100%; width:152px; height:152px; object-fit:contain }
.gone { color:#8A97A3; font-size:12px }
figcaption { font-size:12px; line-height:1.4; margin-top:4px; color:var(--quiet);
  overflow-wrap:anywhere }
figcaption b { color:var(--text); font-weight:600 }
figcaption i { font-style:normal; color:var(--accent) }
footer { color:var(--quiet); font-size:12px; margin-top:24px }
@media print { section { break-inside:avoid } }
"""
