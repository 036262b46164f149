/** How the page of a backtest looks: by light and by dark, on a narrow screen, and on paper. */
export const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif;
  --ink: #1b1f24; --quiet: #57606a; --page: #fff; --band: #f6f8fa; --line: #d0d7de; --link: #0a58ca;
  --added: #116329; --removed: #b3121d; --changed: #7d4e00 }
@media (prefers-color-scheme: dark) { :root {
  --ink: #e6edf3; --quiet: #9aa4af; --page: #0d1117; --band: #161b22; --line: #30363d; --link: #6cb0ff;
  --added: #56d364; --removed: #ff8a80; --changed: #e3b341 } }
* { box-sizing: border-box }
body { max-width: 76rem; margin: 0 auto; padding: 1rem; color: var(--ink); background: var(--page) }
h1 { margin: .5rem 0 0 } h2 { margin: 2rem 0 .5rem } a { color: var(--link) }
code { font: .9em ui-monospace, monospace } .quiet { color: var(--quiet) }
.added { color: var(--added) } .removed { color: var(--removed) } .changed { color: var(--changed) }
.totals { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1rem 0; padding: 0; list-style: none }
.totals li { flex: 1 1 7rem; padding: .5rem 1rem; border: 1px solid var(--line); border-radius: .5rem }
.totals b { display: block; font-size: 1.8rem; line-height: 1.2; font-variant-numeric: tabular-nums }
.wide { overflow-x: auto } table { border-collapse: collapse; margin: .5rem 0 }
td, th { padding: .25rem .75rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line) }
thead th { white-space: nowrap; color: var(--quiet) } tbody th { font-weight: normal; overflow-wrap: break-word }
.n { text-align: right; font-variant-numeric: tabular-nums }
.words .n:last-child { text-align: left }
.tools { position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center;
  padding: .6rem 0; background: var(--page); border-bottom: 1px solid var(--line) }
.tools[hidden] { display: none }
.tools input[type=search] { flex: 1 1 14rem; min-width: 0; padding: .4rem .6rem; font: inherit; color: inherit;
  background: var(--band); border: 1px solid var(--line); border-radius: .4rem }
.tools label { white-space: nowrap }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px }
details { margin: .75rem 0; border: 1px solid var(--line); border-radius: .5rem; overflow: clip; scroll-margin-top: 5rem }
summary { padding: .5rem .75rem; background: var(--band); cursor: pointer; overflow-wrap: anywhere }
details ul { margin: 0; padding: 0; list-style: none }
details li { padding: .5rem .75rem; border-top: 1px solid var(--line); overflow-wrap: anywhere }
li > strong { font-weight: 600 } li p { margin: 0 }
dl { display: grid; grid-template-columns: minmax(5rem, auto) 1fr; gap: .15rem .75rem; margin: .3rem 0 0 }
dt { color: var(--quiet) } dd { margin: 0 } del, ins { display: block; text-decoration: none }
del { color: var(--removed) } ins { color: var(--added) } del::before { content: "− " } ins::before { content: "+ " }
@media (max-width: 40rem) { dl { grid-template-columns: 1fr } td, th { padding: .25rem .5rem } }
@media print { .tools { display: none } details { overflow: visible } details li { break-inside: avoid }
  details::details-content { display: block; content-visibility: visible; block-size: auto } }`;

/**
 * What searches the page. Without it, where scripts are forbidden, the page tells the same.
 * It only hides and shows what is there: no text of a story ever becomes markup.
 */
export const SCRIPT = `
const tools = document.querySelector(".tools"), field = tools.querySelector("[type=search]");
const boxes = [...tools.querySelectorAll("[type=checkbox]")], said = tools.querySelector("output");
const groups = [...document.querySelectorAll("details")].map((details) => ({ details, wasOpen: details.open,
  items: [...details.querySelectorAll("li[data-mark]")].map((item) => ({ item, mark: item.dataset.mark,
    text: (details.firstElementChild.textContent + " " + item.textContent).toLowerCase() })) }));
const all = groups.reduce((sum, { items }) => sum + items.length, 0);
function apply() {
  const words = field.value.toLowerCase().split(/\\s+/).filter(Boolean);
  const marks = boxes.filter((box) => box.checked).map((box) => box.value);
  let shown = 0;
  for (const { details, items, wasOpen } of groups) {
    let own = 0;
    for (const { item, mark, text } of items) {
      item.hidden = !marks.includes(mark) || !words.every((word) => text.includes(word));
      if (!item.hidden) own++;
    }
    details.hidden = own === 0 && (0 < words.length || marks.length < boxes.length);
    details.open = words.length === 0 ? wasOpen : true;
    shown += own;
  }
  said.textContent = shown + " of " + all + " on this page";
}
function openTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target === null || target.tagName !== "DETAILS") return;
  field.value = ""; for (const box of boxes) box.checked = true;
  apply(); target.open = true; target.scrollIntoView();
}
tools.hidden = false; apply(); openTarget();
tools.addEventListener("input", apply); addEventListener("hashchange", openTarget);
addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== field) { event.preventDefault(); field.focus(); }
  if (event.key === "Escape" && document.activeElement === field) { field.value = ""; apply(); }
});`;
