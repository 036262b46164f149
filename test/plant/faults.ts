import type { Fault } from "./fault.ts";
import { MATCHING_FAULTS } from "./matching-faults.ts";
import { STORY_FAULTS } from "./story-faults.ts";

/** All of them, for `npm run plant`. */
export const FAULTS: readonly Fault[] = [...MATCHING_FAULTS, ...STORY_FAULTS];
