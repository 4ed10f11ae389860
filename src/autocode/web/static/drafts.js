// What is written and not stored yet, line by line. It outlives a closed tab and a reload in the browser's storage.

export class Drafts {
  /** `prefix` names the study and the coder in the browser's storage. */
  constructor(prefix) {
    this.prefix = `${prefix}:`;
    this.texts = new Map(); // line id -> text
    try {
      const names = Array.from({ length: localStorage.length }, (_, index) => localStorage.key(index));
      for (const name of names.filter((other) => other?.startsWith(this.prefix)))
        this.texts.set(name.slice(this.prefix.length), localStorage.getItem(name));
    } catch {
      // without storage, drafts are kept on the page alone
    }
  }

  get size() {
    return this.texts.size;
  }

  get(id) {
    return this.texts.get(id);
  }

  set(id, text) {
    this.texts.set(id, text);
    this.store((storage) => storage.setItem(this.prefix + id, text));
  }

  delete(id) {
    this.texts.delete(id);
    this.store((storage) => storage.removeItem(this.prefix + id));
  }

  store(change) {
    try {
      change(localStorage);
    } catch {
      // it is still on the page
    }
  }
}
