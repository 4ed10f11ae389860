// What a key decides on a line, without a document: the table of the review page's decisions.

/**
 * @typedef {object} Situation
 * @property {{codes: string[], proposed: string[]} | null} own on a second look, the coder's own judgement of the line
 * @property {{codes: string[], proposed: string[]} | null} kept the judgement in force; null for none
 * @property {string[]} chosen ids of the codes that are chosen
 * @property {string[]} proposed names of the new codes that are chosen
 * @property {{strong: string | null, cards: {code: string, band: string}[]} | null} offer what is suggested; null for nothing
 * @property {(id: string) => string} nameOf the name of a code
 *
 * @typedef {{kind: string, codes: string[], proposed: string[]} | {refused: string}} Decision
 */

const none = () => ({ kind: "none", codes: [], proposed: [] });
const hasCodes = ({ codes, proposed }) => codes.length > 0 || proposed.length > 0;
const keep = ({ codes, proposed }) => ({ kind: "keep", codes: [...codes], proposed: [...proposed] });

/** Whether what is chosen is what a judgement has. */
export const isAsChosen = ({ codes, proposed }, { chosen, proposed: names }) =>
  codes.length === chosen.length && codes.every((id) => chosen.includes(id)) && proposed.length === names.length &&
  proposed.every((name) => names.includes(name));

const table = {
  keep({ own, kept, chosen, proposed }) {
    if (chosen.length || proposed.length) return keep({ codes: chosen, proposed });
    // what was decided before is kept, for example with another memo
    return own || (kept && !hasCodes(kept)) ? none() : { refused: "Nothing is chosen: press a number or F to choose a code, or N if none fits." };
  },
  none({ own, kept, chosen, proposed, nameOf }) {
    if (own && hasCodes(own)) return keep(own);
    const isChosen = chosen.length || proposed.length;
    if (!isChosen || (kept && isAsChosen(kept, { chosen, proposed }))) return none();
    const names = [...chosen.map(nameOf), ...proposed.map((name) => `“${name}”`)].join(", ");
    return { refused: `${names} is chosen: press Enter to keep it, or drop it before pressing N.` };
  },
  first({ own, offer, nameOf }) {
    if (offer?.strong) {
      const codes = [...new Set([...(own?.codes ?? []), offer.strong])];
      return { kind: "first", codes, proposed: own?.proposed ?? [] };
    }
    const card = offer?.cards[0];
    if (!card) return { refused: "There is no suggestion to accept here." };
    return { refused: `${nameOf(card.code)} is a ${card.band} match: press 1 to choose it, or N if none fits.` };
  },
  later({ kept }) {
    if (kept) return { refused: "This line is already decided; press U to undo that." };
    return { kind: "later", codes: [], proposed: [] };
  },
};

/**
 * Return what a key decides, or why it decides nothing: keep what is chosen, none fits, accept the first suggestion, later.
 *
 * @param {"keep" | "none" | "first" | "later"} key
 * @param {Situation} situation
 * @returns {Decision}
 */
export const decision = (key, situation) => table[key](situation);
