import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { SETTINGS, type SettingKey, type Settings } from "./config-keys.ts";
import { type Setting, withoutLogins } from "./setting.ts";

/** Where settings come from, the strongest first: flags, environment, file, defaults. */
export interface ConfigSources {
  /** What the command line gave, by setting. */
  readonly flags: Readonly<Partial<Record<SettingKey, string | readonly string[] | undefined>>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The configuration file, if there is one. */
  readonly file?: { readonly path: string; readonly text: string } | undefined;
}

/** One setting as it will be used, for `config show`. */
export interface ShownSetting {
  readonly key: SettingKey;
  /** Secrets are masked. */
  readonly value: string;
  /** `flag --nats`, `env TAPIO_NATS_URL`, `tapio.yaml:3`, `default`. */
  readonly origin: string;
}

/** The settings in force, and where each comes from. */
export interface Config {
  readonly settings: Settings;
  readonly shown: readonly ShownSetting[];
}

/** Settings that cannot be used: every mistake, each with its place and what to do. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.problems = problems;
  }
}

interface Given {
  readonly texts: readonly string[];
  readonly origin: string;
}

const MASK = "********";

/** Puts the settings together. Throws {@link ConfigError} with all mistakes at once. */
export function resolveConfig(sources: ConfigSources): Config {
  const problems: string[] = [];
  const inFile = readFileSettings(sources.file, problems);
  const settings: Partial<Record<SettingKey, unknown>> = {};
  const shown: ShownSetting[] = [];
  for (const key of Object.keys(SETTINGS) as SettingKey[]) {
    // Each key's reader and printer agree on one type, which a loop over all keys cannot express.
    const setting = SETTINGS[key] as Setting<unknown>;
    const given = fromFlag(key, setting, sources) ?? fromEnv(setting, sources) ?? inFile.get(key);
    if (setting.secret === true && given?.origin.startsWith("flag")) {
      problems.push(`${given.origin}: everybody on this machine sees it there; use ${setting.env}, or the file`);
      continue;
    }
    const read = given === undefined ? { value: setting.fallback } : setting.read(given.texts);
    if (typeof read === "string") {
      const written = setting.secret === true ? "" : `; it says "${withoutLogins(given?.texts.join(",") ?? "")}"`;
      problems.push(`${given?.origin}: ${key} must be ${read}${written}`);
      continue;
    }
    settings[key] = read.value;
    const value = setting.secret === true && read.value !== undefined ? MASK : setting.show(read.value);
    shown.push({ key, value, origin: given?.origin ?? "default" });
  }
  const result = settings as unknown as Settings;
  if (problems.length === 0 && result.maxWindow < result.correlationWindow) {
    problems.push(
      "maxWindow must not be shorter than correlationWindow: raise --max-window or lower --correlation-window",
    );
  }
  if (0 < problems.length) throw new ConfigError(problems);
  return { settings: result, shown };
}

function fromFlag(key: SettingKey, setting: Setting<unknown>, { flags }: ConfigSources): Given | undefined {
  const given = flags[key];
  if (given === undefined) return undefined;
  return { texts: typeof given === "string" ? [given] : given, origin: `flag --${setting.flag}` };
}

function fromEnv(setting: Setting<unknown>, { env }: ConfigSources): Given | undefined {
  const given = env[setting.env];
  return given === undefined || given === "" ? undefined : { texts: [given], origin: `env ${setting.env}` };
}

function readFileSettings(file: ConfigSources["file"], problems: string[]): Map<string, Given> {
  const found = new Map<string, Given>();
  if (file === undefined) return found;
  const lines = new LineCounter();
  const document = parseDocument(file.text, { lineCounter: lines, uniqueKeys: true });
  const place = (offset: number): string => `${file.path}:${lines.linePos(offset).line}`;
  for (const error of document.errors) {
    // What stands behind a colon is quoted from the file, and may be a secret.
    problems.push(`${place(error.pos[0])}: ${error.message.split(/ at line|: /)[0]}`);
  }
  if (0 < document.errors.length || document.contents === null) return found;
  const visit = (node: Node | null, path: readonly string[]): void => {
    const key = path.join(".");
    const at = place(node?.range?.[0] ?? 0);
    if (Object.hasOwn(SETTINGS, key)) {
      const texts = textsOf(node);
      if (texts === undefined) problems.push(`${at}: ${key} must be a text or a list of texts`);
      else found.set(key, { texts, origin: at });
    } else if (isMap(node) && path.length < 2) {
      for (const { key: name, value } of node.items) {
        visit((value ?? name) as Node, [...path, String(isScalar(name) ? name.value : name)]);
      }
    } else {
      problems.push(`${at}: there is no setting ${key || "here"}; there are ${Object.keys(SETTINGS).join(", ")}`);
    }
  };
  visit(document.contents, []);
  return found;
}

function textsOf(node: Node | null): string[] | undefined {
  if (isScalar(node) && node.value !== null && typeof node.value !== "object") return [String(node.value)];
  if (!isSeq(node)) return undefined;
  const texts = node.items.map((item) => textsOf(item as Node));
  return texts.some((one) => one === undefined) ? undefined : texts.flatMap((one) => one ?? []);
}
