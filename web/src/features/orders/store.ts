// A value that parts far from each other look at: cells in the grid, buttons above it.
import { useSyncExternalStore } from 'react';

export class Store<T> {
  #value: T;
  readonly #lookers = new Set<() => void>();

  constructor(value: T) {
    this.#value = value;
  }

  read = (): T => this.#value;

  set = (next: T): void => {
    if (Object.is(next, this.#value)) return;
    this.#value = next;
    for (const look of this.#lookers) look();
  };

  subscribe = (look: () => void) => {
    this.#lookers.add(look);
    return () => {
      this.#lookers.delete(look);
    };
  };
}

export const useStore = <T>(store: Store<T>): T =>
  useSyncExternalStore(store.subscribe, store.read);
