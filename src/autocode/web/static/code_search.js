// Finding a code by what is typed: words in any order and only begun, without accents, with one typing error. A code is
// { name, path, definition }, where the path holds the names of all that it stands under.

const ACCENTS = /[\u0300-\u036f\u0591-\u05c7\u064b-\u0652\u0670]/g; // also Hebrew and Arabic vowel points
const LETTERS = { ß: "ss", æ: "ae", œ: "oe", ø: "o", ł: "l", đ: "d", ð: "d", þ: "th", ı: "i" };
const LONG = 4; // letters from which on a word may hold a typing error
const LEAST_SHARED = 0.5; // share of the words or letters of a new name that a code has, from which on the code is near it

/** Return a text without case and accents. */
export const fold = (text) =>
  text
    .normalize("NFKD")
    .replace(ACCENTS, "")
    .toLowerCase()
    .replace(/[ßæœøłđðþı]/g, (letter) => LETTERS[letter]);

const wordsOf = (text) => fold(text).match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];

/** Whether a word begins with what is typed but for a letter too many or too few, another letter, or two exchanged. */
function beginsNearly(word, typed) {
  if (typed.length < LONG) return false;
  let same = 0;
  while (same < typed.length && typed[same] === word[same]) same += 1;
  const [rest, wanted] = [typed.slice(same), word.slice(same)];
  return (
    wanted.startsWith(rest.slice(1)) ||
    wanted.slice(1).startsWith(rest) ||
    wanted.slice(1).startsWith(rest.slice(1)) ||
    wanted.startsWith(`${rest.slice(1, 2)}${rest.slice(0, 1)}${rest.slice(2)}`)
  );
}

const known = new WeakMap(); // code -> its words, which are looked at with every letter that is typed

function indexed(code) {
  if (!known.has(code)) {
    const { name, path, definition } = code;
    known.set(code, {
      name: fold(name),
      words: wordsOf(name),
      above: wordsOf(path ?? ""),
      definition: fold(definition ?? ""),
      defining: wordsOf(definition ?? ""),
    });
  }
  return known.get(code);
}

/** How well a code fits one typed word: 0 is best, null is not at all. */
function fit({ name, words, above, definition, defining }, typed) {
  const begins = (word) => word.startsWith(typed);
  const nearly = (word) => beginsNearly(word, typed);
  const ways = [
    () => words.some(begins),
    () => name.includes(typed),
    () => above.some(begins),
    () => defining.some(begins),
    () => words.some(nearly),
    () => above.some(nearly),
    () => definition.includes(typed),
  ];
  const place = ways.findIndex((way) => way());
  return place < 0 ? null : place;
}

/** Return the codes that fit all words of what is typed, best first; all of them, in their order, if nothing is typed. */
export function codesFound(codes, typed) {
  const whole = fold(typed.trim());
  if (!whole) return [...codes];
  const words = wordsOf(typed);
  if (!words.length) words.push(whole);
  const found = [];
  for (const code of codes) {
    const index = indexed(code);
    const fits = words.map((word) => fit(index, word));
    if (fits.includes(null)) continue;
    const sum = fits.reduce((total, place) => total + place, 0);
    found.push({ code, rank: [index.name.startsWith(whole) ? 0 : 1, Math.max(...fits), sum] });
  }
  const order = ({ rank: first }, { rank: second }) => first[0] - second[0] || first[1] - second[1] || first[2] - second[2];
  return found.sort(order).map(({ code }) => code);
}

/** Return the codes whose names are near a new name, nearest first, `most` at most. */
export function codesNear(codes, name, most = 3) {
  const words = wordsOf(name);
  const letters = words.join("").length;
  const near = [];
  for (const code of codes) {
    const { words: others } = indexed(code);
    const isShared = (word) =>
      others.some((other) => other.startsWith(word) || (other.length >= LONG && word.startsWith(other)) || beginsNearly(other, word));
    const common = words.filter(isShared);
    const shared = Math.max(common.length / words.length, common.join("").length / letters);
    if (shared >= LEAST_SHARED) near.push({ code, shared });
  }
  return near.sort((first, second) => second.shared - first.shared).slice(0, most).map(({ code }) => code);
}
