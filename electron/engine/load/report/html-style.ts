/** The report's own style: the application's tokens, light and dark by the reader's setting, and for paper. */
export const REPORT_STYLE = `
:root{color-scheme:light dark;--bg:#fff;--pane:#f5f7f9;--line:#d5dbe2;--ink:#14181c;--ink2:#47535f;--good:#0b7a55;--bad:#b8431a;--warn:#8a5a00;--s1:#1f77c4;--s2:#0b8f68;--s3:#c27a00;--s4:#b8431a}
@media(prefers-color-scheme:dark){:root{--bg:#0e1114;--pane:#14181c;--line:#262c33;--ink:#e8ecf0;--ink2:#b0bac5;--good:#2fc296;--bad:#ff7f50;--warn:#f0b03a;--s1:#5fb2f2;--s2:#1fbd8f;--s3:#e69f00;--s4:#ff7f50}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:14px/20px system-ui,sans-serif}
main{max-width:72rem;margin:0 auto;padding:2rem 1.5rem 4rem}
h1{font-size:1.25rem;line-height:1.75rem;margin:0}
h2{font-size:.9375rem;margin:2rem 0 .5rem}
p{margin:.25rem 0}
.sub{color:var(--ink2);font-family:ui-monospace,monospace;font-size:.8125rem;overflow-wrap:anywhere}
.verdict{margin:1rem 0;padding:.75rem 1rem;border:1px solid var(--line);border-left:4px solid var(--ink2);background:var(--pane)}
.verdict.good{border-left-color:var(--good)}
.verdict.bad{border-left-color:var(--bad)}
.verdict.warn{border-left-color:var(--warn)}
.verdict strong{font-size:1rem}
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(9.5rem,1fr));gap:.5rem;margin:1rem 0}
dl div{background:var(--pane);border:1px solid var(--line);padding:.5rem .75rem}
dt{font-size:.75rem;line-height:1rem;color:var(--ink2)}
dd{margin:0;font-size:1.125rem;line-height:1.5rem;font-variant-numeric:tabular-nums}
.wide{overflow-x:auto}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{padding:.25rem .75rem;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap}
th:first-child,td:first-child{text-align:left;padding-left:0;white-space:normal}
th{font-size:.75rem;font-weight:540;color:var(--ink2)}
figure{margin:1rem 0 0}
figcaption{font-size:.8125rem;color:var(--ink2)}
.chart{min-height:13rem}
.legend{display:flex;flex-wrap:wrap;gap:1rem;font-size:.75rem;color:var(--ink2)}
.legend span::before{content:"";display:inline-block;width:1.25rem;border-top:2px var(--dash,solid) var(--c);vertical-align:middle;margin-right:.375rem}
.k1{--c:var(--s1)}.k2{--c:var(--s2);--dash:dashed}.k3{--c:var(--s3);--dash:dotted}.k4{--c:var(--s4);--dash:dashed}
td.text{white-space:normal;overflow-wrap:anywhere;text-align:left}
.lead{font-size:1.0625rem;line-height:1.5rem;margin:.75rem 0}
.sum{font-variant-numeric:tabular-nums}
@media print{main{max-width:none;padding:0}}
`
