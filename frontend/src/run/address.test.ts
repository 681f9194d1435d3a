import { expect, it } from "vitest";
import { formatNiche, parseNiche } from "./address";

it("keeps the niche in the address", () => {
  expect(parseNiche(formatNiche(0, ""), 1728)).toBe(0);
  expect(parseNiche(formatNiche(1727, "?lang=en"), 1728)).toBe(1727);
  expect(formatNiche(5, "?lang=en&niche=3")).toBe("?lang=en&niche=5");
  expect(formatNiche(null, "?niche=3")).toBe("");
});

it.each([
  "",
  "?niche=",
  "?niche=-1",
  "?niche=1728",
  "?niche=1e3",
  "?niche=x",
])("takes %s for no niche", (query) => expect(parseNiche(query, 1728)).toBeNull());
