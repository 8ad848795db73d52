"""How the page of the leaderboard looks and moves, besides what all pages share."""

STYLE = """
main { max-width:1600px }
header p { max-width:90ch }
.lines > div { display:grid; grid-template-columns:minmax(120px,22%) 1fr 44px; gap:16px;
  align-items:center; border-top:1px solid var(--line); font-size:14px }
.lines b { font-weight:500; line-height:20px; padding:5px 0; overflow-wrap:anywhere }
.lines b small { display:block; color:var(--caution); font-weight:400; font-size:12px;
  line-height:16px }
.lines i { font-style:normal; text-align:right; color:var(--quiet) }
.line { position:relative; height:29px }
.line::before { content:""; position:absolute; left:0; right:0; top:14px; height:1px;
  background:var(--track) }
.line span { position:absolute; top:14px }
.span { height:7px; margin-top:-3px; background:var(--accent); opacity:.3; border-radius:2px }
.dot { width:11px; height:11px; margin:-5px 0 0 -5px; border-radius:6px }
.dot.apart { background:var(--accent) } .dot.tutorial { background:var(--bad) }
.dot.reported { border:2px solid var(--caution); border-radius:0; transform:rotate(45deg);
  width:9px; height:9px; margin:-4px 0 0 -4px }
.ticks { position:relative; height:20px; color:var(--quiet); font-size:12px }
.ticks span { position:absolute; transform:translateX(-50%) }
.key { display:flex; flex-wrap:wrap; gap:4px 20px; font-size:13px; color:var(--quiet);
  margin:0 0 12px }
.key .dot { display:inline-block; position:static; margin:0 7px 0 0; vertical-align:-1px }
.board { width:100%; font-size:13px; line-height:1.35 }
.board td, .board th { padding:7px 12px 7px 0; vertical-align:top }
.board thead th { white-space:normal; text-align:right; vertical-align:bottom;
  padding:3px 12px 3px 0 }
.board thead th:first-child, .board thead th.told { text-align:left }
.board thead tr:first-child th { border-bottom:1px solid var(--line); text-align:left;
  color:var(--text) }
.board thead tr:first-child th:first-child { border-bottom:0 }
.board small { display:block; color:var(--quiet); font-size:11px }
.board .name { position:sticky; left:0; background:var(--panel); white-space:normal;
  min-width:190px; max-width:280px; z-index:1 }
.board .name b { font-weight:600; overflow-wrap:anywhere }
.board .name small { max-width:280px }
.board small.less { color:var(--caution) }
.board td.told { white-space:normal; text-align:left; color:var(--quiet); min-width:120px;
  max-width:170px; font-size:12px }
.badge { display:inline-block; border:1px solid var(--good); color:var(--good); border-radius:3px;
  font-size:10px; padding:0 4px; margin-left:4px; vertical-align:1px; white-space:nowrap }
.board button { all:unset; cursor:pointer; color:var(--quiet) }
.board button:hover { color:var(--text) }
.board button:focus-visible, summary:focus-visible, input:focus-visible + span {
  outline:2px solid var(--accent); outline-offset:2px }
th[aria-sort] button { color:var(--text) }
th[aria-sort=descending] button::after { content:" ↓" }
th[aria-sort=ascending] button::after { content:" ↑" }
.open { cursor:pointer; display:block }
.open input { position:absolute; opacity:0; width:1px; height:1px }
.open b::before { content:"▸"; color:var(--quiet); display:inline-block; width:14px }
tbody:has(.open input:checked) .open b::before { content:"▾" }
.more { display:none; border:0 }
tbody:has(.open input:checked) .more { display:table-row }
.board .more td { padding:0 0 16px }
.detail { position:sticky; left:0; width:min(1500px, calc(100vw - 96px)); white-space:normal;
  text-align:left; background:var(--window); border-radius:6px; padding:14px 16px }
.sides { display:flex; flex-wrap:wrap; gap:16px 40px }
.side h3 { margin:0 0 6px }
.pair { display:flex; flex-wrap:wrap; gap:12px 20px; align-items:flex-start }
.curves { width:250px; height:132px }
.curves text { font-size:10px; fill:var(--quiet) }
.axis { stroke:var(--line); fill:none }
polyline { fill:none; stroke-width:1.4 }
polyline.learned { stroke:var(--accent) } polyline.held { stroke:var(--caution) }
circle.learned { fill:var(--accent) } circle.held { fill:var(--caution) }
.confusion { font-size:12px; margin:0 } .confusion thead th { font-size:11px; text-align:right }
.board .confusion th, .board .confusion td { padding:3px 8px; border:0; position:static }
.board .confusion thead tr:first-child th { border:0; color:var(--quiet) }
.confusion tbody tr { border:0 }
.confusion td { background:color-mix(in srgb, var(--accent) calc(var(--share) * 48%), transparent);
  min-width:44px }
.only { font-size:13px; display:inline-block; margin:0 0 8px; cursor:pointer }
section:has(.only input:checked) .board > tbody:not(.best) { display:none }
@media (max-width: 700px) { .board .name { min-width:140px; max-width:150px }
  .lines > div { grid-template-columns:34% 1fr 30px; gap:10px; font-size:12px }
  .detail { width:calc(100vw - 56px) } }
"""

SCRIPT = """
for (const table of document.querySelectorAll('table.board')) {
  const heads = table.querySelectorAll('th[data-column]');
  for (const head of heads) head.querySelector('button').onclick = () => {
    const column = +head.dataset.column, words = 'words' in head.dataset;
    const now = head.getAttribute('aria-sort');
    const up = now ? now === 'descending' : words || 'low' in head.dataset;
    for (const other of heads) other.removeAttribute('aria-sort');
    head.setAttribute('aria-sort', up ? 'ascending' : 'descending');
    const value = body => body.rows[0].cells[column].dataset.value;
    const order = (a, b) => {
      const x = value(a), y = value(b);
      if (!x || !y) return !x - !y;
      return (words ? x.localeCompare(y) : x - y) * (up ? 1 : -1);
    };
    table.append(...[...table.tBodies].sort(order));
  };
}
"""
