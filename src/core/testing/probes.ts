import { orderTolerance } from "../engine/anchor-search.ts";
import { type CompiledRule, type CompiledStep, compileRule } from "../engine/compiled-rule.ts";
import { joinKeys } from "../engine/join-keys.ts";
import { predicateWords } from "../expression/predicate-words.ts";
import { partsOf } from "../language/compare-tests.ts";
import type { Event } from "../model/event.ts";
import type { RuleSet } from "../model/rule.ts";
import { boundIn, type Story } from "../model/story.ts";
import type { DurationMs } from "../model/time.ts";
import type { Arrival } from "./case-log.ts";
import { failing, moved, withField } from "./change-event.ts";
import { ruleKeyOf } from "./compare-story.ts";
import { exactDuration } from "./event-words.ts";
import type { Probe } from "./probe.ts";

/**
 * The probes of a case that told these stories: each required step left out, each gap just over its
 * limit, each pair reversed, each join broken, each type and tested field changed. Changes go by all events
 * that could fill a step, and moves by the earliest of them, so that no other event steps in.
 */
export function probesOf(stories: readonly Story[], rules: RuleSet, arrivals: readonly Arrival[]): Probe[] {
  return stories.flatMap((story) => {
    const index = rules.rules.findIndex(({ key }) => key === ruleKeyOf(story));
    const rule = rules.rules[index];
    if (rule === undefined) return [];
    const source = new ProbeSource(story, compileRule(rule, index), arrivals);
    return [
      ...source.leftOut(),
      ...source.late(),
      ...source.tooLong(),
      ...source.reversed(),
      ...source.apart(),
      ...source.otherTypes(),
      ...source.otherFields(),
    ];
  });
}

class ProbeSource {
  readonly #story: Story;
  readonly #rule: CompiledRule;
  readonly #arrivals: readonly Arrival[];

  constructor(story: Story, rule: CompiledRule, arrivals: readonly Arrival[]) {
    this.#story = story;
    this.#rule = rule;
    this.#arrivals = arrivals;
  }

  leftOut(): Probe[] {
    const required = this.#required();
    return required.map((step) => {
      // Without it, an event of an optional step could step in.
      const gone = new Set(this.#eventsOf(step, required).map(({ id }) => id));
      const kept = this.#arrivals.filter(({ event }) => !gone.has(event.id));
      return { ...this.#probe(`the step ${step.step.as} left out`, [], kept), leftOut: step };
    });
  }

  /** Each gap just over its limit; what follows the step moves with it. */
  late(): Probe[] {
    return this.#pairs().flatMap(({ step, before }) => {
      const { withinMs } = step.step;
      if (withinMs === undefined) return [];
      const from = Math.max(...this.#eventsOf(before).map(({ timeMs }) => timeMs));
      const to = Math.min(...this.#eventsOf(step).map(({ timeMs }) => timeMs));
      const byMs = from + withinMs + 1 - to;
      const what = `${step.step.as} just over ${exactDuration(withinMs)} after ${before.step.as}`;
      return [this.#moved(what, { steps: this.#followersOf(step), byMs }, [step, before])];
    });
  }

  /** The last step just over the rule's own limit after the first, where its gaps would allow that. */
  tooLong(): Probe[] {
    const { withinMs } = this.#rule.rule;
    const bound = this.#bound();
    const latest = bound.toSorted((a, b) => this.#firstOf(b) - this.#firstOf(a))[0];
    if (withinMs === undefined || latest === undefined || bound.length < 2 || latest.step.withinMs !== undefined)
      return [];
    const others = bound.filter((step) => step !== latest).flatMap((step) => this.#eventsOf(step));
    const fromMs = Math.max(...others.map(({ timeMs }) => timeMs));
    const byMs = fromMs + withinMs + 1 - this.#firstOf(latest);
    return [
      this.#moved(
        `${latest.step.as} just over ${exactDuration(withinMs)} after what comes before`,
        { steps: [latest], byMs },
        bound,
      ),
    ];
  }

  /** Each step before the one that it must follow. */
  reversed(): Probe[] {
    return this.#pairs().map(({ step, before }) => {
      const [own, theirs] = [this.#eventsOf(step), this.#eventsOf(before)];
      const tolerance = Math.max(
        ...own.flatMap((a) => theirs.map((b) => orderTolerance(a, b, this.#rule.rule.skewMs))),
      );
      const earliest = Math.min(...theirs.map(({ timeMs }) => timeMs));
      const latest = Math.max(...own.map(({ timeMs }) => timeMs));
      return this.#moved(
        `${step.step.as} before ${before.step.as}`,
        { steps: [step], byMs: earliest - tolerance - latest },
        [step, before],
      );
    });
  }

  /** Each step in another trace, or with another value of each join's key. */
  apart(): Probe[] {
    const bound = this.#bound();
    if (bound.length < 2) return [];
    const { joins } = this.#rule;
    if (joins.length === 0)
      return bound.map((step) =>
        this.#changed(`${step.step.as} in another trace`, step, {
          to: (event) => ({ ...event, traceId: "probe" }),
          against: bound,
        }),
      );
    return joins.flatMap(({ as, keys }) =>
      bound.flatMap((step) => {
        const path = keys[step.step.as]?.at(-1);
        const others = bound.filter((other) => other !== step && keys[other.step.as] !== undefined);
        if (path === undefined || others.length === 0) return [];
        const change = (event: Event): Event => withField(event, path, "probe");
        if (this.#eventsOf(step).some((event) => joinKeys(change(event), [path]).some((key) => key !== "probe")))
          return [];
        return [
          this.#changed(`${step.step.as} with another ${path.text}, so that the join ${as} breaks`, step, {
            to: change,
            against: [step, ...others],
          }),
        ];
      }),
    );
  }

  /** Each type, so that it is one of the same kind that the step does not name. */
  otherTypes(): Probe[] {
    return this.#bound().flatMap((step) => {
      const to = (event: Event): Event => ({ ...event, type: `${event.type}probe` });
      if (this.#eventsOf(step).some((event) => step.matchesType(to(event).type))) return [];
      return [this.#changed(`${step.step.as} of another type`, step, { to })];
    });
  }

  /** Each field that a step tests, so that it fails the test. */
  otherFields(): Probe[] {
    return this.#bound().flatMap((step) =>
      partsOf(step.step.where).flatMap((part) => {
        const events = this.#eventsOf(step).map((event) => failing(event, part));
        if (events.some((event) => event === undefined || step.matchesFields(event))) return [];
        const what = `${step.step.as} so that this fails: ${predicateWords(part)}`;
        return [this.#changed(what, step, { to: (event) => failing(event, part) ?? event })];
      }),
    );
  }

  #required(): CompiledStep[] {
    return this.#bound().filter(({ step }) => !step.optional);
  }

  /** The steps of which the story has events that arrived; stories are events too, and can't be changed. */
  #bound(): CompiledStep[] {
    const arrived = new Set(this.#arrivals.map(({ event }) => event.id));
    return this.#rule.steps.filter(({ step }) => boundIn(this.#story, step.as)?.every((id) => arrived.has(id)));
  }

  #firstOf(step: CompiledStep): number {
    return Math.min(...this.#eventsOf(step).map(({ timeMs }) => timeMs));
  }

  /** The pairs of bound steps of which one must follow the other. */
  #pairs(): { readonly step: CompiledStep; readonly before: CompiledStep }[] {
    const bound = this.#bound();
    return bound.flatMap((step) =>
      bound.filter(({ index }) => step.after.includes(index)).map((before) => ({ step, before })),
    );
  }

  /** All events that could fill a step, but for those that other steps of the story have. */
  #eventsOf(step: CompiledStep, others: readonly CompiledStep[] = this.#rule.steps): Event[] {
    const elsewhere = new Set(
      others.flatMap((other) => (other === step ? [] : (boundIn(this.#story, other.step.as) ?? []))),
    );
    return this.#arrivals
      .map(({ event }) => event)
      .filter((event) => step.matchesType(event.type) && step.matchesFields(event) && !elsewhere.has(event.id));
  }

  #idsOf(step: CompiledStep): ReadonlySet<string> {
    return new Set([...this.#eventsOf(step).map(({ id }) => id), ...(boundIn(this.#story, step.step.as) ?? [])]);
  }

  /** A step, and those that must follow it. */
  #followersOf(step: CompiledStep): CompiledStep[] {
    const found = new Set([step]);
    for (const each of found)
      for (const other of this.#rule.steps) if (other.after.includes(each.index)) found.add(other);
    return [...found];
  }

  #moved(
    what: string,
    move: { readonly steps: readonly CompiledStep[]; readonly byMs: DurationMs },
    against: readonly CompiledStep[],
  ): Probe {
    const ids = new Set(move.steps.flatMap((step) => [...this.#idsOf(step)]));
    return this.#probe(
      what,
      against,
      this.#mapped(ids, (event) => moved(event, move.byMs)),
    );
  }

  #changed(
    what: string,
    step: CompiledStep,
    change: { readonly to: (event: Event) => Event; readonly against?: readonly CompiledStep[] },
  ): Probe {
    return this.#probe(what, change.against ?? [step], this.#mapped(this.#idsOf(step), change.to));
  }

  #mapped(ids: ReadonlySet<string>, change: (event: Event) => Event): Arrival[] {
    return this.#arrivals.map((arrival) => {
      if (!ids.has(arrival.event.id)) return arrival;
      const event = change(arrival.event);
      return { event, logTimeMs: arrival.logTimeMs + event.timeMs - arrival.event.timeMs };
    });
  }

  #probe(what: string, steps: readonly CompiledStep[], arrivals: readonly Arrival[]): Probe {
    const ordered = arrivals.toSorted((a, b) => a.logTimeMs - b.logTimeMs);
    return { what, arrivals: ordered, story: this.#story, rule: this.#rule, steps };
  }
}
