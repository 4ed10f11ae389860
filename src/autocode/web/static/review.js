// The review page. It paints the next line at once and lets the outbox save; what a decision means, and what may be
// shown for a line, is settled by the server alone.

import { byId, chip, el, openDialog } from "./dom.js";
import { listen, singleKeys } from "./keys.js";
import { Outbox } from "./outbox.js";

const HOLD = 150; // milliseconds that a line waits, after a blind reading, for what the machine says of it
const TOO_SOON = 300; // what is pressed sooner after suggestions appeared was not an answer to them
const AHEAD = 30; // lines with suggestions that are left before more are asked for
const MANY = 90; // ticks that still can be told apart

const main = byId("reading");
const BANDS = { strong: 3, fair: 2, weak: 1 };

const S = {
  codes: new Map(),
  interviews: [],
  loaded: new Map(),
  lines: new Map(),
  route: [],
  place: new Map(),
  home: new Map(),
  later: [],
  done: new Set(),
  offers: new Map(),
  acts: [],
  recent: [],
  current: null,
  interview: null,
  chosen: new Set(),
  proposed: new Set(),
  memos: new Map(),
  learnt: 0,
  held: null,
  queued: [],
  note: "",
};
let outbox = null;

// ---------------------------------------------------------------- asking

async function ask(path, query = {}) {
  const answer = await fetch(`${path}?${new URLSearchParams(query)}`);
  if (!answer.ok) throw Object.assign(new Error(await answer.text()), { status: answer.status });
  return answer.json();
}

function takeInterview(told) {
  S.loaded.set(told.id, told);
  for (const line of told.lines) {
    line.interview = told.id;
    const known = S.lines.get(line.id);
    if (known && waits(line.id)) Object.assign(line, { kept: known.kept, later: known.later, again: known.again });
    S.lines.set(line.id, line);
  }
}

const waits = (id) => outbox !== null && outbox.count > 0 && outbox.pending().some(([, act]) => act.line === id);

async function interviewOf(id) {
  const name = S.home.get(id);
  if (!S.loaded.has(name)) takeInterview(await ask("/review/interview", { id: name }));
  return S.loaded.get(name);
}

let asking = null;
function prefetch() {
  if (S.mode === "independent" || asking) return;
  const from = S.place.get(S.current) ?? 0;
  let known = 0;
  let first = null;
  for (let place = from; place < S.route.length && known < AHEAD; place += 1) {
    const line = S.lines.get(S.route[place]);
    if (line && (line.kept || line.stage === "blind")) continue;
    if (!S.offers.has(S.route[place])) {
      first = S.route[place];
      break;
    }
    known += 1;
  }
  const home = first && S.home.get(first);
  if (home && !S.loaded.has(home)) interviewOf(first).catch(() => {});
  if (!first || S.mode === "blind-first") return;
  const generation = S.learnt;
  asking = ask("/review/offers", { from: first })
    .then(({ offers }) => {
      if (generation === S.learnt) takeOffers(offers);
      if (!(first in offers) && !S.offers.has(first)) S.offers.set(first, null);
    })
    .catch(() => {})
    .finally(() => {
      asking = null;
    });
}

function takeOffers(offers) {
  for (const [id, offer] of Object.entries(offers)) {
    // what is on the screen stays as it is
    if (id === S.current && S.offers.get(id)) continue;
    S.offers.set(id, offer);
  }
}

/** Whether the suggestions of the present line are still on their way. */
const awaited = () => {
  const line = S.lines.get(S.current);
  return Boolean(line) && line.stage !== "blind" && !S.offers.has(S.current);
};

// ---------------------------------------------------------------- the order of lines

const open = (line) => !line || (!line.kept && !line.later);

/** The line that comes next in the server's order: further down, else from the top, else one to look at again or later. */
function after(id) {
  const from = S.place.has(id) ? S.place.get(id) + 1 : 0;
  for (let step = 0; step < S.route.length; step += 1) {
    const other = S.route[(from + step) % S.route.length];
    if (other !== id && open(S.lines.get(other)) && !S.done.has(other)) return other;
  }
  return (
    S.route.find((one) => one !== id && S.lines.get(one)?.again) ??
    S.later.find((one) => one !== id) ??
    (S.lines.get(id)?.again || S.lines.get(id)?.later ? id : null)
  );
}

function beside(step) {
  const lines = (S.interview?.lines ?? []).filter((line) => S.place.has(line.id));
  const at = lines.findIndex((line) => line.id === S.current);
  if (at + step >= 0 && at + step < lines.length) return lines[at + step].id;
  const name = S.interviews[S.interviews.findIndex((one) => one.id === S.interview?.id) + step];
  return name ? (step > 0 ? name.lines[0] : name.lines.at(-1)) : undefined;
}

// ---------------------------------------------------------------- painting: the interview

const elements = new Map();

function paintInterview(interview) {
  elements.clear();
  const sections = [];
  let section = null;
  for (const line of interview.lines) {
    if (line.asks || !section) {
      section = el("section", { class: "exchange" });
      sections.push(section);
    }
    if (line.asks) {
      section.append(el("p", { class: "question", dir: "auto" }, line.text));
      continue;
    }
    const words = el("p", { class: "words", dir: "auto" }, line.text);
    const order = el("button", { class: "order", type: "button", tabindex: "-1", "aria-label": `Go to line ${line.order}` }, `${line.order}`);
    const article = el("article", { class: "line" }, order, words);
    article.dataset.line = line.id;
    elements.set(line.id, { article, words, kept: null });
    if (line.kept || line.later) paintKept(line);
    section.append(article);
  }
  byId("lines").replaceChildren(...sections);
  byId("name").textContent = interview.id;
  byId("about").textContent = interview.about;
  paintTicks();
}

function paintKept(line) {
  const place = elements.get(line.id);
  if (!place) return;
  place.kept?.remove();
  place.kept = null;
  if (!line.kept && !line.later) return;
  place.kept = el("div", { class: "kept" });
  if (line.kept) {
    const { codes, proposed, memo } = line.kept;
    place.kept.append(
      ...codes.map((id) => chip(codeOf(id))),
      ...proposed.map((name) => el("span", { class: "chip proposed", dir: "auto" }, `${name} (proposed)`)),
    );
    if (!codes.length && !proposed.length) place.kept.append(el("span", { class: "none-fits" }, "none fits"));
    if (line.again) place.kept.append(el("span", { class: "none-fits again" }, "second look"));
    if (memo) place.kept.append(el("p", { class: "said", dir: "auto" }, memo));
  } else {
    place.kept.append(el("span", { class: "none-fits" }, "left for later"));
  }
  place.article.append(place.kept);
}

const codeOf = (id) => S.codes.get(id) ?? { id, name: id, hue: "none", definition: "" };

function paintTicks() {
  const lines = S.interview.lines.filter((line) => !line.asks && S.place.has(line.id));
  const size = Math.max(1, Math.ceil(lines.length / MANY));
  const ticks = [];
  for (let from = 0; from < lines.length; from += size) {
    const part = lines.slice(from, from + size);
    const kind = part.every((one) => one.kept && !one.again) ? "done" : part.some((one) => one.later || one.again) ? "later" : part.some((one) => one.kept) ? "some" : "";
    ticks.push(`${kind}${part.some((one) => one.id === S.current) ? " here" : ""}`);
  }
  const box = byId("ticks");
  while (box.children.length > ticks.length) box.lastChild.remove();
  while (box.children.length < ticks.length) box.append(document.createElement("i"));
  ticks.forEach((kind, place) => {
    if (box.children[place].className !== kind) box.children[place].className = kind;
  });
  const done = lines.filter((one) => one.kept).length;
  byId("count").textContent = `${done} of ${lines.length}`;
  box.setAttribute("aria-valuenow", done);
  box.setAttribute("aria-valuemax", lines.length || 1);
  box.setAttribute("aria-valuetext", `${done} of ${lines.length} lines decided`);
}

function paintWords(id) {
  const place = elements.get(id);
  const line = S.lines.get(id);
  if (!place || !line) return;
  const offer = id === S.current ? shownOffer() : null;
  if (!offer?.cards.length) {
    if (place.words.firstElementChild) place.words.replaceChildren(line.text);
    return;
  }
  place.words.replaceChildren(
    ...offer.stretches.map(([text, number]) =>
      number ? el("mark", { class: `hue-${codeOf(offer.cards[number - 1].code).hue}` }, text) : text,
    ),
  );
}

function scrollToLine() {
  const place = elements.get(S.current);
  if (!place) return;
  const settle = () => {
    const sheet = place.article.getBoundingClientRect();
    const pane = main.getBoundingClientRect();
    const wanted = pane.top + Math.max(12, Math.min(pane.height * 0.36, (pane.height - sheet.height) / 2));
    main.scrollTop += sheet.top - wanted;
  };
  settle();
  // lines far away have only an estimated height until they are near
  settle();
}

// ---------------------------------------------------------------- painting: what to decide

const shownOffer = () => {
  const line = S.lines.get(S.current);
  if (!line || line.stage === "blind") return null;
  return S.offers.get(S.current) ?? null;
};

const secondLook = () => S.lines.get(S.current)?.stage === "second look";

function button(key, label, act, more = {}) {
  const kbd = singleKeys.on || key === "Enter" ? el("kbd", {}, key) : null;
  return el("button", { class: "button", type: "button", onclick: byMouse(act), ...more }, kbd, el("span", {}, label));
}

/** A click leaves the focus where keys are heard; a press of Enter on a button that was tabbed to does not take it away. */
const byMouse = (act) => (event) => {
  if (event.detail > 0) main.focus({ preventScroll: true });
  act();
};

function card(one, number, near, strong) {
  const code = codeOf(one.code);
  const on = S.chosen.has(one.code);
  const dots = el("i", { class: "dots", "aria-hidden": "true" }, [1, 2, 3].map((n) => el("i", { class: n <= BANDS[one.band] ? "full" : "" })));
  return el(
    "button",
    { class: `card hue-${code.hue}`, type: "button", "aria-pressed": `${on}`, onclick: byMouse(() => choose(number - 1)) },
    el("span", { class: "head" }, singleKeys.on && el("kbd", {}, `${number}`), el("b", { dir: "auto" }, code.name), singleKeys.on && strong && el("kbd", { title: "A accepts this one alone and goes on" }, "A"), el("i", { class: "tick", "aria-hidden": "true" })),
    code.definition && el("span", { class: "definition", dir: "auto" }, code.definition),
    el("span", { class: "strength" }, dots, el("b", {}, `${one.band} match`), one.words.length ? ` on ${one.words.map((word) => `“${word}”`).join(", ")}` : ""),
    near.length ? el("span", { class: "like" }, "People coded like this") : null,
    ...near.map((other) => el("span", { class: "near" }, el("span", { class: "quote", dir: "auto" }, other.text), el("small", {}, `${other.coders}, ${other.interview}`))),
  );
}

function keepLabel() {
  const names = [...[...S.chosen].map((id) => codeOf(id).name), ...[...S.proposed].map((name) => `“${name}”`)];
  if (names.length) return `Keep ${names.join(", ")}`;
  if (secondLook() && S.lines.get(S.current).kept) return "Keep my reading: none fits";
  return "Choose a code first";
}

function paintSide() {
  const side = byId("side");
  const line = S.lines.get(S.current);
  if (!line) {
    side.replaceChildren(...doneSide());
    return;
  }
  const offer = shownOffer();
  const parts = [];
  const title = (text) => el("div", { class: "title" }, el("h2", {}, text), el("span", {}, `line ${line.order}`));
  if (secondLook()) {
    const differs = Boolean(offer?.cards.length);
    parts.push(title(differs ? "The machine reads it differently" : "Your reading"));
    const told = differs ? "Take what convinces you, or keep yours as it is." : "The machine has nothing to add to it.";
    parts.push(el("p", { class: "aside-note" }, `Your reading is stored. ${told}`));
  } else if (line.stage === "blind") {
    parts.push(title(S.mode === "independent" ? "Your reading" : "Your reading first"));
    const why = {
      independent: "This study is read independently: nothing is suggested to anybody. Press F to find a code.",
      "blind-first": "Code this line in your own way first. Suggestions appear only when you have decided, and only where they differ.",
      assisted: "No suggestions on this line. Some lines, drawn before anybody read them, stay blind so that agreement can be measured.",
    }[S.mode];
    parts.push(el("p", { class: "own" }, why));
  } else {
    parts.push(title("Suggested codes"));
  }
  if (awaited()) parts.push(el("p", { class: "own" }, "Fetching the suggestions for this line."));
  if (offer) {
    const room = offer.cards.length > 2 ? 1 : 2;
    parts.push(...offer.cards.map((one, place) => card(one, place + 1, one.near.slice(0, room), one.code === offer.strong)));
    if (!offer.cards.length && !secondLook()) parts.push(el("p", { class: "own" }, `No suggestion: ${offer.silent || "nothing fits"}.`));
  }
  const carded = new Set((offer?.cards ?? []).map((one) => one.code));
  const others = [...S.chosen].filter((id) => !carded.has(id));
  if (others.length || S.proposed.size) {
    parts.push(
      el(
        "div",
        { class: "picked", "aria-label": "Chosen codes", role: "group" },
        others.map((id) => dropper(codeOf(id).name, `chip hue-${codeOf(id).hue}`, () => S.chosen.delete(id))),
        [...S.proposed].map((name) => dropper(`${name} (proposed)`, "chip proposed", () => S.proposed.delete(name))),
      ),
    );
  }
  const ready = S.chosen.size || S.proposed.size || (secondLook() && line.kept);
  const foot = [];
  foot.push(
    el(
      "button",
      { class: "button main", id: "keep", type: "button", "aria-disabled": `${!ready}`, onclick: byMouse(() => press("Enter")) },
      el("span", {}, keepLabel()),
      el("kbd", {}, "Enter"),
    ),
  );
  const memo = S.memos.get(line.id);
  foot.push(
    el(
      "div",
      { class: "actions" },
      secondLook() ? button("N", "Keep mine", () => press("n")) : button("N", "None fits", () => press("n")),
      button("F", "Find a code", () => press("f")),
      button("M", memo === undefined ? "Memo" : "Edit memo", () => press("m")),
      button("S", "Later", () => press("s"), { "aria-label": "Leave for later" }),
      button("U", "Undo", () => press("u"), { ".disabled": !S.acts.length }),
      el("div", { class: "pair" }, button("J", "↓", () => press("j"), { "aria-label": "Next line" }), button("K", "↑", () => press("k"), { "aria-label": "Back to the line before" })),
    ),
  );
  if (memo !== undefined) parts.push(memoField(line, memo));
  foot.push(el("p", { class: "quiet", id: "quiet" }, S.note));
  parts.push(el("div", { class: "foot" }, foot));
  side.replaceChildren(...parts.filter(Boolean));
}

function dropper(name, look, drop) {
  const act = () => {
    drop();
    paintSide();
    main.focus({ preventScroll: true });
  };
  return el("button", { class: look, type: "button", "aria-label": `Drop ${name}`, onclick: act }, name, el("span", { "aria-hidden": "true" }, "×"));
}

function memoField(line, memo) {
  const field = el("textarea", {
    id: "memo",
    rows: "3",
    maxlength: "20000",
    dir: "auto",
    placeholder: "What you thought when you read this",
    ".value": memo,
    oninput: () => remember(line.id, field.value),
    onkeydown: (event) => {
      if (event.isComposing) return;
      if (event.key === "Escape" || (event.key === "Enter" && !event.shiftKey)) {
        event.preventDefault();
        event.stopPropagation();
        main.focus({ preventScroll: true });
      }
    },
  });
  return el("label", { class: "memo" }, el("span", {}, "Memo ", el("small", {}, "stored with your decision")), field);
}

function doneSide() {
  return [
    el("div", { class: "title" }, el("h2", {}, "Every line is decided")),
    el("p", { class: "own" }, "All of it is stored; you may close this page. Choose a line to judge it again."),
    el("div", { class: "actions" }, button("U", "Undo", () => press("u"), { ".disabled": !S.acts.length }), button("I", "Interviews", () => press("i"))),
    el("p", { class: "quiet", id: "quiet" }, S.note),
  ];
}

function say(text) {
  byId("live").textContent = text;
}

function hint(text) {
  S.note = text;
  const quiet = byId("quiet");
  if (quiet) quiet.textContent = text;
  say(text);
}

function alertOf(text, id) {
  const box = byId("alerts");
  const line = S.lines.get(id);
  const close = () => made.remove();
  const made = el(
    "div",
    { class: "alert" },
    el("p", {}, text),
    line && el("button", { class: "button small", type: "button", onclick: () => (close(), show(id)) }, `Go to line ${line.order}`),
    el("button", { class: "button small", type: "button", onclick: close }, "Close"),
  );
  box.append(made);
}

// ---------------------------------------------------------------- going to a line

async function show(id, { speak = true } = {}) {
  const before = S.current;
  S.held = null;
  if (id === null || id === undefined) {
    S.current = null;
  } else {
    const interview = S.loaded.get(S.home.get(id)) ?? (await interviewOf(id));
    S.current = id;
    if (S.interview !== interview) {
      S.interview = interview;
      paintInterview(interview);
    }
  }
  const old = elements.get(before);
  if (old && before !== S.current) {
    old.article.classList.remove("now");
    old.article.removeAttribute("aria-current");
    paintWords(before);
  }
  const line = S.lines.get(S.current);
  S.chosen = new Set(line?.kept?.codes ?? []);
  S.proposed = new Set(line?.kept?.proposed ?? []);
  if (line && !S.memos.has(line.id) && line.kept?.memo) S.memos.set(line.id, line.kept.memo);
  S.shownAt = performance.now();
  const place = elements.get(S.current);
  if (place) {
    place.article.classList.add("now");
    place.article.setAttribute("aria-current", "true");
    paintWords(S.current);
  }
  document.title = line ? `${line.interview}, line ${line.order} · autocode` : "All decided · autocode";
  paintTicks();
  paintSide();
  scrollToLine();
  if (speak) say(spoken(line));
  prefetch();
  if (awaited()) fetchOffer(S.current);
}

async function fetchOffer(id) {
  try {
    S.offers.set(id, await ask("/review/offer", { line: id }));
  } catch (error) {
    if (!error.status) {
      setTimeout(() => S.current === id && awaited() && fetchOffer(id), 500);
      return;
    }
    S.offers.set(id, null);
  }
  if (S.current !== id) return;
  paintWords(id);
  paintSide();
  S.shownAt = performance.now();
  for (const key of S.queued.splice(0)) press(key);
}

function spoken(line) {
  if (!line) return "Every line is decided.";
  const offer = shownOffer();
  const cards = offer?.cards.map((one, place) => `${place + 1}: ${codeOf(one.code).name}, ${one.band}`).join("; ");
  const told = offer ? (cards ? ` Suggested: ${cards}.` : " No suggestion.") : "";
  return `Line ${line.order}. ${line.text.slice(0, 400)}${told}`;
}

// ---------------------------------------------------------------- deciding

function choose(place) {
  const offer = shownOffer();
  const one = offer?.cards[place];
  if (!one) return false;
  if (!S.chosen.delete(one.code)) S.chosen.add(one.code);
  S.note = "";
  paintSide();
  say(`${codeOf(one.code).name} ${S.chosen.has(one.code) ? "chosen" : "dropped"}.`);
  return true;
}

function decide(kind) {
  const line = S.lines.get(S.current);
  const offer = shownOffer();
  const own = secondLook() ? line.kept : null;
  let codes = [...S.chosen];
  let proposed = [...S.proposed];
  if (kind === "keep" && !codes.length && !proposed.length) {
    if (!own) {
      hint("Nothing is chosen: press a number or F to choose a code, or N if none fits.");
      return;
    }
    kind = "none";
  } else if (kind === "none") {
    if (own && (own.codes.length || own.proposed.length)) {
      kind = "keep";
      codes = [...own.codes];
      proposed = [...own.proposed];
    } else if (codes.length || proposed.length) {
      if (!line.kept || !same(line.kept, codes, proposed)) {
        hint(`${keepLabel().replace("Keep ", "")} is chosen: press Enter to keep it, or drop it before pressing N.`);
        return;
      }
      codes = [];
      proposed = [];
    }
  }
  if (kind === "first") {
    if (!offer?.strong) {
      const first = offer?.cards[0];
      hint(first ? `${codeOf(first.code).name} is a ${first.band} match: press 1 to choose it, or N if none fits.` : "There is no suggestion to accept here.");
      return;
    }
    codes = [...new Set([...(own?.codes ?? []), offer.strong])];
    proposed = own?.proposed ?? [];
  }
  if (kind === "later" && line.kept) {
    hint("This line is decided already; U takes that back.");
    return;
  }
  const memo = S.memos.get(line.id) ?? "";
  const act = {
    gesture: crypto.randomUUID(),
    coder: S.coder,
    kind,
    line: line.id,
    codes: kind === "later" ? [] : codes,
    proposed: kind === "later" ? [] : proposed,
    memo: kind === "later" ? "" : memo,
    batch: offer?.batch ?? null,
    milliseconds: Math.round(performance.now() - S.shownAt),
  };
  S.acts.push({ name: act.gesture, line: line.id, kept: line.kept, later: line.later, again: line.again });
  applyAct(act);
  outbox.put(act);
  const next = after(line.id);
  const waitsForWord = S.mode === "blind-first" && line.stage === "blind" && kind !== "later";
  if (waitsForWord) {
    paintKept(line);
    paintTicks();
    const held = { line: line.id, next };
    S.held = held;
    setTimeout(() => S.held === held && show(next), HOLD);
    return;
  }
  show(next);
}

const same = (kept, codes, proposed) =>
  kept.codes.length === codes.length && kept.codes.every((id) => codes.includes(id)) && kept.proposed.length === proposed.length;

/** Paint what an act will have done, before the server says so. */
function applyAct(act) {
  const line = S.lines.get(act.line);
  S.later = S.later.filter((one) => one !== act.line);
  if (act.kind === "later") S.later.push(act.line);
  else S.done.add(act.line);
  if (!line) return;
  if (act.kind === "later") {
    line.later = true;
  } else {
    const order = [...S.codes.keys()];
    const codes = [...act.codes].sort((one, other) => order.indexOf(one) - order.indexOf(other));
    line.kept = { codes, proposed: act.proposed, memo: act.memo };
    line.later = false;
    line.again = false;
    S.recent = [...new Set([...act.codes, ...S.recent])].slice(0, 12);
    forgetMemo(act.line);
  }
  paintKept(line);
}

function undo() {
  const last = S.acts.pop();
  if (!last) {
    hint("There is nothing to undo.");
    return;
  }
  S.held = null;
  const act = { gesture: crypto.randomUUID(), coder: S.coder, kind: "undo", line: last.line, act: last.name };
  const line = S.lines.get(last.line);
  if (line) {
    if (line.kept?.memo && !last.kept) remember(line.id, line.kept.memo);
    line.kept = last.kept;
    line.later = last.later;
    line.again = last.again;
    S.later = S.later.filter((one) => one !== last.line);
    if (line.later) S.later.push(last.line);
    if (!line.kept) S.done.delete(last.line);
    paintKept(line);
  }
  outbox.put(act);
  show(last.line, { speak: false }).then(() => say(`Undone. ${spoken(S.lines.get(last.line))}`));
}

const deciding = new Set(["Enter", "n", "a", "s", "1", "2", "3"]);

/** Do what a key says; true if it did something. */
function press(key) {
  if (S.held && key !== "u") {
    // the line is decided: what is pressed now is for the next
    const { next } = S.held;
    if (!deciding.has(key) && key !== "f" && key !== "/" && key !== "m") return move(key);
    return goOn(next, key);
  }
  if (deciding.has(key) && S.current !== null) {
    if (secondLook() && S.revealedAt && performance.now() - S.revealedAt < TOO_SOON) {
      S.revealedAt = 0;
      return goOn(after(S.current), key);
    }
    if (awaited()) {
      S.queued.push(key);
      return true;
    }
  }
  switch (key) {
    case "1":
    case "2":
    case "3":
      return choose(Number(key) - 1);
    case "Enter":
      if (S.current) decide("keep");
      return true;
    case "n":
      if (S.current) decide("none");
      return true;
    case "a":
      if (S.current) decide("first");
      return true;
    case "s":
      if (S.current) decide("later");
      return true;
    case "f":
    case "/":
      if (S.current) openPalette();
      return true;
    case "m":
      if (S.current) openMemo();
      return true;
    case "u":
      undo();
      return true;
    case "i":
      openInterviews();
      return true;
    case "?":
      openHelp();
      return true;
    default:
      return move(key);
  }
}

function move(key) {
  const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[key];
  if (!step) return false;
  const id = beside(step);
  if (id !== undefined) show(id);
  return true;
}

function goOn(next, key) {
  S.held = null;
  const home = next && S.loaded.has(S.home.get(next));
  const shown = show(next);
  if (home || next === null) press(key);
  else shown.then(() => press(key));
  return true;
}

// ---------------------------------------------------------------- memos

const memoKey = (id) => `autocode:memo:${S.study}:${S.coder}:${id}`;

function remember(id, text) {
  S.memos.set(id, text);
  try {
    if (text) localStorage.setItem(memoKey(id), text);
    else localStorage.removeItem(memoKey(id));
  } catch {
    // it is still on the page, and stored with the decision
  }
}

function forgetMemo(id) {
  S.memos.delete(id);
  try {
    localStorage.removeItem(memoKey(id));
  } catch {
    // nothing was there
  }
}

function openMemo() {
  if (!S.memos.has(S.current)) S.memos.set(S.current, "");
  paintSide();
  const field = byId("memo");
  field.focus();
  field.setSelectionRange(field.value.length, field.value.length);
}

// ---------------------------------------------------------------- finding a code

const palette = { found: [], at: 0 };

function openPalette() {
  const field = byId("find");
  field.value = "";
  search();
  openDialog(byId("palette"), main);
  field.focus();
}

function search() {
  const wanted = byId("find").value.trim().toLowerCase();
  const rank = (code) => {
    const name = code.name.toLowerCase();
    if (name.startsWith(wanted)) return 0;
    if (name.split(/[^\p{L}\p{N}]+/u).some((word) => word.startsWith(wanted))) return 1;
    if (name.includes(wanted)) return 2;
    if (code.theme.toLowerCase().includes(wanted)) return 3;
    return code.definition.toLowerCase().includes(wanted) ? 4 : 9;
  };
  let found = [...S.codes.values()];
  if (wanted) {
    found = found.map((code) => [rank(code), code]).filter(([place]) => place < 9);
    found = found.sort(([one], [other]) => one - other).map(([, code]) => code);
  } else {
    const recent = S.recent.map((id) => S.codes.get(id)).filter(Boolean);
    found = [...recent, ...found.filter((code) => !recent.includes(code))];
  }
  const exact = found.some((code) => code.name.toLowerCase() === wanted);
  palette.found = found.map((code) => ({ code }));
  const name = byId("find").value.trim().replace(/\s+/g, " ");
  if (name && !exact) palette.found.push({ propose: name });
  palette.at = 0;
  byId("found").replaceChildren(
    ...palette.found.map((one, place) => {
      const on = one.code && S.chosen.has(one.code.id);
      return el(
        "li",
        { role: "option", id: `option-${place}`, "aria-selected": `${place === 0}`, onclick: () => pick(place), onmousemove: () => palette.at !== place && point(place, false) },
        one.code ? chip(one.code) : el("span", { class: "chip proposed" }, "Propose"),
        el("span", { class: "gist", dir: "auto" }, one.code ? one.code.definition || one.code.theme : one.propose),
        on && el("span", { class: "on" }, "chosen"),
      );
    }),
  );
  point(0);
}

function point(place, scroll = true) {
  const list = byId("found");
  list.children[palette.at]?.setAttribute("aria-selected", "false");
  palette.at = Math.max(0, Math.min(place, palette.found.length - 1));
  const option = list.children[palette.at];
  option?.setAttribute("aria-selected", "true");
  if (option && scroll) {
    const [top, bottom] = [option.offsetTop, option.offsetTop + option.offsetHeight]; // the list is what it is offset from
    if (top < list.scrollTop) list.scrollTop = top;
    else if (bottom > list.scrollTop + list.clientHeight) list.scrollTop = bottom - list.clientHeight;
  }
  if (option) byId("find").setAttribute("aria-activedescendant", option.id);
  else byId("find").removeAttribute("aria-activedescendant");
  const one = palette.found[palette.at];
  byId("about-code").replaceChildren(...(one ? aboutCode(one) : []));
}

function aboutCode({ code, propose }) {
  if (propose) {
    return [el("p", {}, `No code is called “${propose}”. Enter proposes it to the team; the line keeps the proposal, and the codebook stays as it is.`)];
  }
  const part = (label, text) => text && el("p", { dir: "auto" }, el("b", {}, `${label} `), text);
  return [
    code.theme && el("p", { class: "theme", dir: "auto" }, code.theme),
    part("Means", code.definition),
    part("Use when", code.use),
    part("Not when", code.not),
    code.examples.length ? part("Such as", code.examples.map((one) => `“${one}”`).join(" ")) : null,
  ].filter(Boolean);
}

function pick(place) {
  const one = palette.found[place];
  byId("palette").close();
  main.focus({ preventScroll: true });
  if (!one) return;
  const [set, name] = one.code ? [S.chosen, one.code.id] : [S.proposed, one.propose];
  if (!set.delete(name)) set.add(name);
  S.note = "";
  paintSide();
  say(`${one.code ? one.code.name : `${one.propose}, proposed,`} ${set.has(name) ? "chosen" : "dropped"}. Enter keeps it.`);
}

byId("find").addEventListener("input", search);
byId("find").addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229) return;
  const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
  if (step) point(palette.at + step);
  else if (event.key === "Enter" && !event.repeat) pick(palette.at);
  else return;
  event.preventDefault();
});
for (const dialog of document.querySelectorAll("dialog")) {
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => main.focus({ preventScroll: true }));
}

// ---------------------------------------------------------------- help and interviews

const KEYS = [
  ["1 2 3", "choose a suggestion, or drop it again"],
  ["Enter", "keep what is chosen and go on"],
  ["A", "accept the first suggestion, if it is strong"],
  ["N", "none fits: the line is read and holds no code"],
  ["F /", "find a code; an unknown name is proposed to the team"],
  ["M", "memo on the line"],
  ["S", "leave the line for later"],
  ["U Ctrl+Z", "undo, back to the line"],
  ["J K ↓ ↑", "move without deciding"],
  ["I", "all interviews"],
  ["?", "these keys"],
];
const MODES = {
  independent: "This study is coded independently. Nothing of the machine reaches this page.",
  "blind-first": "This study is coded blind first. Suggestions stay on the server until your own reading is stored; then you see them where they differ. Both readings are kept.",
  assisted: "This study is coded with suggestions. They are proposals: nothing is chosen for you, and none is a code until you keep it. Some lines, drawn beforehand, stay without.",
};

function openHelp() {
  byId("help-keys").replaceChildren(
    ...KEYS.map(([keys, does]) => el("div", {}, el("dt", {}, keys.split(" ").map((key) => el("kbd", {}, key))), el("dd", {}, does))),
  );
  byId("letters").checked = singleKeys.on;
  byId("help-mode").replaceChildren(el("p", {}, MODES[S.mode]), el("p", {}, "What is decided here is stored on the disk as you go; “Saved” says so. What is shown, in which order, and how long a line took is kept with it."));
  byId("help-bands").replaceChildren();
  if (S.mode !== "independent") tellBands();
  openDialog(byId("help"), main);
}

/** Say beside the keys what the words for strength have meant, where nobody is deciding. */
async function tellBands() {
  const told = await ask("/review/bands").catch(() => null);
  if (!told) return;
  byId("help-bands").replaceChildren(
    el("h3", {}, "What a match has meant in this study"),
    el("dl", {}, ...told.bands.map(([band, meant]) => el("div", {}, el("dt", {}, band), el("dd", {}, meant)))),
  );
}

byId("letters").addEventListener("change", (event) => {
  singleKeys.on = event.target.checked;
  paintSide();
});

function openInterviews() {
  byId("choose-list").replaceChildren(
    ...S.interviews.map((one) => {
      const done = one.lines.filter((id) => S.done.has(id)).length;
      const bar = el("progress", { max: `${one.lines.length || 1}`, value: `${done}`, "aria-label": `${one.id}: ${done} of ${one.lines.length} lines decided` });
      const first = one.lines.find((id) => !S.done.has(id)) ?? one.lines[0];
      return el(
        "li",
        {},
        el(
          "button",
          { class: "button", type: "button", autofocus: one.id === S.interview?.id, ".disabled": !first, onclick: () => (byId("choose").close(), show(first)) },
          el("span", { class: "which" }, el("b", {}, one.id), " ", el("small", { dir: "auto" }, one.about)),
          bar,
          el("small", { class: "number" }, `${done} of ${one.lines.length}`),
        ),
      );
    }),
  );
  openDialog(byId("choose"), main);
}

// ---------------------------------------------------------------- what the server says

function takeLine(told) {
  const line = S.lines.get(told.id);
  if (told.kept) S.done.add(told.id);
  else S.done.delete(told.id);
  S.later = S.later.filter((one) => one !== told.id);
  if (told.later) S.later.push(told.id);
  if (!line || waits(told.id)) return;
  const before = JSON.stringify([line.kept, line.later, line.again]);
  line.kept = told.kept;
  line.later = told.later;
  line.again = told.again;
  if (told.id !== S.current || S.held) line.stage = told.stage;
  if (JSON.stringify([line.kept, line.later, line.again]) !== before) paintKept(line);
}

let channel = null;

function onStored(act, result, told) {
  const line = S.lines.get(act.line);
  if (result.refused) {
    S.acts = S.acts.filter((one) => one.name !== act.gesture);
    if (act.memo && !S.memos.has(act.line)) remember(act.line, act.memo);
    alertOf(`Nothing was stored. ${result.refused}`, act.line);
  }
  if (result.line) {
    takeLine(result.line);
    channel?.postMessage({ line: result.line, act: act.kind === "undo" ? null : { name: act.gesture, line: act.line } });
    if (act.line === S.current && !S.held && line && !waits(act.line) && line.stage !== result.line.stage && act.kind === "undo") {
      line.stage = result.line.stage;
      show(act.line, { speak: false });
    }
  }
  if (result.reveal) {
    S.offers.set(act.line, result.reveal);
    if (line) line.stage = "second look";
    if (S.held?.line === act.line) {
      S.revealedAt = performance.now();
      show(act.line, { speak: false }).then(() => say(`The machine reads line ${line.order} differently. ${spoken(line)}`));
    } else if (line) {
      paintKept(line);
    }
  } else if (S.held?.line === act.line && act.kind !== "undo") {
    show(S.held.next);
  }
  if (told.learnt && told.learnt.times > S.learnt) {
    S.learnt = told.learnt.times;
    for (const id of [...S.offers.keys()]) {
      if (id !== S.current && !S.lines.get(id)?.again) S.offers.delete(id);
    }
    quietly(`${told.learnt.decisions} new decisions learnt`);
    prefetch();
  }
  if (told.hurries) quietly("The latest lines went by faster than they can be read. This is noted, once; take the time you need.");
  if (result.line || result.reveal) paintTicks();
}

/** Say something at the foot of the page that asks for nothing. */
function quietly(text) {
  S.note = text;
  const quiet = byId("quiet");
  if (quiet) quiet.textContent = text;
}

function onChange({ pending, trouble }) {
  const saved = byId("saved");
  const lines = pending === 1 ? "1 decision waits" : `${pending} decisions wait`;
  const state = trouble && pending ? "trouble" : pending ? "saving" : "saved";
  const text = { trouble: `${lines} in this browser: ${trouble}`, saving: "Saving", saved: "Saved" }[state];
  if (saved.dataset.state === state && saved.lastElementChild.textContent === text) return;
  saved.dataset.state = state;
  saved.lastElementChild.textContent = text;
}

async function begin() {
  const query = {};
  const wanted = new URLSearchParams(location.hash.slice(1)).get("line");
  if (wanted) query.line = wanted;
  let told;
  for (;;) {
    try {
      told = await ask("/review/state", query);
    } catch (error) {
      if (error.status === 404 && query.line) {
        alertOf(error.message);
        delete query.line;
        continue;
      }
      byId("saved").dataset.state = "trouble";
      byId("saved").lastElementChild.textContent = error.status ? error.message : "autocode is not running";
      await new Promise((resolve) => setTimeout(resolve, 1000));
      continue;
    }
    if (outbox === null) {
      const key = `autocode:act:${told.study}:${told.coder}`;
      outbox = new Outbox({ key, url: "/review/acts", onStored: (...all) => S.begun && onStored(...all), onChange });
      // what an earlier tab or a killed server left is stored first; only then is it known which line is the present one
      if (outbox.count && (await outbox.flush())) continue;
    }
    break;
  }
  take(told);
  for (const [, act] of outbox.pending()) {
    if (act.kind !== "undo") applyAct({ codes: [], proposed: [], memo: "", ...act });
    else Object.assign(S.lines.get(act.line) ?? {}, { kept: undefined, later: false });
  }
  S.begun = true;
  onChange({ pending: outbox.count, trouble: outbox.trouble });
  if (S.interview) paintInterview(S.interview);
  await show(told.current);
  main.focus({ preventScroll: true });
  listen(press);
  document.documentElement.dataset.ready = "true";
  if ("BroadcastChannel" in window) {
    channel = new BroadcastChannel(outbox.key);
    channel.onmessage = async ({ data }) => {
      // the storage that tabs share may still show the act as waiting; then what is stored is asked for, not overheard
      if (waits(data.line.id)) await catchUp();
      else takeLine(data.line);
      if (data.act && !S.acts.some((one) => one.name === data.act.name)) S.acts.push(data.act);
      paintTicks();
    };
  }
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && catchUp());
}

/** A tab that lay aside learns what was decided elsewhere meanwhile. */
async function catchUp() {
  await outbox.flush();
  try {
    const { lines } = S.interview ? await ask("/review/interview", { id: S.interview.id }) : { lines: [] };
    for (const line of lines) if (!line.asks) takeLine(line);
    paintTicks();
  } catch {
    // it is told beside “Saved” as soon as something is to be stored
  }
}

function take(told) {
  Object.assign(S, { coder: told.coder, mode: told.mode, study: told.study, later: told.later, acts: told.acts });
  S.learnt = told.learnt;
  S.codes = new Map(told.codes.map((code) => [code.id, code]));
  S.interviews = told.interviews.filter((one) => one.lines.length);
  S.route = S.interviews.flatMap((one) => one.lines);
  S.place = new Map(S.route.map((id, place) => [id, place]));
  S.home = new Map(S.interviews.flatMap((one) => one.lines.map((id) => [id, one.id])));
  S.done = new Set(told.done);
  if (told.interview) {
    takeInterview(told.interview);
    S.interview = told.interview;
  }
  for (const [id, offer] of Object.entries(told.offers)) S.offers.set(id, offer);
  try {
    const head = memoKey("");
    for (let place = 0; place < localStorage.length; place += 1) {
      const name = localStorage.key(place);
      if (name.startsWith(head)) S.memos.set(name.slice(head.length), localStorage.getItem(name));
    }
  } catch {
    // drafts of memos are kept on the page alone
  }
}

byId("lines").addEventListener("click", (event) => {
  const line = event.target.closest("article.line");
  if (!line || line.dataset.line === S.current || !S.place.has(line.dataset.line)) return;
  if (String(getSelection())) return; // words are being marked to copy them
  show(line.dataset.line);
});
new ResizeObserver(() => scrollToLine()).observe(main);
byId("keys").addEventListener("click", byMouse(openHelp));
byId("mode").addEventListener("click", byMouse(openHelp));
byId("interviews").addEventListener("click", byMouse(openInterviews));

begin();
