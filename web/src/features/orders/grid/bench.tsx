// What the cells of the grid, the bar above it and the dialogs share: the state of the page that
// changes often, each part in a store of its own so that only those look who need to.
import { createContext, type RefObject, useContext } from 'react';
import type { GridHandle } from '@/ui/grid/types';
import { NONE_PENDING, type Pending } from '../pending';
import { NOTHING_CHOSEN, type Selection } from '../selection';
import { Store } from '../store';
import type { Format, OrderRow, Person } from '../types';

export type Bench = {
  grid: RefObject<GridHandle<OrderRow> | null>;
  pending: Store<Pending>;
  chosen: Store<Selection>;
  /** Orders in view that an edit took out of the filter; they stay until the next refresh. */
  unmatched: Store<ReadonlySet<number>>;
  people: Store<readonly Person[]>;
  formats: Store<readonly Format[]>;
  total: Store<number | null>;
};

export const makeBench = (grid: RefObject<GridHandle<OrderRow> | null>): Bench => ({
  grid,
  pending: new Store<Pending>(NONE_PENDING),
  chosen: new Store<Selection>(NOTHING_CHOSEN),
  unmatched: new Store<ReadonlySet<number>>(new Set()),
  people: new Store<readonly Person[]>([]),
  formats: new Store<readonly Format[]>([]),
  total: new Store<number | null>(null),
});

export const BenchContext = createContext<Bench | null>(null);

export const useBench = (): Bench => {
  const bench = useContext(BenchContext);
  if (bench === null) throw new Error('there is no bench around this part');
  return bench;
};
