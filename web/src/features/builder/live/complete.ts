// Which conditions can be counted already; the others are left out of the count for a while.
import type { Audience, Group, Json, JsonObject, Leaf, Node } from '../tree/types';

const WITHOUT_VALUE = new Set(['exists', 'missing', 'true', 'false']);

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const given = (value: Json): boolean => {
  if (Array.isArray(value)) return value.length > 0 && value.every(given);
  return value !== undefined && value !== null && value !== '' && !Number.isNaN(value);
};

const compared = (test: JsonObject): boolean => {
  const op = test.op ?? test.operator;
  if (!given(op)) return false;
  if (WITHOUT_VALUE.has(op as string) || given(test.value_field)) return true;
  return given(test.value) && (op !== 'between' || (test.value as Json[]).length === 2);
};

const filtered = (where: Json): boolean => where === undefined || whole(where);

const measured = (test: JsonObject): boolean => {
  const metric = test.metric;
  const named = isObject(metric) ? given(metric.on) && filtered(metric.where) : given(metric);
  return named && compared(test) && filtered(test.where);
};

const near = (place: Json): boolean => {
  if (!isObject(place) || !given(place.field)) return false;
  if (Array.isArray(place.polygon)) return place.polygon.length > 2 && given(place.polygon);
  return given(place.place) || (given(place.lat) && given(place.lon) && given(place.km));
};

const facets = (value: JsonObject): boolean =>
  ['age_bands', 'demographics', 'locations', 'interests'].some((name) => {
    const said = value[name];
    return isObject(said) ? Object.values(said).some(given) : given(said);
  });

const CHECKS: [string, (value: JsonObject) => boolean][] = [
  ['field', (value) => given(value.field) && compared(value)],
  ['did', (value) => given(value.did) && filtered(value.where)],
  ['metric', measured],
  ['sequence', (value) => given(value.sequence) && (value.sequence as Json[]).every(whole)],
  ['segment', (value) => given(value.segment)],
  ['list', (value) => given(value.list)],
  ['near', (value) => near(value.near)],
  ['bucket', (value) => isObject(value.bucket) && given(value.bucket.salt)],
  ['all', (value) => whole(value.all)],
  ['any', (value) => whole(value.any)],
  ['not', (value) => whole(value.not)],
  ['of', (value) => whole(value.of)],
];

/** Whether a condition, as JSON, says all that it must; what nobody knows is left to the server. */
export const whole = (value: Json): boolean => {
  if (Array.isArray(value)) return value.length > 0 && value.every(whole);
  if (!isObject(value)) return false;
  const check = CHECKS.find(([name]) => name in value);
  return check ? check[1](value) : facets(value);
};

const complete = (leaf: Leaf): boolean => leaf.kind === 'raw' || whole(leaf.value);

const needs = (group: Group): number => (typeof group.match === 'object' ? group.match.n : 1);

const pruned = (group: Group, left: string[]): Group => {
  const children: Node[] = [];
  for (const child of group.children) {
    if (child.kind !== 'group') {
      if (complete(child)) children.push(child);
      else left.push(child.id);
      continue;
    }
    const inner = pruned(child, left);
    if (inner.children.length >= Math.max(1, needs(inner))) children.push(inner);
    else if (child.children.length === 0) left.push(child.id);
  }
  const same =
    children.length === group.children.length &&
    children.every((child, place) => child === group.children[place]);
  return same ? group : { ...group, children };
};

export type Countable = {
  audience: Audience;
  /** Ids of the nodes left out, in the order in which they stand. */
  left: string[];
};

/** An audience without what is not complete yet: what can be counted now. */
export const countable = (audience: Audience): Countable => {
  const left: string[] = [];
  const include = pruned(audience.include, left);
  const exclude = pruned(audience.exclude, left);
  const same = include === audience.include && exclude === audience.exclude;
  return { audience: same ? audience : { ...audience, include, exclude }, left };
};

/** Whether a definition asks anything; one that asks nothing is refused. */
export const asksSomething = ({ where, depends_on: parents }: JsonObject): boolean =>
  isObject(where) ||
  (Array.isArray(where) && where.length > 0) ||
  (Array.isArray(parents) && parents.length > 0);
