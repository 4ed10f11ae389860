// The suggestions for the current line as cards: as many words of each as there is room for, and which of them were seen.

import { byId, el } from "./dom.js";
import { singleKeys } from "./keys.js";
import { codeOf, isSecondLook, offerShown, state } from "./review_state.js";

const DOTS = { strong: 3, fair: 2, weak: 1 };
const FITS = ["compact", "tight"]; // without similar lines; without definitions, too
const SLACK = 1; // pixels: what is measured is rounded

/** Return the cards, or why there are none; `pressing(key)` is what a click does. */
export function offerPart(pressing) {
  const offer = offerShown();
  if (!offer) return [];
  if (!offer.cards.length && !isSecondLook()) {
    return [el("p", { class: "own" }, `No suggestion: ${offer.abstention || "nothing fits"}.`)];
  }
  const examples = offer.cards.length > 2 ? 1 : 2;
  const isStrong = (card) => card.code === offer.strong;
  return offer.cards.map((card, index) => cardElement(card, index, { examples, isStrong: isStrong(card), pressing }));
}

/** A suggestion as a card: the code, how strong the match is and on which words it rests, and lines coded like it. */
function cardElement(card, index, { examples, isStrong, pressing }) {
  const code = codeOf(card.code);
  const key = `${index + 1}`;
  const dots = [1, 2, 3].map((dot) => el("i", { class: dot <= DOTS[card.band] ? "full" : "" }));
  const words = card.words.length ? ` on ${card.words.map((word) => `“${word}”`).join(", ")}` : "";
  return el(
    "button",
    {
      class: `card hue-${code.hue}`,
      type: "button",
      "data-act": key,
      "aria-pressed": `${state.chosen.has(card.code)}`,
      "aria-labelledby": `card-${key}-code card-${key}-strength`,
      "aria-describedby": code.definition && `card-${key}-definition`,
      onclick: pressing(key),
    },
    el(
      "span",
      { class: "head" },
      singleKeys.on && el("kbd", {}, key),
      el("b", { dir: "auto", id: `card-${key}-code` }, code.name),
      singleKeys.on && isStrong && el("kbd", { title: "A accepts only this suggestion and goes on" }, "A"),
      el("i", { class: "tick", "aria-hidden": "true" }),
    ),
    code.definition && el("span", { class: "definition", dir: "auto", id: `card-${key}-definition` }, code.definition),
    el(
      "span",
      { class: "strength", id: `card-${key}-strength` },
      el("i", { class: "dots", "aria-hidden": "true" }, dots),
      el("b", {}, `${card.band} match`),
      words,
    ),
    nearLines(card.near.slice(0, examples)),
  );
}

function nearLines(near) {
  if (!near.length) return [];
  const lines = near.map(({ text, coders, interview }) =>
    el("span", { class: "near", dir: "auto" }, el("span", { class: "quote", dir: "auto" }, text), el("small", {}, `${coders}, ${interview}`)),
  );
  return [el("span", { class: "like" }, "Similar lines that people gave this code"), ...lines];
}

// ---------------------------------------------------------------- how much of them there is room for

const isOpened = () => state.opened !== null && state.opened === state.current;

/** Return the button that opens the cards: definitions and similar lines at their full length. */
export function moreButton(pressing) {
  if (!offerShown()?.cards.length) return null;
  const attributes = { class: "button small more", type: "button", "data-act": "e", "aria-expanded": `${isOpened()}` };
  return el(
    "button",
    { ...attributes, onclick: pressing("e") },
    singleKeys.on && el("kbd", {}, "E"),
    el("span", {}, isOpened() ? "In short" : "In full"),
  );
}

/** Open the cards of the current line, or close them. */
export function toggleCards() {
  state.opened = isOpened() ? null : state.current;
}

/** Leave out of the cards what there is no room for, so that all of them are on the screen if they can be. */
export function fitCards() {
  const side = byId("side");
  delete side.dataset.fit;
  if (isOpened()) side.dataset.fit = "full";
  for (const fit of isOpened() ? [] : FITS) {
    if (side.scrollHeight <= side.clientHeight + SLACK) break;
    side.dataset.fit = fit;
  }
  noteSeen();
}

// ---------------------------------------------------------------- which of them were seen

/** Note which cards are on the screen, with their strength; what is below the fold was not shown. */
export function noteSeen() {
  const side = byId("side");
  const pane = side.getBoundingClientRect();
  const foot = side.querySelector(".foot")?.getBoundingClientRect().top ?? Infinity;
  const [top, bottom] = [Math.max(pane.top, 0) - SLACK, Math.min(pane.bottom, innerHeight, foot) + SLACK];
  for (const [index, card] of [...side.querySelectorAll(".card")].entries()) {
    const above = card.querySelector(".head").getBoundingClientRect().top;
    const below = card.querySelector(".strength").getBoundingClientRect().bottom;
    if (above >= top && below <= bottom) state.seen.add(offerShown().cards[index].code);
  }
}

/** Bring a card to the screen that was not there yet; returns whether there was one. */
export function bringCard(index) {
  const code = offerShown()?.cards[index]?.code;
  if (code === undefined || state.seen.has(code)) return false;
  byId("side").querySelectorAll(".card")[index].scrollIntoView({ block: "nearest" });
  noteSeen();
  return true;
}
