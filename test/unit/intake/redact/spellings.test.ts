import { expect, test } from "vitest";
import { spellingsOf } from "../../../../src/core/intake/redact/spellings.ts";

test.for([
  { pattern: "images?", spellings: ["images", "image"] },
  { pattern: "pull(ing)? image", spellings: ["pulling image", "pull image"] },
  { pattern: "creat(e|ing)", spellings: ["create", "creating"] },
  { pattern: "(un|dis)known", spellings: ["unknown", "disknown"] },
  { pattern: "(re)?starts?", spellings: ["restarts", "restart", "starts", "start"] },
  { pattern: "(one|two) three", spellings: ["(one|two) three"] },
  { pattern: "a.*b", spellings: ["a.*b"] },
])("$pattern", ({ pattern, spellings }) => {
  expect([...spellingsOf(pattern)].sort()).toEqual([...spellings].sort());
});

test("a pattern with too many spellings stays as it is", () => {
  const pattern = "x(a|b|c)(a|b|c)(a|b|c)(a|b|c)(a|b|c)(a|b|c)";
  expect(spellingsOf(pattern)).toEqual([pattern]);
});
