// JSON values: what they are, and whether two say the same.
import type { Json, JsonObject } from './types';

export const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether two values say the same; the order of an object's members does not matter. */
export const same = (one: Json, other: Json): boolean => {
  if (one === other) return true;
  if (Array.isArray(one))
    return (
      Array.isArray(other) &&
      one.length === other.length &&
      one.every((item, place) => same(item, other[place]))
    );
  if (!isObject(one) || !isObject(other)) return false;
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => name in other && same(one[name], other[name]))
  );
};

/** The object without the members that say nothing (undefined). */
export const kept = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, said]) => said !== undefined)) as T;
