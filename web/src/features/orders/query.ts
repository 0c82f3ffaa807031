// Which orders are shown: the question as the address carries it, and its parts as chips.
import type { Condition, Filter, Query, SortKey } from './types';

export const EVERYTHING: Query = { filter: null, search: '', sort: [] };
const MOST_SORTS = 3;

const isObject = (found: unknown): found is Record<string, unknown> =>
  typeof found === 'object' && found !== null && !Array.isArray(found);

/** What an address says; what makes no sense is left out. The server knows what fields there are. */
export const readQuery = (found: unknown): Query => {
  const said = isObject(found) ? found : {};
  return {
    filter: isObject(said.filter) ? (said.filter as Filter) : null,
    search: typeof said.search === 'string' ? said.search : '',
    sort: Array.isArray(said.sort) ? said.sort.filter(isSort).slice(0, MOST_SORTS) : [],
  };
};

const isSort = (found: unknown): found is SortKey =>
  isObject(found) && typeof found.field === 'string' && ['asc', 'desc'].includes(String(found.dir));

/** For the address: only what says something; undefined where nothing does. */
export const writeQuery = ({ filter, search, sort }: Query): Partial<Query> | undefined => {
  const said = {
    ...(filter && { filter }),
    ...(search && { search }),
    ...(sort.length > 0 && { sort }),
  };
  return Object.keys(said).length > 0 ? said : undefined;
};

export const isCondition = (filter: Filter): filter is Condition => 'field' in filter;

/** What must hold, all of it; each is a chip. */
export const partsOf = (filter: Filter | null): Filter[] => {
  if (filter === null) return [];
  return 'all' in filter ? filter.all : [filter];
};

export const fromParts = (parts: Filter[]): Filter | null => {
  if (parts.length === 0) return null;
  return parts.length === 1 ? (parts[0] as Filter) : { all: parts };
};

/** The condition that the head of a column edits. */
export const conditionOn = (query: Query, field: string): Condition | null =>
  partsOf(query.filter)
    .filter(isCondition)
    .find((one) => one.field === field) ?? null;

/** With another condition on a field in the place of the one before; null takes it away. */
export const withCondition = (query: Query, field: string, next: Condition | null): Query => {
  const parts = partsOf(query.filter);
  const place = parts.findIndex((one) => isCondition(one) && one.field === field);
  const others = parts.filter((_, at) => at !== place);
  const at = place < 0 ? others.length : place;
  return {
    ...query,
    filter: fromParts(next ? [...others.slice(0, at), next, ...others.slice(at)] : others),
  };
};

export const withoutPart = (query: Query, place: number): Query => ({
  ...query,
  filter: fromParts(partsOf(query.filter).filter((_, at) => at !== place)),
});

/**
 * The sort after the head of a column was pressed: upwards, downwards, not at all. With others
 * (Shift) it joins them, at most three.
 */
export const pressed = (sort: SortKey[], field: string, additional: boolean): SortKey[] => {
  const here = sort.find((one) => one.field === field);
  const next: SortKey | null =
    here === undefined ? { field, dir: 'asc' } : here.dir === 'asc' ? { field, dir: 'desc' } : null;
  if (!additional) return next ? [next] : [];
  if (here === undefined) return next ? [...sort, next].slice(-MOST_SORTS) : sort;
  return sort.flatMap((one) => (one.field === field ? (next ? [next] : []) : [one]));
};

export const isFiltered = (query: Query): boolean => query.filter !== null || query.search !== '';

/** The fields that some condition is on, wherever it stands. */
export const fieldsOf = (filter: Filter | null): Set<string> => {
  if (filter === null) return new Set();
  if (isCondition(filter)) return new Set([filter.field]);
  const parts = 'all' in filter ? filter.all : 'any' in filter ? filter.any : [filter.not];
  return new Set(parts.flatMap((part) => [...fieldsOf(part)]));
};
