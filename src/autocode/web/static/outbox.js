// Acts that are not known to be stored yet. They survive a closed tab, a killed server and a second tab: each act lies in
// the browser's storage under its gesture (its idempotency key) until the server says that it is on the disk, and the
// server stores a gesture once, however often it is sent.

const AT_ONCE = 20; // acts in one request
const PATIENCE = 15000; // milliseconds until a request counts as lost: laptops sleep
const RETRY = [250, 500, 1000, 2000, 4000]; // milliseconds before the next attempt
const CLOSED = [403, 421]; // the page was served by an earlier run, or under another address

export class Outbox {
  /**
   * @param {object} options
   * @param {string} options.key prefix in the browser's storage, of one study and one coder
   * @param {string} options.url address that acts are sent to
   * @param {(act, result, answer) => void} options.onStored
   * @param {(status: {pending: number, trouble: string, closed: boolean}) => void} options.onChange
   * @param {(url, options) => Promise<Response>} options.request the browser's fetch unless another is given
   * @param {boolean} options.shared whether this tab also sends acts that other tabs put in meanwhile
   */
  constructor({ key, url, onStored, onChange, request = (...all) => fetch(...all), shared = true }) {
    this.key = `${key}:`;
    this.url = url;
    this.onStored = onStored;
    this.onChange = onChange;
    this.request = request;
    this.shared = shared;
    this.unstorable = new Map(); // acts that the browser's storage would not take
    this.own = new Set(this.storedNames());
    this.trouble = "";
    this.closed = false;
    this.failures = 0;
    this.sending = null;
    this.last = 0;
    this.count = this.pending().length;
    addEventListener("online", () => this.flush());
    addEventListener("storage", (event) => {
      if (event.key?.startsWith(this.key)) this.recount();
    });
    addEventListener("beforeunload", (event) => {
      if (this.unstorable.size) event.preventDefault();
    });
  }

  storedNames() {
    try {
      const names = Array.from({ length: localStorage.length }, (_, index) => localStorage.key(index));
      return names.filter((name) => name?.startsWith(this.key));
    } catch {
      return []; // without storage, the acts in memory are all there are
    }
  }

  /** Return the acts that wait, oldest first, as pairs of a name and the act. */
  pending() {
    const names = this.storedNames().filter((name) => this.shared || this.own.has(name));
    const stored = names.map((name) => [name, localStorage.getItem(name)]).filter(([, text]) => text !== null);
    const acts = [...this.unstorable, ...stored.map(([name, text]) => [name, JSON.parse(text)])];
    return acts.sort(([first], [second]) => (first < second ? -1 : 1));
  }

  put(act) {
    this.last = Math.max(Date.now(), this.last + 1);
    const name = `${this.key}${String(this.last).padStart(15, "0")}:${act.gesture}`;
    this.own.add(name);
    try {
      localStorage.setItem(name, JSON.stringify(act));
    } catch {
      this.unstorable.set(name, act);
    }
    this.count += 1;
    this.notify();
    this.flush();
  }

  recount() {
    this.count = this.pending().length;
    this.notify();
  }

  notify() {
    this.onChange({ pending: this.count, trouble: this.trouble, closed: this.closed });
  }

  /** Send the acts that wait, in order; resolves to whether all of them are stored. */
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
    // a turn of the event loop: acts of one key press go out together
    await null;
    const exclusively =
      this.shared && navigator.locks ? (work) => navigator.locks.request(this.key, work) : (work) => work();
    for (;;) {
      const outcome = await exclusively(() => this.sendBatch());
      if (outcome === "empty") return true;
      if (outcome === "failed") {
        const wait = RETRY[Math.min(this.failures, RETRY.length - 1)];
        this.failures += 1;
        this.timer = setTimeout(() => this.flush(), wait);
        return false;
      }
    }
  }

  async sendBatch() {
    const batch = this.pending().slice(0, this.singly ? 1 : AT_ONCE);
    if (!batch.length) {
      this.recount();
      return "empty";
    }
    let response;
    let answer;
    try {
      response = await this.request(this.url, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ acts: batch.map(([, act]) => act) }),
        signal: AbortSignal.timeout(PATIENCE),
      });
      // a server that is killed may have begun to answer
      answer = response.ok ? await response.json() : await response.text();
    } catch {
      return this.fail("autocode is not running");
    }
    if (CLOSED.includes(response.status)) return this.fail("open the address that autocode printed last", true);
    if (response.status >= 500) return this.fail(answer || "autocode could not store this");
    if (!response.ok) return this.refuse(batch, answer || "autocode could not store this decision.");
    this.finish(batch, answer);
    return "sent";
  }

  /** Drop an act that the server cannot take; of several, send each by itself to find which it is. */
  refuse(batch, sentence) {
    this.trouble = "";
    this.closed = false;
    if (batch.length > 1) {
      this.singly = true;
      return "sent";
    }
    const [[name, act]] = batch;
    this.forget(name);
    this.onStored(act, { refused: sentence }, {});
    return "sent";
  }

  finish(batch, answer) {
    this.singly = false;
    this.failures = 0;
    this.trouble = "";
    this.closed = false;
    for (const [name] of batch) this.forget(name);
    this.count = this.pending().length;
    for (const [index, [, act]] of batch.entries()) this.onStored(act, answer.results[index], answer);
    this.notify();
  }

  fail(trouble, closed = false) {
    this.trouble = trouble;
    this.closed = closed;
    this.recount();
    return "failed";
  }

  forget(name) {
    this.own.delete(name);
    this.unstorable.delete(name);
    try {
      localStorage.removeItem(name);
    } catch {
      // there was nothing to remove
    }
  }
}
