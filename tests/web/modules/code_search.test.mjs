import assert from "node:assert/strict";
import test from "node:test";

import { codesFound, codesNear } from "../../../src/autocode/web/static/code_search.js";

const CODES = [
  { name: "Lack of awareness", path: "Accessing services", definition: "Nobody knows what there is." },
  { name: "Access to care", path: "Accessing services", definition: "Whether people get there." },
  { name: "Money", path: "Accessing services / Means", definition: "Fares, fees and what they cost." },
  { name: "Inefficient meetings", path: "Working together", definition: "Meetings without the people." },
  { name: "Überlastung", path: "Arbeit / Straße", definition: "" },
  { name: "無力感", path: "感情", definition: "自分では何もできないという感覚" },
  { name: "كَلام", path: "", definition: "" },
  { name: "C++", path: "", definition: "" },
];
const found = (typed) => codesFound(CODES, typed).map(({ name }) => name);
const near = (name) => codesNear(CODES, name).map((code) => code.name);

test("words are found in any order, begun, and with one typing error", () => {
  const looked = ["access to care", "care access", "acc ca", "CARE,acc", "acess care", "accses", "cxre", "aaccess to", "accees"];
  for (const typed of looked) assert.equal(found(typed)[0], "Access to care", typed);
  for (const typed of ["moeny", "mony", "monney", "monez", "mon"]) assert.deepEqual(found(typed)[0], "Money", typed);
});

test("two typing errors in a word, or one in a short word, find nothing", () => {
  for (const typed of ["moezy", "mxn", "care zebra"]) assert.deepEqual(found(typed), [], typed);
});

test("accents, capitals and writing systems do not stand in the way", () => {
  for (const typed of ["uberlast", "ÜBERLASTUNG", "u\u0308ber", "strasse", "STRAẞE"]) assert.deepEqual(found(typed), ["Überlastung"], typed);
  for (const typed of ["無力", "力感", "感情", "感覚"]) assert.deepEqual(found(typed), ["無力感"], typed);
  assert.deepEqual(found("كلام"), ["كَلام"]);
  assert.deepEqual(found("++"), ["C++"]);
});

test("what a definition begins with comes before what a name begins with but for a typing error", () => {
  const codes = [{ name: "Cuts", path: "Infrastructure", definition: "" }, { name: "Records", path: "", definition: "Information systems." }];

  assert.deepEqual(codesFound(codes, "info").map(({ name }) => name), ["Records", "Cuts"]);
});

test("the whole path of a code is looked in, and its definition last", () => {
  assert.deepEqual(found("means"), ["Money"]);
  assert.deepEqual(found("means accessing money"), ["Money"]);
  assert.deepEqual(found("fares"), ["Money"]);
  assert.deepEqual(found("acc"), ["Access to care", "Lack of awareness", "Money"]);
  assert.deepEqual(found("peop"), ["Access to care", "Inefficient meetings"]);
});

test("nothing typed finds every code in its order", () => {
  assert.deepEqual(codesFound(CODES, "  "), CODES);
});

test("codes are near a new name that shares most of its letters with theirs, but for a typing error", () => {
  assert.deepEqual(near("Moeny"), ["Money"]);
  assert.deepEqual(near("Care access"), ["Access to care"]);
  assert.deepEqual(near("Meeting times"), ["Inefficient meetings"]);
  assert.deepEqual(near("Moneylender"), ["Money"]);
  assert.deepEqual(near("Parking fees"), []);
  assert.deepEqual(near("?"), []);
});
