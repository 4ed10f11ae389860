// Keys on the keyboards of the world.
import assert from "node:assert/strict";
import { test } from "node:test";
import { keyOf, listen } from "../../../src/autocode/web/static/keys.js";

const named = (key, code, shiftKey = false) => keyOf({ key, code, shiftKey });

test("a character that the page knows answers by itself, wherever it stands", () => {
  assert.equal(named("n", "KeyN"), "n");
  assert.equal(named("N", "KeyN"), "n"); // caps lock
  assert.equal(named("a", "KeyQ"), "a"); // AZERTY
  assert.equal(named("z", "KeyY"), "z"); // QWERTZ
  assert.equal(named("/", "Digit7", true), "/"); // German
  assert.equal(named("?", "Minus", true), "?");
  assert.equal(named("1", "Numpad1"), "1");
});

test("digits answer by position where they need Shift, with and without it", () => {
  for (const [key, code] of [["&", "Digit1"], ["é", "Digit2"], ["\"", "Digit3"]]) assert.equal(named(key, code), code.at(-1));
  assert.equal(named("1", "Digit1", true), "1"); // AZERTY: Shift+&
  assert.equal(named("+", "Digit1"), "1"); // Czech
  assert.equal(named("١", "Digit1"), "1"); // Arabic
});

test("letters answer by position where the layout has another script", () => {
  for (const key of ["т", "ν", "ى", "מ"]) assert.equal(named(key, "KeyN"), "n"); // Cyrillic, Greek, Arabic, Hebrew
  assert.equal(named("؟", "Slash", true), "?");
});

const pressed = (...events) => {
  const keys = [];
  const root = { addEventListener: (_, listener) => (root.press = listener), querySelector: () => null };
  listen((key) => keys.push(key), { root });
  const common = { target: {}, preventDefault() {} };
  for (const event of events) root.press({ ...common, ...event });
  return keys;
};

test("undo and redo have the chords of their system, on any layout", () => {
  const chord = (key, code, more) => ({ key, code, ctrlKey: true, ...more });

  assert.deepEqual(pressed(chord("z", "KeyZ"), chord("я", "KeyZ")), ["u", "u"]);
  assert.deepEqual(pressed(chord("y", "KeyY"), chord("Z", "KeyZ", { shiftKey: true })), ["redo", "redo"]);
  assert.deepEqual(pressed(chord("n", "KeyN"), { key: "z", code: "KeyZ", altKey: true }), []);
});

test("what has another meaning in its own layout is not taken for a key of the page", () => {
  assert.equal(named("!", "Digit1", true), null); // Shift+1 on a keyboard that has 1 without Shift
  assert.equal(named("N", "KeyN", true), null);
  assert.equal(named("Т", "KeyN", true), null);
  assert.equal(named("Enter", "Enter", true), null);
  assert.equal(named(",", "KeyM"), ","); // AZERTY
  assert.equal(named("ø", "Semicolon"), "ø");
});
