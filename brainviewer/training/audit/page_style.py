"""How the page of an audit looks, besides what all pages share (``training.page_shell``)."""

STYLE = """
.findings { list-style:none; margin:0; padding:0 }
.findings li { display:grid; grid-template-columns:76px 1fr; gap:12px; padding:8px 0;
  border-top:1px solid var(--line) }
.findings li:first-child { border-top:0 }
.findings b { font-size:13px; line-height:22px }
.bad b { color:var(--bad) } .caution b { color:var(--caution) } .good b { color:var(--good) }
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
"""
