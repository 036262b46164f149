import { ORACLE } from "./properties.ts";
import { testProperties } from "./property-run.ts";

testProperties([ORACLE.late], {
  holds: 600,
  "late evidence": 50,
  "one story over windows": 130,
  "story retracted": 6,
  "story revised": 200,
  superseded: 5,
  "also matched": 8,
  "absence undecided": 200,
});
