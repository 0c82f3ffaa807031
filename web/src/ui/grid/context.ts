// What the parts that the library draws need of the grid around them.
import type { GridColumn, GridEvents, Sort } from './types';

export type Heads = { sort: Sort[]; filtered: ReadonlySet<string> };

/** How columns are sorted and filtered: the heads look here. */
export class HeadStore {
  #heads: Heads = { sort: [], filtered: new Set() };
  readonly #lookers = new Set<() => void>();

  read = (): Heads => this.#heads;

  subscribe = (look: () => void) => {
    this.#lookers.add(look);
    return () => {
      this.#lookers.delete(look);
    };
  };

  set(heads: Heads): void {
    this.#heads = heads;
    for (const look of this.#lookers) look();
  }
}

export type GridContext = {
  heads: HeadStore;
  // biome-ignore lint/suspicious/noExplicitAny: rows are of any kind here; Grid.tsx is typed
  column: (id: string) => GridColumn<any> | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: the same
  events: () => GridEvents<any>;
};
