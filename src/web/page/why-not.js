import { useEffect, useState } from "preact/hooks";
import { useAnswer } from "./ask.js";
import { useNow } from "./clock.js";
import { html } from "./html.js";
import { Reach } from "./reach.js";

/** @import { Explanation } from "./explained.d.ts" */
/** @import { RuleWords } from "../rule-words.ts" */
/** @import { Address } from "./address.js" */
/** @import { Asked } from "./ask.js" */

const NOW_EVERY_MS = 10_000;

/**
 * Why a rule told nothing: how far it came, and what it failed at.
 *
 * @param {{ asked: Address["asked"], home: string, onAsk: (asked: NonNullable<Address["asked"]>) => void }} props
 */
export function WhyNot({ asked, home, onAsk }) {
  const nowMs = useNow(NOW_EVERY_MS);
  const [times, askAgain] = useState(0);
  const given = Object.entries(asked ?? {}).filter(([, word]) => word !== "");
  const path = asked === undefined || asked.rule === "" ? undefined : `api/v1/explain?${new URLSearchParams(given)}`;
  const answer = /** @type {Asked<{ rules: Explanation[], incomplete?: string }> | undefined} */ (
    useAnswer(path, times)
  );
  // The same question may have another answer by now.
  const ask = (/** @type {NonNullable<Address["asked"]>} */ question) => {
    onAsk(question);
    askAgain(times + 1);
  };
  return html`<article aria-busy=${answer?.state === "asking" ? "true" : "false"}>
    <a class="back" href=${home}>← all stories</a>
    <h2>Why not?</h2>
    <p class="detail">Name a rule that told no story, and the trace that you expected it in. Without a trace the engine shows where the rule came furthest.</p>
    <${Question} asked=${asked} onAsk=${ask} />
    <div aria-live="polite">
      ${answer?.state === "asking" ? html`<p class="quiet">Reading the log back.</p>` : null}
      ${answer?.state === "failed" ? html`<p class="remark">${answer.message}</p>` : null}
      ${answer?.state === "answered" && answer.answer.incomplete !== undefined ? html`<p class="remark">${answer.answer.incomplete}</p>` : null}
      ${answer?.state === "answered" ? answer.answer.rules.map((each) => html`<${Reach} key=${each.rule} explanation=${each} nowMs=${nowMs} />`) : null}
    </div>
  </article>`;
}

/** @type {NonNullable<Address["asked"]>} */
const NOTHING = { rule: "", trace: "", since: "" };

/** @param {{ asked: Address["asked"], onAsk: (asked: NonNullable<Address["asked"]>) => void }} props */
function Question({ asked = NOTHING, onAsk }) {
  const rules = /** @type {Asked<{ rules: RuleWords[] }> | undefined} */ (useAnswer("api/v1/rules"));
  const [typed, setTyped] = useState(asked);
  const { rule, trace, since } = asked;
  // A link elsewhere on the page may ask another question.
  useEffect(() => setTyped({ rule, trace, since }), [rule, trace, since]);
  const type = (/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget: { name, value } }) =>
    setTyped({ ...typed, [name]: value });
  const submit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    onAsk({ rule: typed.rule.trim(), trace: typed.trace.trim(), since: typed.since.trim() });
  };
  return html`<form class="question" onSubmit=${submit}>
    <label>Rule <input name="rule" list="rules" required placeholder="pack/id or id" value=${typed.rule} onInput=${type} autocomplete="off" spellcheck=${false} /></label>
    <label>Trace <input name="trace" placeholder="any" value=${typed.trace} onInput=${type} autocomplete="off" spellcheck=${false} /></label>
    <label class="short">Since <input name="since" placeholder="1h" value=${typed.since} onInput=${type} autocomplete="off" /></label>
    <button type="submit">Ask</button>
    <datalist id="rules">
      ${rules?.state === "answered" ? rules.answer.rules.map(({ key, title }) => html`<option key=${key} value=${key}>${title}</option>`) : null}
    </datalist>
  </form>`;
}
