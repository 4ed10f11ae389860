// What a key decides, and which line comes next.
import assert from "node:assert/strict";
import { test } from "node:test";
import { decision } from "../../../src/autocode/web/static/review_decisions.js";
import { firstMissing, lineAfter, neighbour } from "../../../src/autocode/web/static/review_queue.js";

const decide = (key, more = {}) =>
  decision(key, { own: null, kept: null, chosen: [], proposed: [], offer: null, nameOf: (id) => id.toUpperCase(), ...more });
const offer = (strong, ...bands) => ({ strong, cards: bands.map((band, index) => ({ code: "abc"[index], band })) });

test("nothing is kept without a choice, and N never drops one", () => {
  assert.match(decide("keep").refused, /Nothing is chosen/);
  assert.deepEqual(decide("keep", { chosen: ["a"], proposed: ["new"] }), { kind: "keep", codes: ["a"], proposed: ["new"] });
  assert.equal(decide("keep", { kept: { codes: [], proposed: [] } }).kind, "none"); // with another memo, say
  assert.match(decide("keep", { kept: { codes: ["a"], proposed: [] } }).refused, /Nothing is chosen/);
  assert.deepEqual(decide("none"), { kind: "none", codes: [], proposed: [] });
  assert.equal(decide("none", { chosen: ["a"], proposed: ["new"] }).refused, "A, “new” is chosen: press Enter to keep it, or drop it before pressing N.");
  assert.match(decide("none", { proposed: ["other"], kept: { codes: [], proposed: ["new"] } }).refused, /“other” is chosen/);
  assert.equal(decide("none", { chosen: ["a"], kept: { codes: ["a"], proposed: [] } }).kind, "none");
});

test("A accepts only a strong match", () => {
  assert.deepEqual(decide("first", { offer: offer("a", "strong", "weak") }), { kind: "first", codes: ["a"], proposed: [] });
  assert.equal(decide("first", { offer: offer(null, "fair") }).refused, "A is a fair match: press 1 to choose it, or N if none fits.");
  assert.match(decide("first").refused, /no suggestion to accept/);
});

test("on a second look, N and Enter keep the coder's own judgement, and A adds to it", () => {
  const own = { codes: ["x"], proposed: ["new"] };

  assert.deepEqual(decide("none", { own, kept: own, chosen: ["x", "a"] }), { kind: "keep", ...own });
  assert.deepEqual(decide("keep", { own: { codes: [], proposed: [] } }), { kind: "none", codes: [], proposed: [] });
  assert.deepEqual(decide("first", { own, offer: offer("a", "strong") }), { kind: "first", codes: ["x", "a"], proposed: ["new"] });
});

test("a line that is decided is not left for later", () => {
  assert.equal(decide("later").kind, "later");
  assert.match(decide("later", { kept: { codes: [], proposed: [] } }).refused, /already decided/);
});

const route = ["a", "b", "c", "d"];
const queue = ({ kept = [], later = [], again = [], done = [] } = {}) => ({
  route,
  positions: new Map(route.map((id, index) => [id, index])),
  lines: new Map(["a", "b", "c"].map((id) => [id, { kept: kept.includes(id), later: later.includes(id), again: again.includes(id) }])),
  done: new Set([...kept, ...done]),
  later,
});

test("the next line is further down, then from the top, then one to look at again, then one left for later", () => {
  assert.equal(lineAfter(queue({ kept: ["b"] }), "b"), "c");
  assert.equal(lineAfter(queue({ kept: ["c"], done: ["d"] }), "c"), "a");
  assert.equal(lineAfter(queue({ kept: ["a", "b"], again: ["a"], later: ["c"], done: ["d"] }), "b"), "a");
  assert.equal(lineAfter(queue({ kept: ["a", "b"], later: ["c"], done: ["d"] }), "b"), "c");
  assert.equal(lineAfter(queue({ kept: ["a", "b"], later: ["c"], done: ["d"] }), "c"), "c");
  assert.equal(lineAfter(queue({ kept: ["a", "b", "c"], done: ["d"] }), "c"), null);
});

test("beside a line stands the one before or after it, decided or not", () => {
  assert.deepEqual([neighbour(queue(), "a", 1), neighbour(queue(), "a", -1), neighbour(queue(), "d", 1)], ["b", undefined, undefined]);
  assert.deepEqual([neighbour(queue(), null, 1), neighbour(queue(), null, -1)], ["a", "d"]);
});

test("what is missing is looked for among the open lines that come next, and not far ahead", () => {
  const isMissing = (id) => id === "d";

  assert.equal(firstMissing(queue({ kept: ["b"] }), "a", { isMissing, ahead: 3 }), "d");
  assert.equal(firstMissing(queue(), "a", { isMissing, ahead: 3 }), null);
  assert.equal(firstMissing(queue({ done: ["d"] }), "a", { isMissing, ahead: 9 }), null);
});
