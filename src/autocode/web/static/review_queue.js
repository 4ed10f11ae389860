// The order of lines, without a document: which line comes next, and which stands beside it.

/**
 * @typedef {object} Route
 * @property {string[]} route ids of all lines to decide, in order
 * @property {Map<string, number>} positions line id -> its index in the route
 * @property {Map<string, {kept?: object, later?: boolean, again?: boolean}>} lines lines that are loaded
 * @property {Set<string>} done ids of lines that are decided
 * @property {string[]} later ids of lines that were left for later
 */

const isOpen = (line) => !line || (!line.kept && !line.later);

/**
 * Return the line that comes next: further down, else from the top, else one to look at again or that was left for later;
 * null if there is none.
 *
 * @param {Route} route
 * @param {string | null} id
 * @returns {string | null}
 */
export function lineAfter({ route, positions, lines, done, later }, id) {
  const start = positions.has(id) ? positions.get(id) + 1 : 0;
  for (let step = 0; step < route.length; step += 1) {
    const other = route[(start + step) % route.length];
    if (other !== id && isOpen(lines.get(other)) && !done.has(other)) return other;
  }
  return (
    route.find((other) => other !== id && lines.get(other)?.again) ??
    later.find((other) => other !== id) ??
    (lines.get(id)?.again || lines.get(id)?.later ? id : null)
  );
}

/**
 * Return the line before (-1) or after (1) a line, across interviews; undefined at either end. Without a line, it is the last
 * or the first.
 *
 * @param {Pick<Route, "route" | "positions">} route
 * @param {string | null} id
 * @param {1 | -1} step
 */
export function neighbour({ route, positions }, id, step) {
  if (id === null) return step > 0 ? route[0] : route.at(-1);
  return positions.has(id) ? route[positions.get(id) + step] : undefined;
}

/**
 * Return the first line from a line on, among the next open ones, for which something still has to be asked; null for none.
 *
 * @param {Route} route
 * @param {string | null} id
 * @param {{isMissing: (id: string) => boolean, ahead: number}} options `ahead` is how many open lines are looked at
 */
export function firstMissing({ route, positions, lines, done }, id, { isMissing, ahead }) {
  let open = 0;
  for (let index = positions.get(id) ?? 0; index < route.length && open < ahead; index += 1) {
    const other = route[index];
    if (done.has(other) || !isOpen(lines.get(other))) continue;
    if (isMissing(other)) return other;
    open += 1;
  }
  return null;
}
