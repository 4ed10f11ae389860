// What the review page is doing, as one value: it is fetching a line, a line is read, a line that was decided blind is
// held until it is known whether suggestions differ, they are looked at a second time, or everything is done. Keys, clicks
// and taps decide only while a line is read or looked at again. Nothing here knows of a document or a server: what happens
// comes in as events, and time as milliseconds.

export const TOO_SOON = 300; // a key pressed sooner after suggestions appeared was not an answer to them

/**
 * @typedef {object} Phase
 * @property {"fetching" | "reading" | "held" | "second look" | "done"} name
 * @property {string | null} line id of the line that it is about
 * @property {string | null} next while held, the line that comes after
 * @property {number} since when the line, or what is shown for it, came to the screen
 * @property {number} seenFrom when it has been on the screen for long enough to be answered
 */

/** @returns {Phase} */
const phase = (name, line, more = {}) => ({ name, line, next: null, since: 0, seenFrom: 0, ...more });

/** @type {Phase} */
export const beginning = phase("fetching", null);

const isOnScreen = ({ name }) => name === "reading" || name === "second look";

const steps = {
  /** The coder, or the end of a decision, goes to a line; null when every line is decided. */
  go: (_, { line }) => (line === null ? phase("done", null) : phase("fetching", line)),

  /** A line is on the screen with all that may be shown for it. */
  shown: (now, { line, stage, at }) =>
    now.name === "fetching" && now.line === line
      ? phase(stage === "second look" ? stage : "reading", line, { since: at, seenFrom: at })
      : now,

  /** What was shown for the line is not valid any more. */
  stale: (now) => (isOnScreen(now) ? phase("fetching", now.line) : now),

  /** The line was decided blind, and the server has not said yet whether suggestions differ. */
  hold: (now, { next }) => (now.name === "reading" ? phase("held", now.line, { next }) : now),

  /** Suggestions that differ from the blind decision appear, while the line is held or the coder has come back to it. */
  reveal: (now, { line, at }) =>
    (now.name === "held" || now.name === "reading") && now.line === line
      ? phase("second look", line, { since: at, seenFrom: at + TOO_SOON })
      : now,
};

/**
 * Return what the page is doing after an event: go, shown, stale, hold or reveal. An event that does not concern the line of
 * the phase changes nothing.
 *
 * @param {Phase} now
 * @param {{type: string, line?: string | null, next?: string | null, stage?: string, at?: number}} event
 * @returns {Phase}
 */
export const after = (now, event) => steps[event.type](now, event);

/**
 * Whether a key, click or tap of a time is an answer to the line on the screen: one that was made before the line was there,
 * such as a key that waited while the page was busy, is not.
 *
 * @param {Phase} now
 * @param {number} at
 */
export const isAnswer = (now, at) => isOnScreen(now) && at >= now.seenFrom;
