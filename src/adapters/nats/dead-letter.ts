import { createHash } from "node:crypto";
import type { DeadLetter, DeadLetters } from "../../ports/dead-letters.ts";
import { type DeadLetterOptions, DeadLetterStream } from "./dead-letter-stream.ts";

const IN_FLIGHT_MAX = 256;
/** Enough of a payload's hash to tell two of them apart that stood at one place. */
const HASH_CHARS = 16;

/**
 * Opens {@link DeadLetters} that publishes to `tapio.deadletter.<reason>`: what was wrong, where it
 * stands, its SHA-256 and its masked beginning; `stream` names the log that the letters come from.
 */
export async function openDeadLetters(options: DeadLetterOptions & { readonly stream: string }): Promise<DeadLetters> {
  const letterStream = await DeadLetterStream.open(options);
  return {
    async bury(letters) {
      for (let start = 0; start < letters.length; start += IN_FLIGHT_MAX) {
        const some = letters.slice(start, start + IN_FLIGHT_MAX);
        await Promise.all(some.map((letter) => publish(letterStream, options.stream, letter)));
      }
    },
  };
}

async function publish(letterStream: DeadLetterStream, stream: string, letter: DeadLetter): Promise<void> {
  const { entry, item, place, reason, excerpt } = letter;
  const bytes = Buffer.from(entry.text, "utf8");
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const body = {
    reason,
    place,
    subject: entry.subject,
    sequence: entry.position,
    item,
    bytes: bytes.length,
    sha256,
    beginning: excerpt,
  };
  // A list has several letters; a stream that was made anew has other messages at the same sequences.
  const msgID = [stream, entry.position, item ?? 0, entry.logTimeMs ?? 0, sha256.slice(0, HASH_CHARS)].join("-");
  await letterStream.publish(subjectToken(reason), body, msgID);
}

/** The reason's first words as one subject token, so that few subjects stand for many letters. */
function subjectToken(reason: string): string {
  const [heading = ""] = reason.toLowerCase().split(/[:;(,"'`]/, 1);
  const words = heading.match(/[a-z]+/g) ?? [];
  return words.slice(0, 4).join("-").slice(0, 40) || "undecodable";
}
