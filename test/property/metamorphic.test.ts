import { METAMORPHIC } from "./properties.ts";
import { testProperties } from "./property-run.ts";

testProperties(METAMORPHIC, {
  "told before the end of input": 400,
  "told after settling, before its window closed": 10,
});
