// What changed between two sentences, word by word.

export type Piece = { kind: 'same' | 'added' | 'removed'; text: string };

/** Words, quoted values and signs, each with the space after it. */
const tokens = (text: string): string[] =>
  text.match(/(?:"[^"]*"|[\p{L}\p{N}_.%-]+|[^\s])\s*/gu) ?? [];

/** How many tokens both have in common from each pair of places on. */
const lengths = (one: string[], other: string[]): Uint16Array[] => {
  const table = Array.from({ length: one.length + 1 }, () => new Uint16Array(other.length + 1));
  for (let i = one.length - 1; i >= 0; i -= 1)
    for (let j = other.length - 1; j >= 0; j -= 1) {
      const row = table[i] as Uint16Array;
      const next = table[i + 1] as Uint16Array;
      row[j] = equal(one[i], other[j])
        ? (next[j + 1] as number) + 1
        : Math.max(next[j] as number, row[j + 1] as number);
    }
  return table;
};

const equal = (one: string | undefined, other: string | undefined): boolean =>
  one?.trim() === other?.trim();

/** The pieces that lead from one sentence to another; neighbours of one kind are joined. */
export const wordDiff = (before: string, after: string): Piece[] => {
  const [one, other] = [tokens(before), tokens(after)];
  const table = lengths(one, other);
  const pieces: Piece[] = [];
  const push = (kind: Piece['kind'], text: string) => {
    const last = pieces.at(-1);
    if (last?.kind === kind) last.text += text;
    else pieces.push({ kind, text });
  };
  let i = 0;
  let j = 0;
  while (i < one.length || j < other.length) {
    if (i < one.length && j < other.length && equal(one[i], other[j])) {
      push('same', other[j] as string);
      i += 1;
      j += 1;
    } else if (j >= other.length || (i < one.length && ahead(table, i, j))) {
      push('removed', one[i] as string);
      i += 1;
    } else {
      push('added', other[j] as string);
      j += 1;
    }
  }
  return pieces;
};

/** Whether leaving out a word of the first keeps at least as much in common. */
const ahead = (table: Uint16Array[], i: number, j: number): boolean =>
  (table[i + 1]?.[j] ?? 0) >= (table[i]?.[j + 1] ?? 0);
