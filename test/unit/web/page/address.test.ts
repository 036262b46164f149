import { describe, expect, test } from "vitest";
import { readAddress, writeAddress } from "../../../../src/web/page/address.js";
import { NO_FILTER } from "../../../../src/web/page/filter.js";

const home = { view: "stories", story: undefined, filter: NO_FILTER, asked: undefined } as const;

describe("an address", () => {
  test.for([
    ["#/", home],
    ["#/stories/st_1", { ...home, story: "st_1" }],
    ["#/stories/a%2Fb", { ...home, story: "a/b" }],
    [
      "#/?q=oom+cache&severity=critical,error&status=open",
      { ...home, filter: { ...NO_FILTER, text: "oom cache", severities: ["critical", "error"], statuses: ["open"] } },
    ],
    [
      "#/stories/st_1?category=security",
      { ...home, story: "st_1", filter: { ...NO_FILTER, categories: ["security"] } },
    ],
    [
      "#/why-not?rule=memory/oom&trace=t+1&since=2h",
      { ...home, view: "why-not", asked: { rule: "memory/oom", trace: "t 1", since: "2h" } },
    ],
    ["#/why-not", { ...home, view: "why-not" }],
    ["#/why-not?trace=t1", { ...home, view: "why-not", asked: { rule: "", trace: "t1", since: "" } }],
  ] as const)("%s is read, and written the same", ([hash, address]) => {
    expect(readAddress(hash)).toEqual(address);
    expect(writeAddress(readAddress(hash))).toBe(hash);
  });

  test.for([
    ["", "#/"],
    ["#/elsewhere", "#/"],
    ["#/?severity=error,awful,critical", "#/?severity=critical,error"],
    ["#/stories/%E0%A4%A?status=closed", "#/stories/%25E0%25A4%25A"],
  ] as const)("%s is read as far as it is known", ([hash, same]) => {
    expect(writeAddress(readAddress(hash))).toBe(same);
  });
});
