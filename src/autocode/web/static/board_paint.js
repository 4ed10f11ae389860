// How the board looks: a row for each theme with its codes as cards, own codes by coder above them, and pairs of codes that are
// given to similar lines.

import { byId, el, listing } from "./dom.js";

const LONGEST = 160; // characters of a line on a card

const shortened = (text) => (text.length > LONGEST ? `${text.slice(0, LONGEST).trimEnd()} …` : text);
const quoted = ({ text, line }) => el("blockquote", { dir: "auto" }, shortened(text), " ", el("cite", {}, line));
const counted = (n, noun) => `${n} ${noun}${n === 1 ? "" : "s"}`;

export function paintBoard({ themes, codes }, actions) {
  const own = codes.filter(({ owner }) => owner);
  const rows = [];
  for (const owner of [...new Set(own.map(({ owner: name }) => name))].sort()) {
    rows.push(row(`Own codes of ${owner}, not grouped yet`, own.filter((code) => code.owner === owner), actions));
  }
  for (const theme of themes) rows.push(row(null, codes.filter(({ parent }) => parent === theme.id), actions, theme, themes));
  const loose = codes.filter(({ owner, parent }) => !owner && !parent);
  if (loose.length) rows.push(row("Without a theme", loose, actions));
  if (!rows.length) rows.push(el("p", { class: "soft" }, "There are no codes yet. Coders make them while they code."));
  byId("themes").replaceChildren(...rows);
}

function row(title, codes, actions, theme = null, themes = []) {
  const parent = themes.find(({ id }) => id === theme?.parent);
  const heading = theme
    ? el(
        "div",
        { class: "theme" },
        pick(theme, actions, "Theme"),
        parent && el("p", { class: "soft", dir: "auto" }, `in ${parent.name}`),
        theme.definition && el("p", { class: "soft", dir: "auto" }, theme.definition),
        coherence(theme.id),
      )
    : el("div", { class: "theme" }, el("h2", {}, title));
  const section = el(
    "section",
    { class: "row-of-cards" },
    heading,
    el("ul", { class: "cards" }, codes.map((code) => card(code, actions))),
  );
  if (theme) acceptDrops(section, theme.id, actions);
  return section;
}

/** The name of a card with its box: it can be selected, and keys start from it. */
function pick(entry, { onPick }, kind = "Code") {
  const box = el("input", { type: "checkbox", class: "pick", "aria-label": `${kind} ${entry.name}`, onchange: () => onPick(entry.id) });
  box.dataset.code = entry.id;
  return el("h2", { class: kind === "Theme" ? "" : "name" }, el("label", { dir: "auto" }, box, el("span", {}, entry.name)));
}

const coherence = (id) => {
  const line = el("p", { class: "soft coherence" });
  line.dataset.coherence = id;
  return line;
};

function card(code, actions) {
  const by = Object.entries(code.by).map(([coder, n]) => `${coder} ${n}`).join(", ");
  const item = el(
    "li",
    { class: `card hue-${code.hue}`, draggable: "true" },
    pick(code, actions),
    el("p", { class: "soft" }, `${counted(code.lines, "line")}${by ? `: ${by}` : ""}`),
    code.waiting ? el("p", { class: "soft" }, `${counted(code.waiting, "judgement")} to be read again`) : null,
    code.definition && el("p", { class: "definition", dir: "auto" }, shortened(code.definition)),
    code.shown.map(quoted),
    code.memos.map(({ text, coder }) => el("p", { class: "memo", dir: "auto" }, el("b", {}, `Memo of ${coder} `), shortened(text))),
    code.merged.length
      ? el("p", { class: "soft", dir: "auto" }, `From ${code.merged.map(({ name, owner }) => (owner ? `${name} (${owner})` : name)).join(", ")}`)
      : null,
    coherence(code.id),
  );
  item.addEventListener("dragstart", (event) => {
    event.dataTransfer.setData("text/plain", code.id);
    event.dataTransfer.effectAllowed = "move";
  });
  if (!code.owner) acceptDrops(item, code.id, actions);
  return item;
}

function acceptDrops(element, id, { onDrop }) {
  element.addEventListener("dragover", (event) => {
    event.preventDefault();
    element.classList.add("over");
  });
  element.addEventListener("dragleave", () => element.classList.remove("over"));
  element.addEventListener("drop", (event) => {
    event.preventDefault();
    event.stopPropagation();
    element.classList.remove("over");
    onDrop(event.dataTransfer.getData("text/plain"), id);
  });
}

/** Write beside each card how far its lines belong together and apart from the others. */
export function coherenceOf(sentences) {
  for (const line of document.querySelectorAll("[data-coherence]")) line.textContent = sentences[line.dataset.coherence] ?? "";
}

/** Show pairs of codes with a line of each, in a list of them. */
export function paintPairs(list, pairs, note, { nameOf, onBoth }) {
  const items = pairs.map(({ codes, together, lines, examples, auc }) => {
    const shared = together ? `${counted(together, "line")} with both` : "no line with both";
    return el(
      "li",
      { class: "pair" },
      el(
        "p",
        { class: "names" },
        codes.map((id, n) => el("b", { dir: "auto" }, nameOf(id), el("small", {}, ` ${counted(lines[n], "line")}`))),
        el("span", { class: "soft" }, auc ? `${shared}; AUC ${auc}, where 0.5 is chance` : shared),
        el("button", { class: "button small", type: "button", onclick: () => onBoth(codes) }, "Select both"),
      ),
      el("div", { class: "side-by-side" }, examples.map(quoted)),
    );
  });
  list.replaceChildren(...items, ...(note ? [el("li", { class: "soft" }, note)] : []));
}

/** Show the codes that coders proposed, with lines that need them; one of them is added with its button. */
export function paintProposed(proposed, isClosed, onAdd) {
  byId("proposed").hidden = !proposed.length;
  byId("proposals").replaceChildren(
    ...proposed.map(({ name, by, lines }) =>
      el(
        "li",
        { class: "pair" },
        el(
          "p",
          { class: "names" },
          el("b", { dir: "auto" }, name),
          el("span", { class: "soft" }, listing(Object.entries(by).map(([coder, n]) => `${coder} on ${counted(n, "line")}`))),
          el("button", { class: "button small", type: "button", ".disabled": isClosed, onclick: () => onAdd(name) }, "Add", el("span", { class: "unseen" }, ` “${name}”`)),
        ),
        el("div", { class: "side-by-side" }, lines.map(quoted)),
      ),
    ),
  );
}

/** Show a plan: its sentences as paragraphs, its tables as tables. */
export function paintPlan(parts) {
  byId("act-sentences").replaceChildren(
    ...parts.flatMap(({ sentences, head, rows, numeric }) => (sentences ? sentences.map((sentence) => el("p", { dir: "auto" }, sentence)) : [table(head, rows, numeric)])),
  );
}

function table(head, rows, numeric) {
  const cell = (tag, text, n, more = {}) => el(tag, { class: numeric.includes(n) ? "numeric" : "", ...more }, text);
  return el(
    "table",
    {},
    el("thead", {}, el("tr", {}, head.map((text, n) => cell("th", text, n, { scope: "col" })))),
    el("tbody", {}, rows.map((row) => el("tr", {}, row.map((text, n) => (n ? cell("td", text, n) : cell("th", text, n, { scope: "row", dir: "auto" })))))),
  );
}
