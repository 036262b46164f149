import { SCRIPT } from "./backtest-html-assets.ts";
import { CHANGED_HEAD, changedRuleRows } from "./changed-rules.ts";
import {
  type ComparedRules,
  type DifferingStories,
  type DifferingStory,
  differingStories,
  MARKS,
  SHIFT_HEAD,
  type ShiftMark,
  shiftRows,
  totalsOf,
} from "./compared-rules.ts";
import { escaped, htmlTable } from "./html-text.ts";
import { clipped, type ShownChange, shownChange } from "./shown-change.ts";

/** Stories of one rule and kind on the page, and of all: with the length of texts they bound its size. */
const OF_GROUP_MAX = 100;
const OF_ALL_MAX = 2_000;
/** Up to so many are unfolded from the start. */
const UNFOLDED_MAX = 100;
const TEXT_MAX = 300;
const RULES_MAX = 200;

/** How the stories of two versions of rules differ: in numbers, by rule, and story by story. */
export function differenceHtml(compared: ComparedRules): string {
  const heading = `<h2>Against ${escaped(clipped(compared.rules, TEXT_MAX))}</h2>`;
  const groups = differingStories(compared);
  const total = groups.reduce((sum, { stories }) => sum + stories.length, 0);
  if (total === 0) return `${heading}\n<p>${totalsOf(compared)}</p>${changedRulesHtml(compared)}`;
  const shownMax = total <= OF_ALL_MAX ? OF_GROUP_MAX : Math.min(OF_GROUP_MAX, Math.floor(OF_ALL_MAX / groups.length));
  const isUnfolded = total <= UNFOLDED_MAX;
  const rules = Map.groupBy(groups, ({ rule }) => rule);
  const linkOf = (rule: string): string | undefined => (rules.has(rule) ? `#${anchorOf(rule)}` : undefined);
  return [
    heading,
    totalsHtml(compared),
    `${htmlTable(SHIFT_HEAD, shiftRows(compared), linkOf)}${changedRulesHtml(compared, linkOf)}`,
    TOOLS,
    ...[...rules].map(([rule, own]) => ruleHtml(rule, own, { shownMax, isUnfolded })),
    `<script>${SCRIPT}</script>`,
  ].join("\n");
}

const TOOLS = `<div class="tools" role="search" hidden>
<input type="search" aria-label="Search the stories that differ" placeholder="Search: words of a rule, entity or story ( / )">
${MARKS.map((mark) => `<label class="${mark}"><input type="checkbox" value="${mark}" checked> ${mark}</label>`).join("\n")}
<output aria-live="polite"></output></div>`;

function totalsHtml({ added, removed, changed, same }: ComparedRules): string {
  const total = (mark: ShiftMark, count: number): string => `<li class="${mark}"><b>${count}</b> ${mark}</li>`;
  return (
    `<ul class="totals">${total("added", added.length)}${total("removed", removed.length)}` +
    `${total("changed", changed.length)}<li><b>${same}</b> the same</li></ul>`
  );
}

/** What changed in the rules, also where no story shows it. */
function changedRulesHtml({ changedRules }: ComparedRules, linkOf?: (rule: string) => string | undefined): string {
  if (changedRules.length === 0) return "\n<p>No rule differs.</p>";
  const more = changedRules.length - RULES_MAX;
  const rest = 0 < more ? `<p class="quiet">${more} more are not on this page; -o json has all</p>` : "";
  const rules = htmlTable(CHANGED_HEAD, changedRuleRows(changedRules.slice(0, RULES_MAX)), linkOf);
  return `\n<section class="words">${rules}${rest}</section>`;
}

interface Extent {
  /** Stories shown of each group. */
  readonly shownMax: number;
  readonly isUnfolded: boolean;
}

function ruleHtml(rule: string, groups: readonly DifferingStories[], { shownMax, isUnfolded }: Extent): string {
  const counts = groups.map(({ mark, stories }) => `<span class="${mark}">${stories.length} ${mark}</span>`);
  const items = groups.flatMap(({ mark, stories }) => {
    const more = stories.length - shownMax;
    return [
      ...stories.slice(0, shownMax).map((story) => itemHtml(mark, story)),
      ...(0 < more ? [`<li class="quiet">${more} more ${mark} are not on this page; -o json has all</li>`] : []),
    ];
  });
  return (
    `<details id="${anchorOf(rule)}"${isUnfolded ? " open" : ""}><summary><code>${escaped(rule)}</code>: ` +
    `${counts.join(", ")}</summary><ul>\n${items.join("\n")}\n</ul></details>`
  );
}

/** Keys of rules are made of letters, digits, hyphens and a slash. */
function anchorOf(rule: string): string {
  return escaped(`rule-${rule}`);
}

function itemHtml(mark: ShiftMark, { story, differences }: DifferingStory): string {
  const { time, entity, severity, summary } = story;
  const rows = differences.map((change) => changeHtml(shownChange(change)));
  return (
    `<li data-mark="${mark}"><p><span class="${mark}">${mark}</span> ${severity}: ` +
    `<strong>${escaped(clipped(summary, TEXT_MAX))}</strong></p>` +
    `<p class="quiet"><time>${escaped(time)}</time> · ${escaped(clipped(entity, TEXT_MAX))}</p>` +
    `${rows.length === 0 ? "" : `<dl>${rows.join("")}</dl>`}</li>`
  );
}

function changeHtml({ path, gone, come }: ShownChange): string {
  const was = gone.map((part) => `<del>${escaped(part)}</del>`);
  const is = come.map((part) => `<ins>${escaped(part)}</ins>`);
  return `<dt>${escaped(path)}</dt><dd>${[...was, ...is].join("")}</dd>`;
}
