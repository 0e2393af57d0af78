"""The frame of the sandbox's own HTML pages: one small style sheet, light and dark, no script."""

from html import escape

_STYLE = """
:root{color-scheme:light dark;--ink:#1b2423;--mute:#57625f;--paper:#fbfcfb;--line:#d5dcd9;--accent:#0b6b5d;--on:#fff}
@media (prefers-color-scheme:dark){:root{--ink:#e6ecea;--mute:#9fadaa;--paper:#111615;--line:#313b39;--accent:#5cc3b1;--on:#0a1110}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:14px/1.5 system-ui,sans-serif}
main{max-width:1000px;margin:0 auto;padding:32px 20px 64px}main.narrow{max-width:560px}
h1{font-size:24px;line-height:1.25;margin:0 0 12px}h2{font-size:16px;margin:28px 0 8px}
a{color:var(--accent)}p{margin:0 0 12px}.small{color:var(--mute);font-size:12px}
code{font:12px ui-monospace,monospace;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:6px 12px 6px 0;border-bottom:1px solid var(--line);vertical-align:top}
th{font-weight:600;color:var(--mute);font-size:12px}td.number,th.number{text-align:right}
.scroll{overflow-x:auto}ul{padding-left:20px;margin:0 0 12px}ul.plain{list-style:none;padding:0}
form.row{display:flex;flex-wrap:wrap;gap:8px 12px;align-items:end}label{display:inline-block}
form.row label{display:grid;gap:4px;font-size:12px;color:var(--mute)}
input,select,button{font:inherit;color:inherit;background:transparent;border:1px solid var(--mute);border-radius:6px;padding:6px 10px}
select option{background:var(--paper)}input[type=checkbox]{accent-color:var(--accent)}
button{cursor:pointer}button.primary{background:var(--accent);border-color:var(--accent);color:var(--on)}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.actions{display:flex;gap:12px;margin:24px 0}
"""


def page(title: str, body: str, *, wide: bool = False) -> str:
    """A whole HTML page; `body` is trusted HTML."""
    return (
        "<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><main class='{'wide' if wide else 'narrow'}'>{body}</main></body></html>"
    )
