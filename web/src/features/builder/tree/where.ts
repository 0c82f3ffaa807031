// Conditions on events inside a leaf (`where`), as groups. Each JSON object has one group, so that
// rows keep their identity while one types, and get it back on undo.
import { readAsGroup } from './read';
import type { Group, Json } from './types';

const groups = new WeakMap<object, Group>();

/** The group of a nested `where`; null if there is none. */
export const readWhere = (where: Json): Group | null => {
  if (where === undefined || where === null) return null;
  if (typeof where !== 'object') return readAsGroup(where);
  const known = groups.get(where);
  if (known) return known;
  const group = readAsGroup(where);
  groups.set(where, group);
  return group;
};

/** Remember which group a JSON was written from. */
export const rememberWhere = (where: object, group: Group): void => {
  groups.set(where, group);
};
