// The page on which a named adjudicator settles the lines where coders differ. It paints and asks; which codes a ruling
// comes to, and who may rule, is decided where the journal is.
//
// mount(root, channel) fills an element. A channel has three functions that return promises:
//   look({ hidden })  which lines there are to settle, and the first open ones with their words and readings
//   read({ hidden, lines })  words and readings of some lines      act({ gesture, kind, ... })  one ruling or undo, stored
//
// Only lines near the screen are elements, and only those have their words: thousands of others wait as numbers.

const el = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return made;
};

const listed = (names) =>
  names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;

const AROUND = 30; // rows painted above and below the middle of the screen
const NEAR = 12; // rows left before more are painted
const AHEAD = 30; // open lines whose words are fetched before they are needed

export function mount(root, channel, { document: page = root.ownerDocument, kept = window.localStorage } = {}) {
  let state = null; // what the journal said last
  let rows = new Map(); // line id -> its element, of those that are painted
  let view = []; // the lines that the filters leave
  let painted = { from: 0, to: 0 }; // which of them are elements
  let tall = 96; // pixels of a row, measured as we go
  const asked = new Set(); // lines whose words are on their way
  let lines = new Map(); // line id -> its line
  let now = null; // id of the present line
  let since = 0; // when it came to the screen
  let code = ""; // only lines that differ on this code
  let openOnly = false;
  let pair = new Map(); // line id -> which of its pairs of readings is compared
  const reasons = new Map(); // line id -> what was written and not sent yet
  const waiting = []; // acts that are not stored yet, oldest first
  let sending = false;
  const recall = (name, otherwise) => kept?.getItem(`autocode.${name}`) ?? otherwise;
  const keep = (name, value) => kept?.setItem(`autocode.${name}`, value);
  let hidden = recall("names", "shown") === "hidden";
  let letters = recall("letters", "on") === "on";

  // ---- what is on the page

  const sofar = el("span", { class: "sofar" });
  const saved = el("span", { class: "saved", role: "status" });
  const filter = el("select", { id: "on-code", onchange: () => narrow() });
  const names = el("input", { type: "checkbox", id: "hide-names", role: "switch", onchange: () => veil() });
  const open = el("input", { type: "checkbox", id: "open-only", role: "switch", onchange: () => narrow() });
  const list = el("ol", { class: "rows" });
  const panel = el("section", { class: "panel", "aria-label": "Settle the line" });
  const live = el("p", { class: "unseen", "aria-live": "polite" });
  const notice = el("p", { class: "notice", role: "alert", hidden: true });
  const help = el("dialog", { class: "keys", "aria-label": "Keys" });
  const palette = el("dialog", { class: "palette", "aria-label": "Other codes" });
  const book = el("dialog", { class: "book", "aria-label": "Codebook" });
  const column = el("section", { class: "column", "aria-label": "Lines on which coders differ", tabindex: "-1", onscroll: () => scrolled() }, list);
  root.replaceChildren(
    el(
      "div",
      { class: "bar" },
      el("h1", {}, "Where coders differ"),
      sofar,
      el("label", { class: "on-code", for: "on-code" }, el("span", {}, "Code"), filter),
      el("label", { class: "switch" }, open, "Open lines only"),
      el("label", { class: "switch" }, names, "Hide names"),
      saved,
      el("button", { class: "button small", type: "button", onclick: () => showBook() }, "Codebook", el("kbd", {}, "C")),
      el("button", { class: "button small", type: "button", onclick: () => showKeys() }, "Keys", el("kbd", {}, "?")),
    ),
    notice,
    el("div", { class: "settling" }, column, panel),
    live,
    help,
    palette,
    book,
  );
  names.checked = hidden;

  const chip = (id, only = false) => {
    const known = state.codes[id];
    const name = known ? known.name : id;
    const made = el("span", { class: `chip ${known ? `hue-${known.hue}` : "proposed"}${only ? " only" : ""}` }, name);
    if (only) made.append(el("span", { class: "unseen" }, " (not all)"));
    return made;
  };
  const chips = (codes, contested = []) =>
    codes.length
      ? codes.map((id) => chip(id, contested.includes(id)))
      : [el("span", { class: "none-fits" }, "none fits")];
  const nameOf = (id) => state.codes[id]?.name ?? id;
  const said = (codes) => (codes.length ? listed(codes.map(nameOf)) : "none fits");
  const compared = (line) => line.pairs[pair.get(line.id) ?? 0];

  // ---- one row

  function row(line) {
    const present = line.id === now;
    const made = rows.get(line.id) ?? el("li", { "data-line": line.id, onclick: () => go(line.id) });
    rows.set(line.id, made);
    made.className = `row${present ? " now" : ""}${line.settled.length ? " settled" : ""}`;
    if (!line.readings) {
      made.replaceChildren(el("span", { class: "order" }, String(line.order)), el("p", { class: "text soft" }, "…"));
      return made;
    }
    const { left, right } = compared(line);
    const readings = line.readings.map((one, place) => {
      const key = place === left ? "1" : place === right ? "2" : null;
      return el(
        "div",
        { class: `reading${present && key ? " compared" : ""}` },
        el("span", { class: "by" }, present && key ? el("kbd", { "aria-hidden": "true" }, key) : null, one.by),
        el("span", { class: "chips" }, ...chips(one.codes, line.contested)),
      );
    });
    const settled = line.settled.map((one) =>
      el(
        "p",
        { class: "third" },
        el("span", { class: "by" }, `Settled by ${one.by}`),
        el("span", { class: "chips" }, ...chips(one.codes)),
        one.reason ? el("q", {}, one.reason) : null,
      ),
    );
    const filled = [
      el(
        "button",
        {
          class: "order",
          type: "button",
          "aria-label": `Line ${line.order} of ${line.interview}${line.settled.length ? ", settled" : ""}`,
          "aria-current": present ? "true" : null,
          onclick: () => go(line.id),
        },
        String(line.order),
      ),
      el(
        "div",
        { class: "words" },
        present && line.question ? el("p", { class: "question", dir: "auto" }, line.question) : null,
        ...(present ? line.before.map((text) => el("p", { class: "near", dir: "auto" }, text)) : []),
        el("p", { class: "text", dir: "auto" }, line.text),
        ...(present ? line.after.map((text) => el("p", { class: "near", dir: "auto" }, text)) : []),
      ),
      el("div", { class: "readings" }, ...readings),
      ...settled,
    ];
    made.replaceChildren(...filled);
    return made;
  }

  const wanted = (line) =>
    (!code || line.contested.includes(code)) && (!openOnly || !line.settled.length || line.id === now);

  function heading(interview) {
    const about = state.interviews[interview];
    return el("li", { class: "interview", "data-interview": interview }, el("h2", {}, interview), about ? el("span", {}, about) : null);
  }

  /** Make elements of the lines around a place in the view, and leave what stays on the screen where it is. */
  function paintAround(place) {
    const from = Math.max(0, Math.min(place - AROUND, view.length - 2 * AROUND));
    const to = Math.min(view.length, from + 2 * AROUND);
    const fixed = view.slice(from, to).find((line) => onScreen(rows.get(line.id)));
    const before = fixed && topOf(fixed.id);
    const keep = new Set();
    const parts = [];
    for (let n = from; n < to; n += 1) {
      const line = view[n];
      keep.add(line.id);
      if (!n || view[n - 1].interview !== line.interview) parts.push(heading(line.interview));
      const made = rows.get(line.id) ?? row(line);
      made.setAttribute("aria-posinset", n + 1);
      made.setAttribute("aria-setsize", view.length);
      parts.push(made);
    }
    for (const id of [...rows.keys()]) if (!keep.has(id)) rows.delete(id);
    list.style.padding = `${from * tall}px 0 ${(view.length - to) * tall}px`;
    list.replaceChildren(...parts);
    painted = { from, to };
    if (fixed) column.scrollTo({ top: column.scrollTop + topOf(fixed.id) - before, behavior: "instant" });
    fetchAhead();
  }

  const topOf = (id) => rows.get(id).getBoundingClientRect().top - column.getBoundingClientRect().top;

  function onScreen(made) {
    if (!made?.isConnected) return false;
    const top = made.getBoundingClientRect().top - column.getBoundingClientRect().top;
    return top + made.offsetHeight > 0 && top < column.clientHeight;
  }

  /** What the middle of the screen shows, as a place in the view; it may lie where nothing is painted. */
  function middle() {
    const wantedAt = column.clientHeight / 2;
    const [first, last] = [view[painted.from], view[painted.to - 1]];
    if (!first) return 0;
    const top = topOf(first.id);
    const bottom = topOf(last.id) + rows.get(last.id).offsetHeight;
    tall = Math.max(24, (bottom - top) / (painted.to - painted.from));
    if (wantedAt < top) return Math.max(0, Math.floor(painted.from - (top - wantedAt) / tall));
    if (wantedAt > bottom) return Math.min(view.length - 1, Math.floor(painted.to + (wantedAt - bottom) / tall));
    let [low, high] = [painted.from, painted.to - 1];
    while (low < high) {
      const half = Math.ceil((low + high) / 2);
      if (topOf(view[half].id) <= wantedAt) low = half;
      else high = half - 1;
    }
    return low;
  }

  let looking = false;
  function scrolled() {
    if (looking || !state) return;
    looking = true;
    requestAnimationFrame(() => {
      looking = false;
      const place = middle();
      const few = place - painted.from < NEAR && painted.from > 0;
      if (!few && !(painted.to - place < NEAR && painted.to < view.length)) return;
      const far = place < painted.from || place >= painted.to;
      paintAround(place);
      if (far) column.scrollTo({ top: column.scrollTop + topOf(view[place].id) - column.clientHeight / 2, behavior: "instant" });
    });
  }

  /** Fetch the words of what is painted, and of the open lines that come next. */
  async function fetchAhead() {
    const coming = view.slice(painted.from, painted.to);
    const place = now === null ? 0 : state.lines.indexOf(lines.get(now));
    for (let n = place, open = 0; n < state.lines.length && open < AHEAD; n += 1) {
      const line = state.lines[n];
      if (line.settled.length || (code && !line.contested.includes(code))) continue;
      coming.push(line);
      open += 1;
    }
    const missing = [...new Set(coming)].filter((line) => !line.readings && !asked.has(line.id)).map((line) => line.id);
    if (!missing.length) return;
    const known = state;
    for (const id of missing) asked.add(id);
    try {
      const told = await channel.read({ hidden, lines: missing });
      if (state !== known) return; // all of it was read anew meanwhile
      for (const line of told.lines ?? []) {
        Object.assign(lines.get(line.id) ?? {}, line);
        if (rows.has(line.id)) row(lines.get(line.id));
        if (line.id === now) go(now, { again: true, focus: false });
      }
    } catch {
      setTimeout(fetchAhead, 1000);
    } finally {
      for (const id of missing) asked.delete(id);
    }
  }

  function paint() {
    rows = new Map();
    asked.clear();
    for (const line of state.lines) line.settled ??= [];
    lines = new Map(state.lines.map((line) => [line.id, line]));
    for (const line of state.read) Object.assign(lines.get(line.id), line);
    view = shown();
    paintAround(0);
    const codes = Object.entries(state.contested);
    filter.replaceChildren(
      el("option", { value: "" }, `All codes (${state.lines.length})`),
      ...codes.map(([id, count]) => el("option", { value: id }, `${nameOf(id)} (${count})`)),
    );
    filter.value = code = codes.some(([id]) => id === code) ? code : "";
    count();
  }

  function count() {
    const all = state.lines.filter((line) => !code || line.contested.includes(code));
    const done = all.filter((line) => line.settled.length).length;
    sofar.textContent = `${done} of ${all.length} settled`;
  }

  // ---- where we are

  const shown = () => state.lines.filter((line) => wanted(line));

  function go(id, { quietly = false, focus = true, again = false } = {}) {
    const before = now;
    if (before === id && !again) return;
    now = id;
    since = performance.now();
    if (openOnly) view = shown(); // the line that was left may have been settled
    const place = view.indexOf(lines.get(id));
    const { from, to } = painted;
    const few = (place - from < NEAR && from > 0) || (to - place < NEAR && to < view.length);
    if (before !== id && rows.has(before)) row(lines.get(before));
    if (id !== null && rows.has(id)) row(lines.get(id));
    if (place >= 0 && (openOnly || few)) paintAround(place);
    else fetchAhead();
    settlePanel();
    if (id === null) return;
    bring(id);
    if (focus) column.focus({ preventScroll: true });
    if (!quietly && lines.get(id).readings) announce(lines.get(id));
  }

  function bring(id) {
    const made = rows.get(id);
    if (!made?.isConnected) return;
    const top = made.getBoundingClientRect().top - column.getBoundingClientRect().top;
    const room = column.clientHeight;
    if (top < room * 0.15 || top + Math.min(made.offsetHeight, room * 0.6) > room * 0.8)
      column.scrollTo({ top: Math.max(0, column.scrollTop + top - (room < 360 ? 8 : room * 0.28)) });
  }

  function announce(line, first = "") {
    const read = line.readings.map((one) => `${one.by}: ${said(one.codes)}`).join(". ");
    const settled = line.settled.map((one) => ` Settled by ${one.by}: ${said(one.codes)}.`).join("");
    live.textContent = `${first}Line ${line.order} of ${line.interview}. ${line.text} ${read}.${settled}`;
  }

  function move(step) {
    const next = view[view.indexOf(lines.get(now)) + step];
    if (next) go(next.id);
  }

  function nextOpen(id) {
    const all = state.lines.filter((line) => !code || line.contested.includes(code));
    const place = all.findIndex((line) => line.id === id);
    const open = (line) => !line.settled.length;
    return all.slice(place + 1).find(open) ?? all.slice(0, Math.max(place, 0)).find(open) ?? null;
  }

  // ---- the panel that settles

  const choice = (key, title, act, codes = null, contested = []) =>
    el(
      "button",
      { class: "button choice", type: "button", "data-key": key, onclick: act },
      el("kbd", { "aria-hidden": "true" }, key.toUpperCase()),
      el(
        "span",
        { class: "what" },
        el("span", { class: "title" }, title),
        codes ? el("span", { class: "chips" }, ...chips(codes, contested)) : null,
      ),
    );

  function settlePanel() {
    const line = lines.get(now);
    if (panel.dataset.line !== `${now}`) panel.scrollTop = 0;
    panel.dataset.line = `${now}`;
    if (!line) {
      const told = state.lines.length
        ? "Every line on which coders differ is settled. All of it is stored; you may close this page."
        : "Nowhere do two coders differ in their independent readings. Lines appear here when they do.";
      panel.replaceChildren(
        el("div", { class: "over" }, el("h2", {}, state.lines.length ? "All settled" : "Nothing to settle"), el("p", {}, told)),
        el("div", { class: "moves" }, choice("u", "Undo", () => undo())),
      );
      return;
    }
    if (!line.readings) {
      panel.replaceChildren(el("div", { class: "over" }, el("p", {}, `Fetching line ${line.order} of ${line.interview}.`)));
      return;
    }
    const { left, right, gives } = compared(line);
    const reason = el("textarea", { id: "reason", rows: "2", maxlength: "4000" });
    reason.value = reasons.get(line.id) ?? "";
    reason.addEventListener("input", () => reasons.set(line.id, reason.value));
    const pairs = line.pairs.length > 1;
    const define = line.contested.filter((id) => state.codes[id]);
    panel.replaceChildren(
      el("h2", {}, "Which reading stands?", el("small", {}, `${line.interview}, line ${line.order}`)),
      el(
        "div",
        { class: "choices" },
        choice("1", line.readings[left].by, () => rule("left"), gives.left, line.contested),
        choice("2", line.readings[right].by, () => rule("right"), gives.right, line.contested),
        choice("3", "Both together", () => rule("both"), gives.both),
      ),
      el(
        "div",
        { class: "moves" },
        choice("n", "Neither", () => rule("neither")),
        choice("o", "Other codes", () => showPalette()),
        pairs ? choice("p", "Other pair", () => otherPair()) : null,
        choice("u", "Undo", () => undo()),
        choice("j", "Next line", () => move(1)),
        choice("k", "Line before", () => move(-1)),
      ),
      el("label", { class: "reason", for: "reason" }, el("kbd", { "aria-hidden": "true" }, "M"), "Reason"),
      reason,
      define.length
        ? el(
            "dl",
            { class: "definitions" },
            ...define.flatMap((id) => [el("dt", {}, chip(id)), el("dd", {}, ...defined(state.codes[id]))]),
          )
        : "",
    );
  }

  const defined = (known) => [
    known.definition ? el("p", {}, known.definition) : el("p", { class: "soft" }, "The codebook does not define it yet."),
    known.use_when ? el("p", { class: "soft" }, el("b", {}, "Use when "), known.use_when) : null,
    known.not_when ? el("p", { class: "soft" }, el("b", {}, "Not when "), known.not_when) : null,
  ];

  function otherPair() {
    const line = lines.get(now);
    if (!line?.readings || line.pairs.length < 2) return;
    pair.set(line.id, ((pair.get(line.id) ?? 0) + 1) % line.pairs.length);
    const { left, right } = compared(line);
    row(line);
    settlePanel();
    live.textContent = `Compared: ${line.readings[left].by} with ${line.readings[right].by}.`;
  }

  // ---- acts: painted at once, stored in the order in which they were done

  function rule(ruling, codes = []) {
    const line = lines.get(now);
    if (!line?.readings) return;
    const { gives } = compared(line);
    const reason = (reasons.get(line.id) ?? "").trim();
    const given = ruling === "other" ? codes : gives[ruling];
    reasons.delete(line.id);
    const act = {
      gesture: crypto.randomUUID(),
      kind: "settle",
      line: line.id,
      digest: line.digest,
      ruling,
      left: gives.left,
      right: gives.right,
      codes,
      reason,
      hidden,
      milliseconds: Math.round(performance.now() - since),
    };
    // shown before it is stored; what the answer says takes its place
    line.settled = [...line.settled.filter((one) => one.by !== state.coder), { by: state.coder, codes: given, reason }];
    if (rows.has(line.id)) row(line);
    count();
    const next = nextOpen(line.id);
    go(next ? next.id : null, { quietly: true });
    const first = `Settled: ${said(given)}. `;
    if (next) announce(next, first);
    else live.textContent = `${first}Every line is settled.`;
    send(act);
  }

  function undo() {
    send({ gesture: crypto.randomUUID(), kind: "undo" });
  }

  function send(act) {
    // a key for each act: two tabs of one adjudicator never write over each other's
    act.kept = `${place()}${Date.now().toString().padStart(15, "0")}.${String(waiting.length).padStart(5, "0")}.${act.gesture}`;
    kept?.setItem(act.kept, JSON.stringify(act));
    waiting.push(act);
    tell();
    deliver();
  }

  // what is not stored survives the page: the browser keeps it until the journal has it
  const place = () => `autocode.adjudications ${state.study} ${state.coder} `;
  const unsent = () =>
    kept
      ? Array.from({ length: kept.length }, (_, n) => kept.key(n))
          .filter((key) => key.startsWith(place()))
          .sort()
          .map((key) => JSON.parse(kept.getItem(key)))
      : [];

  async function deliver() {
    if (sending) return;
    sending = true;
    let pause = 250;
    while (waiting.length) {
      let answer;
      try {
        answer = await channel.act(waiting[0]);
      } catch (problem) {
        tell(problem.sentence ?? "Not saved yet; trying again");
        await new Promise((done) => setTimeout(done, pause));
        pause = Math.min(pause * 2, 4000);
        continue;
      }
      pause = 250;
      const act = waiting.shift();
      kept?.removeItem(act.kept);
      take(act, answer);
    }
    sending = false;
    tell();
  }

  function take(act, answer) {
    if (answer.line) {
      lines.get(answer.line.id) && Object.assign(lines.get(answer.line.id), answer.line);
      const line = lines.get(answer.line.id);
      // an act on the same line that still waits is already on the screen
      if (line && rows.has(line.id) && !waiting.some((one) => one.line === line.id)) row(line);
    }
    if (answer.reload) look();
    if (answer.refused) {
      warn(answer.refused);
      if (act.reason) reasons.set(act.line, act.reason);
      if (answer.line) go(answer.line.id, { again: true });
    } else warn("");
    if (act.kind === "undo" && answer.line) {
      go(answer.line.id, { quietly: true, again: true });
      if (lines.get(answer.line.id)) announce(lines.get(answer.line.id), "Undone. ");
    }
    count();
  }

  function tell(problem = "") {
    saved.className = `saved${waiting.length ? " pending" : ""}${problem ? " problem" : ""}`;
    const told = problem || (waiting.length ? "Saving" : "Saved");
    if (saved.textContent !== told) saved.textContent = told;
  }

  function warn(sentence) {
    notice.hidden = !sentence;
    notice.textContent = sentence;
  }

  // ---- filter, names

  function narrow() {
    code = filter.value;
    openOnly = open.checked;
    view = shown();
    paintAround(Math.max(0, view.indexOf(lines.get(now))));
    count();
    const there = lines.get(now);
    if (!there || (code && !there.contested.includes(code))) {
      const next = shown().find((line) => !line.settled.length) ?? shown()[0] ?? null;
      go(next ? next.id : null, { focus: false });
    } else if (there) bring(now);
  }

  async function veil() {
    hidden = names.checked;
    keep("names", hidden ? "hidden" : "shown");
    pair = new Map();
    await look();
    live.textContent = hidden ? "Names are hidden." : "Names are shown.";
  }

  // ---- dialogs

  function dialog(box, ...children) {
    // a field that had the focus in a closed dialog keeps it for a frame; the column takes it before
    column.focus({ preventScroll: true });
    box.replaceChildren(...children);
    box.showModal();
  }
  for (const box of [help, palette, book])
    box.addEventListener("close", () => column.focus({ preventScroll: true }));
  const shut = (box) =>
    el("button", { class: "button small", type: "button", onclick: () => box.close() }, "Close", el("kbd", {}, "Esc"));

  function showKeys() {
    const told = [
      ["1", "The left reading stands"],
      ["2", "The right reading stands"],
      ["3", "Both together"],
      ["N", "Neither: read, and nothing applies"],
      ["O", "Other codes"],
      ["P", "Compare another pair, where there are three readings"],
      ["M", "Write the reason; Esc leaves the field"],
      ["U", "Undo, back to the line"],
      ["J ↓", "Next line"],
      ["K ↑", "Line before"],
      ["C", "Codebook with definitions"],
      ["?", "These keys"],
    ];
    const switched = el("input", { type: "checkbox", role: "switch", id: "letters" });
    switched.checked = letters;
    switched.addEventListener("change", () => {
      letters = switched.checked;
      keep("letters", letters ? "on" : "off");
    });
    dialog(
      help,
      el("div", { class: "top" }, el("h2", {}, "Keys"), shut(help)),
      el("dl", {}, ...told.flatMap(([key, does]) => [el("dt", {}, ...key.split(" ").map((one) => el("kbd", {}, one))), el("dd", {}, does)])),
      el("label", { class: "switch", for: "letters" }, switched, "Single keys work"),
      el("p", { class: "soft" }, "Held keys and keys with Ctrl, Alt or Cmd never decide. Ctrl+Z undoes too."),
    );
  }

  function showBook() {
    const groups = new Map();
    for (const known of Object.values(state.codes)) {
      if (!groups.has(known.theme)) groups.set(known.theme, []);
      groups.get(known.theme).push(known);
    }
    dialog(
      book,
      el("div", { class: "top" }, el("h2", {}, "Codebook"), shut(book)),
      ...[...groups].map(([theme, codes]) =>
        el(
          "section",
          {},
          theme ? el("h3", {}, theme) : null,
          el("dl", { class: "definitions" }, ...codes.flatMap((known) => [el("dt", {}, chip(known.id)), el("dd", {}, ...defined(known))])),
        ),
      ),
    );
  }

  function showPalette() {
    const line = lines.get(now);
    if (!line?.readings) return;
    const chosen = [];
    let at = 0;
    let found = [];
    const field = el("input", {
      type: "text",
      class: "find",
      role: "combobox",
      "aria-label": "Find a code",
      "aria-expanded": "true",
      "aria-controls": "other-codes",
      "aria-autocomplete": "list",
      autocomplete: "off",
      spellcheck: "false",
      placeholder: "Find a code",
    });
    const options = el("ul", { id: "other-codes", role: "listbox", "aria-label": "Codes", "aria-multiselectable": "true" });
    const settle = el("button", { class: "button main", type: "button", onclick: () => done() }, el("span", {}), el("kbd", {}, "Enter"));
    const done = () => {
      if (!chosen.length) return;
      palette.close();
      rule("other", chosen);
    };
    const toggle = (id) => {
      const place = chosen.indexOf(id);
      if (place < 0) chosen.push(id);
      else chosen.splice(place, 1);
      field.value = "";
      at = 0;
      fill();
      field.focus();
    };
    const fill = () => {
      const asked = field.value.trim().toLocaleLowerCase();
      const all = Object.values(state.codes);
      found = all.filter((known) => known.name.toLocaleLowerCase().includes(asked));
      if (asked) found = [...found, ...all.filter((known) => !found.includes(known) && known.definition.toLocaleLowerCase().includes(asked))];
      at = Math.max(0, Math.min(at, found.length - 1));
      options.replaceChildren(
        ...found.map((known, place) =>
          el(
            "li",
            {
              id: `other-${place}`,
              role: "option",
              "aria-selected": String(chosen.includes(known.id)),
              class: place === at ? "at" : null,
              onclick: () => toggle(known.id),
            },
            chip(known.id),
            el("span", { class: "definition" }, known.definition),
          ),
        ),
      );
      if (found.length) field.setAttribute("aria-activedescendant", `other-${at}`);
      else field.removeAttribute("aria-activedescendant");
      options.querySelector(".at")?.scrollIntoView?.({ block: "nearest" });
      settle.setAttribute("aria-disabled", String(!chosen.length));
      settle.firstElementChild.textContent = chosen.length ? `Settle with ${listed(chosen.map(nameOf))}` : "Choose a code first";
    };
    field.addEventListener("input", () => {
      at = 0;
      fill();
    });
    field.addEventListener("keydown", (event) => {
      if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        at += event.key === "ArrowDown" ? 1 : -1;
        fill();
      } else if (event.key === "Enter" && !event.repeat) {
        event.preventDefault();
        if (chosen.length && !field.value.trim()) done();
        else if (found[at]) toggle(found[at].id);
      } else if (event.key === "Backspace" && !field.value && chosen.length) {
        chosen.pop();
        fill();
      }
    });
    dialog(
      palette,
      field,
      options,
      settle,
      el("p", { class: "soft" }, "Enter takes a code, Enter once more settles the line. Esc goes back."),
    );
    fill();
    field.focus();
  }

  // ---- keys

  const keys = {
    1: () => rule("left"),
    2: () => rule("right"),
    3: () => rule("both"),
    n: () => rule("neither"),
    o: showPalette,
    p: otherPair,
    m: () => root.querySelector("#reason")?.focus(),
    u: undo,
    j: () => move(1),
    k: () => move(-1),
    c: showBook,
  };

  function pressed(event) {
    if (!state || event.isComposing) return;
    const target = event.composedPath()[0];
    const field = target.matches?.("textarea, select, input:not([type=checkbox])");
    if (event.key === "Escape" && field && !target.closest("dialog")) {
      column.focus({ preventScroll: true });
      return;
    }
    if (field || root.querySelector("dialog[open]")) return;
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "z") {
      event.preventDefault();
      if (!event.repeat) undo();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "?") {
      event.preventDefault();
      showKeys();
      return;
    }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1);
      return;
    }
    const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act || !letters) return;
    event.preventDefault();
    if (!event.repeat) act();
  }
  const hears = root.getRootNode() === page ? page : root;
  hears.addEventListener("keydown", pressed);

  // ---- begin

  async function look() {
    state = await channel.look({ hidden });
    const there = state.lines.some((line) => line.id === now) ? now : null;
    now = null;
    paint();
    go(there ?? nextOpen(null)?.id ?? state.lines[0]?.id ?? null, { quietly: true, again: true });
  }

  const ready = (async () => {
    await look();
    waiting.push(...unsent());
    if (waiting.length) {
      tell();
      await deliver();
      now = null; // the first open line is known only now
      await look();
    }
    tell();
    if (lines.get(now)?.readings) announce(lines.get(now));
  })();

  return { ready, leave: () => hears.removeEventListener("keydown", pressed) };
}
