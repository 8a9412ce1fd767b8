/** The look of report.html: light and dark, from a phone's width on, and on paper. */
export const STYLE = `
:root { color-scheme: light dark;
  --back: #f6f8fa; --card: #fff; --text: #1f2328; --soft: #59636e; --line: #d1d9e0; --link: #0969da; --grid: #e5e9ed;
  --pass: #1a7f37; --fail: #cf222e; --warn: #9a6700; --unsure: #8250df;
  --ok: #4c8dd6; --failed: #d1242f; --timed: #d4760c; --killed: #8250df; --dropped: #8c959f; --curve: #4c8dd6; }
@media (prefers-color-scheme: dark) { :root {
  --back: #0d1117; --card: #151b23; --text: #f0f6fc; --soft: #9198a1; --line: #3d444d; --link: #4493f8; --grid: #262c34;
  --pass: #3fb950; --fail: #f85149; --warn: #d29922; --unsure: #ab7df8;
  --ok: #3d7dc4; --failed: #f85149; --timed: #e3902e; --killed: #ab7df8; --dropped: #656c76; --curve: #3d7dc4; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text); line-height: 1.5; overflow-wrap: anywhere;
  font-family: system-ui, -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; }
header.page, main, footer { max-width: 1120px; margin: 0 auto; padding: 0 16px; }
header.page { padding-top: 24px; }
.brand { margin: 0; color: var(--soft); font-size: 14px; font-weight: 600; }
h1 { font-size: 26px; line-height: 1.25; margin: 4px 0 12px; }
h2 { font-size: 20px; margin: 28px 0 4px; } h2 small { color: var(--soft); font-size: 14px; font-weight: 400; margin-left: 8px; }
h3, summary { font-size: 15px; margin: 0 0 10px; font-weight: 600; }
summary { cursor: pointer; margin: 0; } details[open] > summary { margin-bottom: 10px; }
p { margin: 8px 0; } .lead { font-size: 17px; } ul { margin: 8px 0; padding-left: 22px; }
nav ul, .legend { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: 6px 18px; }
.badge { display: inline-block; border-radius: 999px; padding: 1px 10px; font-size: 13px; font-weight: 600; color: var(--card);
  background: var(--soft); vertical-align: middle; }
.badge.pass { background: var(--pass); } .badge.fail { background: var(--fail); }
.badge.warn { background: var(--warn); } .badge.inconclusive { background: var(--unsure); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 14px 16px; margin: 14px 0; }
.columns { display: grid; gap: 0 14px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); align-items: start; }
.scroll { overflow-x: auto; } .scroll:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
td:first-child, th:first-child { padding-left: 0; } td:last-child, th:last-child { padding-right: 0; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
td { overflow-wrap: anywhere; } td:not(.number, .mark) { min-width: 76px; } td:empty { min-width: 0; }
th { text-align: left; color: var(--soft); font-weight: 600; overflow-wrap: normal; } th, td { padding: 5px 8px; border-bottom: 1px solid var(--grid); vertical-align: top; }
tr:last-child td { border-bottom: 0; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; } .number .soft { white-space: normal; }
.mark { width: 24px; font-weight: 700; } .mark.pass { color: var(--pass); } .mark.fail { color: var(--fail); }
.mark.alert { color: var(--warn); } .mark.inconclusive { color: var(--unsure); }
meter { width: 64px; height: 10px; margin-left: 8px; vertical-align: middle; }
code { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; background: var(--grid); border-radius: 4px; padding: 1px 5px; }
a { color: var(--link); } .note, .soft, footer, .legend { color: var(--soft); font-size: 14px; }
footer { padding-bottom: 32px; margin-top: 20px; }
.swatch { display: inline-block; width: 12px; height: 12px; border-radius: 3px; margin-right: 6px; vertical-align: -1px; }
svg { display: block; width: 100%; min-width: 680px; height: auto; }
.ok { --tint: var(--ok); } .failed { --tint: var(--failed); } .timed_out { --tint: var(--timed); }
.killed { --tint: var(--killed); } .dropped { --tint: var(--dropped); }
.swatch { background: var(--tint); } .flow rect { fill: var(--tint); } .flow .tip { visibility: hidden; }
.flow { outline: none; } .flow:hover rect, .flow:focus rect { stroke: var(--text); stroke-width: 2; }
.flow:hover .tip, .flow:focus .tip { visibility: visible; } .flow:hover ~ .flow:focus .tip { visibility: hidden; }
.tip, .label { font-size: 12px; fill: var(--soft); } .tip { fill: var(--text); font-weight: 600; } .label.strong { fill: var(--text); }
.grid { stroke: var(--grid); } .axis { stroke: var(--line); } .curve path { fill: var(--curve); fill-opacity: .35; stroke: var(--curve); }
.law path { fill: none; stroke: var(--curve); stroke-width: 2; } .bin { fill: var(--ok); } .marker { stroke: var(--text); stroke-dasharray: 3 3; }
@media print { body { background: none; } .card { break-inside: avoid; } }
`;
