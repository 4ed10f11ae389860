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
    majorityOnly: false, // only lines on which more than half of the coders agree
    reasons: new Map(), // line id -> reason that is written and not sent yet; later `Drafts`
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
  if (!lines.some(({ majority }) => majority)) state.majorityOnly = false;
  state.shown = filtered(state);
}

export const currentLine = (state) => state.byId.get(state.current);
export const nameOf = (state, id) => state.codes[id]?.name ?? id;

const isSame = (codes, others) => codes.length === others.length && codes.every((id) => others.includes(id));

/** The two readings between which a ruling for one of them decides, and which of them it is. */
export function comparison({ readings }, index) {
  const other = readings.findIndex(({ codes }) => !isSame(codes, readings[index].codes));
  return index < other ? { left: index, right: other, ruling: "left" } : { left: other, right: index, ruling: "right" };
}

/** The two readings that together have all codes that anybody gave, and these codes; null if no two have. */
export function together({ readings }, { codes: known }) {
  const all = [...new Set(readings.flatMap(({ codes }) => codes))];
  const order = Object.keys(known);
  const place = (id) => (order.indexOf(id) + order.length + 1) % (order.length + 1); // unknown ones last
  all.sort((first, second) => place(first) - place(second));
  for (const left of readings.keys()) {
    for (let right = left + 1; right < readings.length; right += 1) {
      const covered = all.every((id) => readings[left].codes.includes(id) || readings[right].codes.includes(id));
      if (covered && !isSame(readings[left].codes, readings[right].codes)) return { left, right, codes: all };
    }
  }
  return null;
}

/** The reason that stands in the field of a line: what is written and not stored yet, else that of one's own ruling. */
export const reasonOf = ({ reasons, coder }, line) =>
  reasons.get(line.id) ?? line.settled.find(({ by }) => by === coder)?.reason ?? "";

export const indexOf = (state, id) => state.shown.indexOf(state.byId.get(id));
export const isUnstored = (state, id) => state.outbox?.pending().some(([, act]) => act.line === id) ?? false;

const isOpen = (line) => !line.settled.length;
const isWanted = (line, { code, majorityOnly }) =>
  (!code || line.contested.includes(code)) && (!majorityOnly || Boolean(line.majority));

/** The lines that the filters leave; the current line stays among the open ones until the adjudicator leaves it. */
export function filtered(state) {
  const { lines, openOnly, current } = state;
  return lines.filter((line) => isWanted(line, state) && (!openOnly || isOpen(line) || line.id === current));
}

/** All lines of the filters, settled or not. */
export const linesWanted = (state) => state.lines.filter((line) => isWanted(line, state));

/** The next line that is not settled: further down, else from the top; null if all are. */
export function nextOpen(state, id) {
  const lines = linesWanted(state);
  const index = lines.findIndex((line) => line.id === id);
  return lines.slice(index + 1).find(isOpen) ?? lines.slice(0, Math.max(index, 0)).find(isOpen) ?? null;
}

/** The lines whose words are needed soon and not here: those of a stretch, and `ahead` open ones from the present on. */
export function missingWords(state, stretch, ahead) {
  const start = state.current === null ? 0 : state.lines.indexOf(currentLine(state));
  const next = [];
  for (let index = start; index < state.lines.length && next.length < ahead; index += 1) {
    const line = state.lines[index];
    if (isOpen(line) && isWanted(line, state)) next.push(line);
  }
  const missing = [...new Set([...stretch, ...next])].filter((line) => !line.readings && !state.asked.has(line.id));
  return missing.map((line) => line.id);
}

/** Take over a ruling before it is stored; what the server answers takes its place. */
export function applyRuling(state, line, { codes, reason }) {
  const others = line.settled.filter(({ by }) => by !== state.coder);
  line.settled = [...others, { by: state.coder, codes, reason }];
}
