// What an act on the board needs to know: the fields of its dialog, for each kind of act.

import { byId, el, listing } from "./dom.js";

const REDEFINED = [
  ["clarified", "Clarified: the same lines have it, nobody reads again"],
  ["narrowed", "Narrowed: fewer lines have it; who gave it reads again"],
  ["widened", "Widened: more lines have it; who did not give it reads some lines again"],
  ["changed", "Changed: it means something else, and everyone reads again"],
];
const RETIRED = [
  ["drop", "Lines lose it, and nobody reads again"],
  ["into", "Lines get another code instead"],
  ["read again", "Lines lose it; who gave it alone reads them again"],
];

const named = (entries) => entries.map(({ id, name }) => [id, name]);
const names = (entries) => listing(entries.map(({ name }) => `“${name}”`));
const isTheme = ({ id }, { codes }) => !codes.some((code) => code.id === id);

/** Return the fields of the dialog as elements; `forget` is called when somebody edits one of them. */
function fieldsOf(forget) {
  const labelled = (id, label, control) => el("p", {}, el("label", { for: id }, label), control);
  const field = (id, label, more = {}) =>
    labelled(id, label, el("input", { id, autocomplete: "off", dir: "auto", maxlength: "200", oninput: forget, ...more }));
  const area = (id, label, text = "", rows = "2") =>
    labelled(id, label, el("textarea", { id, rows, dir: "auto", oninput: forget, ".value": text }));
  const choice = (id, label, options) =>
    labelled(id, label, el("select", { id, onchange: forget }, options.map(([key, name]) => el("option", { value: key }, name))));
  /** The texts of a code; those that few codes have are folded away where there are none. */
  const texts = ({ definition = "", use_when = "", not_when = "", examples = [] } = {}) => [
    area("definition", "Definition", definition),
    el(
      "details",
      { open: Boolean(use_when || not_when || examples.length) },
      el("summary", {}, "When to give it, and examples"),
      area("use_when", "Use when", use_when),
      area("not_when", "Not when", not_when),
      area("examples", "Examples, each on a line", examples.join("\n")),
    ),
  ];
  return { field, area, choice, texts, reason: () => field("reason", "Reason") };
}

/** Where codes can be put: the themes, and codes of the team, which become themes by it. */
function parents(board, { without = [] }) {
  const left = ({ id }) => !without.includes(id);
  const isCode = ({ id, owner }) => !owner && !board.themes.some((theme) => theme.id === id);
  return [
    ...named(board.themes.filter(left)),
    ...board.codes.filter((code) => isCode(code) && left(code)).map(({ id, name }) => [id, `${name} (becomes a theme that is coded, too)`]),
  ];
}

const FORMS = {
  add({ board, name = "" }, { field, choice, texts, reason }) {
    return {
      title: "Add a code or a theme",
      make: "Add it",
      fields: [
        field("name", "Name", { ".value": name }),
        choice("how", "It is", [["code", "A code, which lines are given"], ["theme", "A theme, under which codes stand"]]),
        choice("theme", "Under", [["", "No theme"], ...parents(board, {})]),
        texts(),
        reason(),
      ],
      first: "name",
    };
  },
  group({ entries, board, into = "" }, { field, choice, texts, reason }) {
    const isOwn = entries.some(({ owner }) => owner);
    const chosen = entries.map(({ id }) => id);
    const groups = (isOwn ? board.codes.filter(({ owner }) => !owner) : board.themes).filter(({ id }) => !chosen.includes(id));
    const what = isOwn ? "subtheme" : "theme";
    return {
      title: `Group ${names(entries)}`,
      make: "Group them",
      fields: [
        choice("into", "Into", [["", `A new ${what}`], ...named(groups)]),
        el(
          "div",
          { id: "new-group" },
          field("name", `Name of the new ${what}`),
          board.themes.length ? choice("theme", "Under the theme", [["", "None"], ...named(board.themes.filter(({ id }) => !chosen.includes(id)))]) : null,
          texts(),
        ),
        reason(),
      ],
      preset: { into },
      sync: () => (byId("new-group").hidden = Boolean(byId("into").value)),
      first: into ? "reason" : "name",
    };
  },
  merge({ entries }, { choice, reason }) {
    const common = entries.filter(({ owner }) => !owner);
    const fields = [choice("into", "Stays", named(common.length ? common : entries)), reason()];
    return { title: `Merge ${names(entries)}`, make: "Merge them", fields, first: "into" };
  },
  move({ entries, board }, { choice, reason }) {
    const [{ parent }] = entries;
    const from = entries.every((entry) => entry.parent === parent) ? parent : undefined;
    const options = [...(from === null ? [] : [["", "No theme"]]), ...parents(board, { without: [from, ...entries.map(({ id }) => id)] })];
    const title = `Move ${names(entries)}`;
    return { title, make: entries.length === 1 ? "Move it" : "Move them", fields: [choice("theme", "Under", options), reason()], first: "theme" };
  },
  split({ entries: [{ name }] }, { field, reason, forget }) {
    const parts = el("div", { class: "parts" });
    const add = () => {
      const n = parts.children.length + 1;
      const part = el(
        "div",
        { class: "part", role: "group", "aria-label": `Part ${n}` },
        field(`part-${n}`, `Name of part ${n}`, { class: "part-name" }),
        field(`part-definition-${n}`, "Definition", { class: "part-definition", maxlength: "2000" }),
      );
      parts.append(part);
      return part;
    };
    add();
    add();
    const more = () => {
      forget();
      add().querySelector("input").focus();
    };
    const another = el("p", {}, el("button", { class: "button small", type: "button", onclick: more }, "Another part"));
    return { title: `Split “${name}”`, make: "Split it", fields: [parts, another, reason()], first: "part-1" };
  },
  rename({ entries: [{ name }] }, { field, reason }) {
    return { title: `Rename “${name}”`, make: "Rename it", fields: [field("name", "New name", { ".value": name }), reason()], first: "name" };
  },
  redefine({ entries: [entry], board }, { choice, texts, reason }) {
    // lines are not given a theme, so that only its text can change
    const kinds = isTheme(entry, board) ? REDEFINED.slice(0, 1) : REDEFINED;
    const fields = [choice("how", "What the new text does", kinds), texts(entry), reason()];
    return { title: `Redefine “${entry.name}”`, make: "Redefine it", fields, first: "definition" };
  },
  retire({ entries: [entry], board }, { choice, reason }) {
    const others = board.codes.filter(({ id, owner }) => id !== entry.id && (!owner || owner === entry.owner));
    const kinds = isTheme(entry, board) ? RETIRED.slice(0, 1) : RETIRED;
    return {
      title: `Retire “${entry.name}”`,
      make: "Retire it",
      fields: [choice("how", "Its lines", kinds), choice("into", "Code that they get", named(others)), reason()],
      sync: () => (byId("into").closest("p").hidden = byId("how").value !== "into"),
      first: "how",
    };
  },
  undo: ({ board }, { reason }) => ({ title: `Take back: ${board.latest}`, make: "Take it back", fields: [reason()], first: "reason" }),
};

/**
 * Return the form of an act: its title, what its button says, its fields, the field to begin with, what is filled in, and
 * `sync`, which hides the fields that do not count as the form is filled in.
 */
export function formFor(kind, about, forget) {
  return { preset: {}, sync: () => {}, ...FORMS[kind](about, { ...fieldsOf(forget), forget }) };
}

const value = (id) => {
  const field = byId(id);
  return field && !field.closest("[hidden]") ? field.value : "";
};
const all = (name) => [...document.querySelectorAll(`#act-fields .${name}`)].map((field) => field.value);

/** What is written in the fields that are shown. */
export const written = () => ({
  ...Object.fromEntries(["into", "name", "theme", "how", "definition", "use_when", "not_when", "reason"].map((id) => [id, value(id)])),
  examples: value("examples").split("\n"),
  parts: all("part-name"),
  definitions: all("part-definition"),
});
