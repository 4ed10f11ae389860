// What the adjudication page knows, and what follows from it without asking the server or painting anything.

const NAMES = "autocode:names"; // whether the names of coders are hidden, in the browser's storage

export function newState() {
  return {
    coder: "",
    study: "",
    version: "", // of the codebook; rulings are stored as made under it
    codes: {}, // id -> code
    interviews: {}, // id -> what is known of the participant
    contested: {}, // code id -> on how many lines coders differ about it
    lines: [], // lines on which coders differ; those near the screen with their words and readings
    byId: new Map(), // line id -> line
    shown: [], // the lines that the filters leave
    asked: new Set(), // ids of lines whose words are on their way
    current: null, // id of the current line
    since: 0, // when it came to the screen
    code: "", // id of a code: only lines that differ on it; "" for all lines
    openOnly: false, // only lines that are not settled
    pairs: new Map(), // line id -> index of the pair of readings that is compared
    reasons: new Map(), // line id -> reason that is written and not sent yet
    hidden: readHidden(),
    outbox: null,
  };
}

function readHidden() {
  try {
    return localStorage.getItem(NAMES) === "hidden";
  } catch {
    return false;
  }
}

export function setHidden(state, hidden) {
  state.hidden = hidden;
  state.pairs = new Map();
  try {
    localStorage.setItem(NAMES, hidden ? "hidden" : "shown");
  } catch {
    // without storage the names are shown when the page is opened again
  }
}

export function takeState(state, { coder, study, version, codes, interviews, contested, lines, read }) {
  Object.assign(state, { coder, study, version, codes, interviews, contested, lines, asked: new Set() });
  for (const line of lines) line.settled ??= [];
  state.byId = new Map(lines.map((line) => [line.id, line]));
  for (const line of read) Object.assign(state.byId.get(line.id), line);
  if (!(state.code in contested)) state.code = "";
  state.shown = filtered(state);
}

export const currentLine = (state) => state.byId.get(state.current);
export const nameOf = (state, id) => state.codes[id]?.name ?? id;
export const comparedPair = (state, line) => line.pairs[state.pairs.get(line.id) ?? 0] ?? line.pairs[0];
export const indexOf = (state, id) => state.shown.indexOf(state.byId.get(id));
export const isUnstored = (state, id) => state.outbox?.pending().some(([, act]) => act.line === id) ?? false;

const isOpen = (line) => !line.settled.length;
const differsOn = (line, code) => !code || line.contested.includes(code);

/** The lines that the filters leave; the current line stays among the open ones until the adjudicator leaves it. */
export function filtered(state) {
  const { lines, code, openOnly, current } = state;
  return lines.filter((line) => differsOn(line, code) && (!openOnly || isOpen(line) || line.id === current));
}

/** All lines that differ on the code of the filter, settled or not. */
export const linesOfCode = ({ lines, code }) => lines.filter((line) => differsOn(line, code));

/** The next line that is not settled: further down, else from the top; null if all are. */
export function nextOpen(state, id) {
  const lines = linesOfCode(state);
  const index = lines.findIndex((line) => line.id === id);
  return lines.slice(index + 1).find(isOpen) ?? lines.slice(0, Math.max(index, 0)).find(isOpen) ?? null;
}

/** The lines whose words are needed soon and not here: those of a stretch, and `ahead` open ones from the present on. */
export function missingWords(state, stretch, ahead) {
  const start = state.current === null ? 0 : state.lines.indexOf(currentLine(state));
  const next = [];
  for (let index = start; index < state.lines.length && next.length < ahead; index += 1) {
    const line = state.lines[index];
    if (isOpen(line) && differsOn(line, state.code)) next.push(line);
  }
  const missing = [...new Set([...stretch, ...next])].filter((line) => !line.readings && !state.asked.has(line.id));
  return missing.map((line) => line.id);
}

/** Take over a ruling before it is stored; what the server answers takes its place. */
export function applyRuling(state, line, { codes, reason }) {
  const others = line.settled.filter(({ by }) => by !== state.coder);
  line.settled = [...others, { by: state.coder, codes, reason }];
}
