import { ORACLE } from "./properties.ts";
import { testProperties } from "./property-run.ts";

testProperties([ORACLE.competing], {
  holds: 800,
  superseded: 150,
  "also matched": 80,
  "story of stories, level 1": 180,
  "story of stories, level 2": 25,
  shadow: 200,
  standalone: 200,
  "story retracted": 40,
  "story revised": 350,
});
