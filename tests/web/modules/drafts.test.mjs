// What was chosen or written and is not stored stays with its line.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Drafts } from "../../../src/autocode/web/static/review_drafts.js";

class Store extends Map {
  getItem = (name) => this.get(name) ?? null;
  setItem = (name, text) => this.set(name, text);
  removeItem = (name) => this.delete(name);
  key = (index) => [...this.keys()][index] ?? null;
  get length() {
    return this.size;
  }
}

const opened = (store = new Store(), coder = "MO") => {
  const drafts = new Drafts(() => store);
  drafts.open({ study: "s", coder });
  return drafts;
};
const choice = (...codes) => ({ codes, proposed: [] });

test("a draft outlives the page, and is the coder's own", () => {
  const store = new Store();
  const drafts = opened(store);
  drafts.keepMemo("GP1:2", "a thought", undefined);
  drafts.keepChoice("GP1:3", { codes: ["a"], proposed: ["new"] }, undefined);

  const again = opened(store);
  assert.deepEqual([again.memo("GP1:2"), again.choice("GP1:3")], ["a thought", { codes: ["a"], proposed: ["new"] }]);
  assert.deepEqual(again.ids().sort(), ["GP1:2", "GP1:3"]);
  assert.deepEqual(opened(store, "JB").ids(), []);
});

test("what a line has already is no draft, and what is taken back is none any more", () => {
  const drafts = opened();
  const kept = { codes: ["a", "b"], proposed: [], memo: "stored" };
  drafts.keepMemo("x", "stored", kept);
  drafts.keepChoice("x", choice("b", "a"), kept);
  drafts.keepMemo("y", "", undefined);
  assert.deepEqual(drafts.ids(), []);

  drafts.keepMemo("x", "", kept); // a memo that is taken away is a change, too
  assert.equal(drafts.memo("x"), "");
  drafts.keepChoice("x", choice("a"), kept);
  drafts.compare("x", kept);
  assert.deepEqual(drafts.ids(), ["x"]);
  drafts.compare("x", { codes: ["a"], proposed: [], memo: "" }); // another tab stored the same
  assert.deepEqual(drafts.ids(), []);
  drafts.keepMemo("x", "more", kept);
  drafts.drop("x");
  assert.deepEqual(drafts.ids(), []);
  assert.equal(drafts.store().size, 0);
});

test("a draft of another tab is taken over by the name under which it is kept", () => {
  const store = new Store();
  const [one, other] = [opened(store), opened(store)];
  one.keepMemo("GP1:2", "there", undefined);
  assert.equal(other.read(store.key(0)), "GP1:2");
  assert.equal(other.memo("GP1:2"), "there");

  const name = store.key(0);
  one.drop("GP1:2");
  other.read(name);
  assert.deepEqual(other.ids(), []);
  assert.equal(other.read("autocode:act:s:MO:1"), null);
});

test("what another tab wrote on a line since is neither dropped nor replaced by what was known of it before", () => {
  const store = new Store();
  const [one, other] = [opened(store), opened(store)];
  one.keepMemo("x", "first", undefined);
  other.read(store.key(0));
  one.keepMemo("x", "second", undefined);

  other.compare("x", { codes: [], proposed: [], memo: "" }); // another act on the line was stored
  assert.equal(opened(store).memo("x"), "second");
  one.keepMemo("x", "third", undefined);
  other.drop("x"); // it decided the line with the second one
  assert.deepEqual([other.memo("x"), opened(store).memo("x")], ["third", "third"]);
  other.drop("x");
  assert.equal(store.size, 0);
});

test("a store that is full keeps no older draft", () => {
  const store = new Store();
  const drafts = opened(store);
  drafts.keepMemo("x", "a thought", undefined);
  store.setItem = () => {
    throw new Error("full");
  };
  drafts.keepMemo("x", "a thought, and more", undefined);

  drafts.compare("x", undefined);
  assert.deepEqual([drafts.memo("x"), store.size], ["a thought, and more", 0]);
});

test("chosen codes follow the codebook", () => {
  const drafts = opened();
  drafts.keepChoice("x", choice("a", "b"), undefined);
  drafts.replay((codes) => codes.flatMap((id) => (id === "a" ? ["c"] : [id])));

  assert.deepEqual(drafts.choice("x").codes, ["c", "b"]);
});

test("without storage, the page alone keeps drafts", () => {
  const drafts = new Drafts(() => {
    throw new Error("forbidden");
  });
  drafts.open({ study: "s", coder: "MO" });
  drafts.keepMemo("x", "still here", undefined);

  assert.equal(drafts.memo("x"), "still here");
});
