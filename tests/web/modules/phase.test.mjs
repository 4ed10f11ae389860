// What the review page is doing, as one value.
import assert from "node:assert/strict";
import { test } from "node:test";
import { TOO_SOON, after, beginning, isAnswer } from "../../../src/autocode/web/static/review_phase.js";

const steps = (...events) => events.reduce((phase, [type, event]) => after(phase, { type, at: 0, ...event }), beginning);
const reading = (line, at = 1000) => [["go", { line }], ["shown", { line, stage: "blind", at }]];

test("nothing is an answer before a line, with all that may be shown for it, is on the screen", () => {
  assert.equal(isAnswer(beginning, 5000), false);
  assert.equal(isAnswer(steps(["go", { line: "a" }]), 5000), false);

  assert.equal(steps(...reading("a")).name, "reading");
  assert.equal(isAnswer(steps(...reading("a")), 1000), true);
});

test("a key that was pressed before the line was there, while the page was busy, is no answer to it", () => {
  assert.equal(isAnswer(steps(...reading("a", 1000)), 999), false);
});

test("what arrives for a line that was left changes nothing", () => {
  const phase = steps(...reading("a"), ["go", { line: "b" }], ["shown", { line: "a", stage: "assisted", at: 2000 }]);

  assert.deepEqual([phase.name, phase.line], ["fetching", "b"]);
});

test("a blind decision is held, and nothing is decided on it until the next line, or a second look that could be seen", () => {
  const held = steps(...reading("a"), ["hold", { next: "b" }]);
  assert.deepEqual([held.name, held.line, held.next], ["held", "a", "b"]);
  assert.equal(isAnswer(held, 9000), false);

  const again = after(held, { type: "reveal", line: "a", at: 2000 });
  assert.equal(again.name, "second look");
  assert.equal(isAnswer(again, 2000 + TOO_SOON - 1), false);
  assert.equal(isAnswer(again, 2000 + TOO_SOON), true);

  assert.equal(after(held, { type: "reveal", line: "other", at: 2000 }), held);
  assert.equal(isAnswer(after(steps(...reading("a")), { type: "reveal", line: "a", at: 2000 }), 2100), false);
});

test("a line whose suggestions are withdrawn is fetched again, and a line gone to for a second look is looked at again", () => {
  assert.equal(steps(...reading("a"), ["stale"]).name, "fetching");
  assert.equal(steps(["go", { line: null }], ["stale"]).name, "done");
  const again = steps(["go", { line: "a" }], ["shown", { line: "a", stage: "second look", at: 10 }]);
  assert.deepEqual([again.name, isAnswer(again, 10)], ["second look", true]);
});

test("when every line is decided, nothing more is", () => {
  const done = steps(["go", { line: null }]);

  assert.deepEqual([done.name, done.line, isAnswer(done, 9000)], ["done", null, false]);
});
