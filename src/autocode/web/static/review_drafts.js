// What a coder chose or wrote on a line and has not stored: it stays with the line, also when the page is left or loaded
// again, until it is stored or taken back. Nothing here knows of a document; where it is kept between pages is handed in.

/**
 * @typedef {{codes: string[], proposed: string[]}} Choice
 * @typedef {{memo?: string, choice?: Choice}} Draft
 * @typedef {Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">} Store
 */

const PARTS = { memo: "autocode:memo", choice: "autocode:choice" };

const textOf = (part, value) => (part === "memo" ? value : JSON.stringify(value));
const valueOf = (part, text) => (part === "memo" ? text : JSON.parse(text));
const isSame = (first, second) => first.length === second.length && first.every((name) => second.includes(name));

export class Drafts {
  /** @param {() => Store} store what keeps drafts between pages; it may refuse, and then the page alone keeps them */
  constructor(store) {
    this.store = store;
    this.whose = "";
    /** @type {Map<string, Draft>} */
    this.lines = new Map();
  }

  /** Read the drafts of a coder in a study. */
  open({ study, coder }) {
    this.whose = `${study}:${coder}`;
    this.attempt((store) => {
      for (let index = 0; index < store.length; index += 1) this.read(store.key(index));
    });
  }

  /** Take over a draft as another tab left it; returns the id of its line, or null if the name is not that of a draft. */
  read(name) {
    for (const part of Object.keys(PARTS)) {
      const prefix = this.nameOf(part, "");
      if (!name?.startsWith(prefix)) continue;
      const id = name.slice(prefix.length);
      const text = this.attempt((store) => store.getItem(name)) ?? null;
      this.set(id, part, text === null ? undefined : valueOf(part, text));
      return id;
    }
    return null;
  }

  /** Take over what another tab kept on a line since; returns whether there was anything. */
  takeOver(id, part) {
    const text = this.attempt((store) => store.getItem(this.nameOf(part, id))) ?? null;
    if (text === null || text === textOf(part, this.lines.get(id)?.[part])) return false;
    this.set(id, part, valueOf(part, text));
    return true;
  }

  /** The memo that was written on a line and is not stored; undefined for none. */
  memo(id) {
    return this.lines.get(id)?.memo;
  }

  /** What was chosen on a line and is not stored; undefined for nothing. */
  choice(id) {
    return this.lines.get(id)?.choice;
  }

  /** Ids of the lines on which something is not stored. */
  ids() {
    return [...this.lines.keys()];
  }

  /** Keep a memo, unless the line has it already. */
  keepMemo(id, memo, kept) {
    this.put(id, "memo", memo === (kept?.memo ?? "") ? undefined : memo);
  }

  /** Keep a choice, unless it is what the line was given already. */
  keepChoice(id, { codes, proposed }, kept) {
    const given = kept ?? { codes: [], proposed: [] };
    const isGiven = isSame(codes, given.codes) && isSame(proposed, given.proposed);
    this.put(id, "choice", isGiven ? undefined : { codes, proposed });
  }

  /** Forget what is not a draft any more, because the line was given it meanwhile. */
  compare(id, kept) {
    for (const part of Object.keys(PARTS)) this.takeOver(id, part);
    const { memo, choice } = this.lines.get(id) ?? {};
    if (memo !== undefined) this.keepMemo(id, memo, kept);
    if (choice) this.keepChoice(id, choice, kept);
  }

  /** Forget what was not stored on a line; what another tab kept there since is not known here and stays. */
  drop(id) {
    for (const part of Object.keys(PARTS)) if (!this.takeOver(id, part)) this.put(id, part, undefined);
  }

  /** Follow codes that ended: `become(codes)` returns those that they are now. */
  replay(become) {
    for (const [id, { choice }] of this.lines) {
      if (choice) this.put(id, "choice", { ...choice, codes: become(choice.codes) });
    }
  }

  nameOf(part, id) {
    return `${PARTS[part]}:${this.whose}:${id}`;
  }

  put(id, part, value) {
    this.set(id, part, value);
    const name = this.nameOf(part, id);
    const isKept =
      value !== undefined &&
      this.attempt((store) => {
        store.setItem(name, textOf(part, value));
        return true;
      });
    // a store that is full keeps nothing rather than something older
    if (!isKept) this.attempt((store) => store.removeItem(name));
  }

  set(id, part, value) {
    const draft = { ...this.lines.get(id), [part]: value };
    if (draft.memo === undefined && draft.choice === undefined) this.lines.delete(id);
    else this.lines.set(id, draft);
  }

  attempt(use) {
    try {
      return use(this.store());
    } catch {
      return undefined; // what the browser does not keep is kept on the page alone
    }
  }
}
