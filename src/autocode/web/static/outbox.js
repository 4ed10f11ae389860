// What was decided and is not known to be stored yet. It survives a closed tab, a killed server and a second tab: every
// act lies in the browser's own storage under its gesture until the server says that it is on the disk, and the server
// stores a gesture once, however often it is sent.

const AT_ONCE = 20;
const PATIENCE = 15000; // milliseconds until a request counts as lost
const RETRY = [250, 500, 1000, 2000, 4000];

export class Outbox {
  /**
   * @param {string} key what is one study's and one coder's
   * @param {string} url where acts are sent
   * @param {(act, result, told) => void} onStored
   * @param {(state: {pending: number, trouble: string}) => void} onChange
   */
  constructor({ key, url, onStored, onChange }) {
    this.key = `${key}:`;
    this.url = url;
    this.onStored = onStored;
    this.onChange = onChange;
    this.kept = new Map(); // what the storage would not take
    this.trouble = "";
    this.failures = 0;
    this.sending = null;
    this.last = 0;
    this.count = this.pending().length;
    addEventListener("online", () => this.flush());
    addEventListener("storage", (event) => {
      if (event.key?.startsWith(this.key)) this.recount();
    });
    addEventListener("beforeunload", (event) => {
      if (this.kept.size) event.preventDefault();
    });
  }

  pending() {
    const found = [...this.kept.entries()];
    try {
      for (let place = 0; place < localStorage.length; place += 1) {
        const name = localStorage.key(place);
        if (name.startsWith(this.key)) found.push([name, JSON.parse(localStorage.getItem(name))]);
      }
    } catch {
      // without storage, what is kept in memory is all there is
    }
    return found.sort(([one], [other]) => (one < other ? -1 : 1));
  }

  put(act) {
    this.last = Math.max(Date.now(), this.last + 1);
    const name = `${this.key}${String(this.last).padStart(15, "0")}:${act.gesture}`;
    try {
      localStorage.setItem(name, JSON.stringify(act));
    } catch {
      this.kept.set(name, act);
    }
    this.count += 1;
    this.tell();
    this.flush();
  }

  recount() {
    this.count = this.pending().length;
    this.tell();
  }

  tell() {
    this.onChange({ pending: this.count, trouble: this.trouble });
  }

  /** Send what waits, in order; resolves when all is stored, or when it could not be. */
  flush() {
    if (!this.sending) {
      clearTimeout(this.timer);
      this.sending = this.drain().finally(() => {
        this.sending = null;
      });
    }
    return this.sending;
  }

  async drain() {
    // a turn of the loop: what is decided in one gesture goes out together
    await null;
    for (;;) {
      const alone = navigator.locks ? (work) => navigator.locks.request(this.key, work) : (work) => work();
      const went = await alone(() => this.once());
      if (went === "empty") return true;
      if (went === "failed") {
        const wait = RETRY[Math.min(this.failures, RETRY.length - 1)];
        this.failures += 1;
        this.timer = setTimeout(() => this.flush(), wait);
        return false;
      }
    }
  }

  async once() {
    let batch = this.pending().slice(0, this.alone ? 1 : AT_ONCE);
    if (!batch.length) {
      this.recount();
      return "empty";
    }
    let answer;
    let said;
    try {
      answer = await fetch(this.url, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ acts: batch.map(([, act]) => act) }),
        signal: AbortSignal.timeout(PATIENCE),
      });
      // a server that is killed may have begun to answer
      said = answer.ok ? await answer.json() : await answer.text();
    } catch {
      return this.fail("autocode is not running");
    }
    if (answer.status === 403) return this.fail("open the address that autocode printed last");
    if (answer.status >= 500) return this.fail(said || "autocode could not store this");
    if (!answer.ok) {
      // one act of several cannot be taken: send them one by one to find which
      if (batch.length > 1) {
        this.alone = true;
        return "again";
      }
      const [[name, act]] = batch;
      const refused = said || "autocode could not take this decision.";
      this.forget(name);
      this.onStored(act, { gesture: act.gesture, refused }, {});
      return "again";
    }
    this.alone = false;
    this.failures = 0;
    this.trouble = "";
    for (const [, [name]] of batch.entries()) this.forget(name);
    this.count = this.pending().length;
    for (const [place, [, act]] of batch.entries()) this.onStored(act, said.results[place], said);
    this.tell();
    return "again";
  }

  fail(trouble) {
    this.trouble = trouble;
    this.recount();
    return "failed";
  }

  forget(name) {
    this.kept.delete(name);
    try {
      localStorage.removeItem(name);
    } catch {
      // nothing was there
    }
  }
}
