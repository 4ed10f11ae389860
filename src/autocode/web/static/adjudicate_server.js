// What the adjudication page asks the server for; rulings go out through the outbox.

const PATIENCE = 15000; // milliseconds until a request counts as lost: laptops sleep

/** Return the questions of a page; `request` is the browser's fetch, or one over a notebook's messages. */
export function askFor(request) {
  const answerTo = async (path, options) => {
    const response = await request(path, options);
    if (!response.ok) throw Object.assign(new Error(await response.text()), { status: response.status });
    return response.json();
  };
  return {
    /**
     * All lines on which coders differ, the first open ones with their words, and what changed in the codebook since a
     * version; a busy kernel may take its time.
     */
    state: (hidden, since) => {
      const changes = since ? `&since=${encodeURIComponent(since)}` : "";
      return answerTo(`/adjudicate/state?hidden=${hidden ? 1 : 0}${changes}`);
    },
    /** The words and readings of some lines: { hidden, lines }. */
    lines: (wanted) =>
      answerTo("/adjudicate/lines", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(wanted),
        signal: AbortSignal.timeout(PATIENCE),
      }),
  };
}
