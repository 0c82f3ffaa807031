// Chosen orders: some by their numbers, or all that match but some.
import type { Query } from './types';

export type Selection =
  | { all: false; ids: ReadonlySet<number> }
  | { all: true; except: ReadonlySet<number> };

export const NOTHING_CHOSEN: Selection = { all: false, ids: new Set() };

export const isChosen = (selection: Selection, id: number): boolean =>
  selection.all ? !selection.except.has(id) : selection.ids.has(id);

export const toggled = (selection: Selection, id: number): Selection => {
  const set = new Set(selection.all ? selection.except : selection.ids);
  if (!set.delete(id)) set.add(id);
  return selection.all ? { all: true, except: set } : { all: false, ids: set };
};

/** With all of these chosen, as from one box to another with Shift. */
export const withAll = (selection: Selection, ids: readonly number[]): Selection => {
  if (!selection.all) return { all: false, ids: new Set([...selection.ids, ...ids]) };
  const except = new Set(selection.except);
  for (const id of ids) except.delete(id);
  return { all: true, except };
};

/** How many are chosen; null where that is not known yet. */
export const chosenCount = (selection: Selection, total: number | null): number | null => {
  if (!selection.all) return selection.ids.size;
  return total === null ? null : Math.max(0, total - selection.except.size);
};

export const isNothing = (selection: Selection): boolean =>
  !selection.all && selection.ids.size === 0;

/** What the server is told: numbers, or the question itself with those that are left out. */
export const selectBody = (selection: Selection, query: Query) => {
  if (!selection.all) return { order_ids: [...selection.ids] };
  if (selection.except.size === 0) return { query };
  const left = { field: 'order_id', op: 'not_in' as const, value: [...selection.except] };
  return { query: { ...query, filter: query.filter ? { all: [query.filter, left] } : left } };
};
