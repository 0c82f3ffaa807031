// How a window of a long list is asked for: by the key of the row before or after it, if a
// neighbour is known; from the end, if it is the last one; else by its place, which the server
// finds by other means than counting.

export type Window = { start: number; limit: number };
export type Asked = Window & {
  after: string | null;
  before: string | null;
  fromEnd: boolean;
};
type Known = { first: string | null; last: string | null; full: boolean };

/** What was loaded so far, by where it starts. */
export class Windows {
  readonly #known = new Map<number, Known>();
  readonly #size: number;

  constructor(size: number) {
    this.#size = size;
  }

  /** `total`: how many rows there are, if exactly known. */
  ask(start: number, total: number | null): Asked {
    const asked = { start, limit: this.#size, after: null, before: null, fromEnd: false };
    const above = this.#known.get(start - this.#size);
    if (above?.full && above.last !== null) return { ...asked, after: above.last };
    const below = this.#known.get(start + this.#size);
    if (below?.first != null) return { ...asked, before: below.first };
    if (total !== null && start > 0 && start < total && start + this.#size >= total)
      return { ...asked, limit: total - start, fromEnd: true };
    return asked;
  }

  remember(start: number, first: string | null, last: string | null, rows: number): void {
    this.#known.set(start, { first, last, full: rows === this.#size });
  }
}
