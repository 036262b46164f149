import { ORACLE } from "./properties.ts";
import { testProperties } from "./property-run.ts";

testProperties([ORACLE.windows], {
  holds: 700,
  "window closed by idle": 1_500,
  "window closed by maxWindow": 400,
  "window closed by end": 1_500,
  "one story over windows": 250,
  "absence held": 300,
  "absence broken": 30,
  "absence undecided": 80,
  "join held": 200,
  "story retracted": 8,
});
