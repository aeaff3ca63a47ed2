"""How the index looks: light, dark, and on paper."""

from __future__ import annotations

from typing import Final

STYLE: Final = """
:root { color-scheme: light dark; --ink: #1c1f23; --soft: #565d66; --line: #d5d9de;
--paper: #fff; --raised: #f5f6f8; --link: #0b57d0; --good: #146c2e; --odd: #9a3412; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8eb; --soft: #a3abb5; --line: #3a4048;
--paper: #16181c; --raised: #1f2329; --link: #8ab4f8; --good: #7bd88f; --odd: #ffb37a; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 68rem; margin: 0 auto; padding: 1.5rem 1.25rem 4rem; }
h1 { font-size: 1.6rem; margin: 0 0 .5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2rem 0 .6rem; }
h3 { font-size: 1.02rem; margin: 1.2rem 0 .4rem; overflow-wrap: anywhere; }
a { color: var(--link); } code { font-size: .86em; overflow-wrap: anywhere; }
small { color: var(--soft); }
dl { display: grid; grid-template-columns: 9.5rem 1fr; gap: .15rem 1rem; margin: .4rem 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; margin: .4rem 0; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0;
border-top: 1px solid var(--line); overflow-wrap: anywhere; }
thead th { color: var(--soft); font-weight: 500; font-size: .87rem; border-top: 0; }
.r { text-align: right; white-space: nowrap; padding-right: 1rem; }
.lacks { background: var(--raised); border: 1px solid var(--line);
border-left: 4px solid var(--odd);
border-radius: 4px; padding: .2rem 1.1rem .9rem; margin-top: 1.3rem; }
.lacks h2 { margin-top: .8rem; } .lack { table-layout: fixed; }
.lack td:first-child { width: 27%; } .lack td:nth-child(2) { width: 30%; }
.n { color: var(--soft); font-weight: 400; }
.codes td, .codes tbody th { font-size: .93rem; overflow-wrap: break-word; }
.codes td:first-of-type, .codes tbody th { overflow-wrap: anywhere; }
.short { white-space: nowrap; } nav { margin: 0 0 .6rem; }
.files { table-layout: fixed; font-size: .9rem; } .files th:nth-child(2) { width: 7.5rem; }
.files th:nth-child(3) { width: 58%; }
article { border: 1px solid var(--line); border-radius: 6px; padding: .1rem 1.1rem .7rem;
margin: 1rem 0; }
article:target { outline: 2px solid var(--link); }
.state { font-size: .82rem; font-weight: 600; border: 1px solid currentColor; border-radius: 3px;
padding: 0 .4em; white-space: nowrap; color: var(--odd); }
.good { color: var(--good); } .plain { color: var(--soft); }
blockquote { margin: 0 0 .4rem; padding-left: .7rem; border-left: 3px solid var(--line);
white-space: pre-line; }
.demo { border: 2px solid var(--odd); padding: .4rem .7rem; font-weight: 600; }
@media (max-width: 40rem) { dl { grid-template-columns: 1fr; gap: 0; }
dd { margin-bottom: .4rem; } .codes { display: block; overflow-x: auto; }
.files th:nth-child(2) { width: 5rem; } .files th:nth-child(3) { width: 45%; } }
@media print {
:root { color-scheme: light; --ink: #000; --soft: #444; --line: #bbb; --paper: #fff;
--raised: #fff; --link: #000; --good: #000; --odd: #000; }
@page { margin: 16mm 14mm; }
body { font-size: 9pt; line-height: 1.35; } nav { display: none; }
h2 { margin-top: .8rem; font-size: 12pt; } h3 { margin-top: .6rem; font-size: 10pt; }
th, td { padding-top: .15rem; padding-bottom: .15rem; }
.codes td, .codes tbody th, .files { font-size: 9pt; }
.lacks { padding-bottom: .3rem; margin-top: .6rem; }
main { max-width: none; padding: 0; } a { text-decoration: none; }
.page { break-before: page; } h2, h3, thead { break-after: avoid; }
tr, dt, dd, blockquote { break-inside: avoid; } thead { display: table-header-group; }
article { border: 0; border-top: 1px solid var(--line); border-radius: 0; padding: 0; }
code { font-size: 7.5pt; } .state { font-size: 8pt; } }
"""
