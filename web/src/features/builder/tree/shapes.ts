// Which conditions an editor can show in full; anything else is edited as JSON, so nothing is lost.
import { isObject } from './json';
import type { Json, JsonObject, Kind } from './types';

type Check = (value: Json) => boolean;

const text: Check = (value) => typeof value === 'string';
const whole: Check = (value) => Number.isInteger(value);
const number: Check = (value) =>
  typeof value === 'number' ||
  (typeof value === 'string' && value.trim() !== '' && !Number.isNaN(Number(value)));
const flag: Check = (value) => typeof value === 'boolean';
const scalar: Check = (value) => ['string', 'number', 'boolean'].includes(typeof value);
const listOf =
  (item: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(item);
const either =
  (...checks: Check[]): Check =>
  (value) =>
    checks.some((check) => check(value));
const word =
  (...words: string[]): Check =>
  (value) =>
    words.includes(value as string);
const texts = either(text, listOf(text));
const anything: Check = () => true;

/** An object with these members and no others; those with `!` must be there. */
const shape =
  (members: Record<string, Check>): Check =>
  (value) => {
    if (!isObject(value)) return false;
    const checks = Object.entries(members);
    const known = new Set(checks.map(([name]) => name.replace('!', '')));
    return (
      Object.keys(value).every((name) => known.has(name)) &&
      checks.every(([name, check]) => {
        const plain = name.replace('!', '');
        return plain in value ? check(value[plain]) : plain === name;
      })
    );
  };

const anchor = word('rolling', 'calendar_day');
const pair: Check = (value) => Array.isArray(value) && value.length === 2;
const isWindow: Check = either(
  word('all_time'),
  shape({ '!last': text, anchor }),
  shape({ '!ago': (value) => pair(value) && listOf(text)(value), anchor }),
  (value) => shape({ from: text, to: text })(value) && Object.keys(value as object).length > 0,
  shape({ '!calendar': text }),
);

const operator = { op: text, operator: text };
const bounds = word('[]', '[)', '(]', '()');
const names = either(text, listOf(text));
const where = anything;
const length: Check = text;
const times = either(
  whole,
  (value) =>
    shape({ op: text, '!n': either(whole, (ends) => pair(ends) && listOf(whole)(ends)) })(value) &&
    ((value as JsonObject).op === 'between') === Array.isArray((value as JsonObject).n),
);
const observed = either(text, shape({ min: text, else: word('exclude', 'include') }));
const step = shape({
  '!did': names,
  where,
  within: length,
  not_before: length,
  absent: flag,
});
const spelledOut = shape({
  '!agg': text,
  of: text,
  '!on': names,
  where,
  window: isWindow,
  quantile: number,
  q: number,
});
const corner: Check = (value) => pair(value) && listOf(number)(value);

const SHAPES: Record<Exclude<Kind, 'raw'>, Check> = {
  attribute: shape({
    '!field': text,
    ...operator,
    value: either(scalar, listOf(scalar), (value) => value === null),
    value_field: text,
    bounds,
    nulls: word('exclude', 'include'),
    fold: word('none', 'case', 'case_accent'),
    quant: word('any', 'all', 'none'),
    window: isWindow,
  }),
  did: shape({
    '!did': names,
    where,
    window: isWindow,
    times,
    distinct: text,
    pattern: word('plain', 'first_time', 'stopped', 'restarted', 'regular'),
    stopped: shape({ '!active': length }),
    restarted: shape({ '!gap': length }),
    regular: shape({ '!each': length, '!hit': whole, '!of': whole, anchor }),
    observed,
  }),
  metric: shape({
    '!metric': either(text, spelledOut),
    ...operator,
    value: either(scalar, listOf(scalar)),
    bounds,
    where,
    window: isWindow,
    empty: word('zero', 'unknown'),
    rank: word('value', 'percentile', 'top_n'),
  }),
  sequence: shape({
    '!sequence': listOf(step),
    same: names,
    start: word('any', 'first', 'last'),
    window: isWindow,
  }),
  segment: shape({
    '!segment': either(text, whole),
    in: flag,
    version: either(word('latest'), whole),
    freshness: text,
    changed: either(shape({ '!entered': isWindow }), shape({ '!exited': isWindow })),
  }),
  list: shape({ '!list': text, in: flag }),
  near: shape({
    '!near': either(
      shape({ '!field': text, '!lat': number, '!lon': number, '!km': number }),
      shape({ '!field': text, '!polygon': listOf(corner) }),
      shape({ '!field': text, '!place': text }),
    ),
  }),
  bucket: shape({ '!bucket': shape({ '!salt': text, from: number, to: number }) }),
  facets: shape({
    age_bands: texts,
    demographics: (value) =>
      isObject(value) && Object.values(value).every(either(scalar, listOf(scalar))),
    locations: texts,
    interests: either(
      texts,
      shape({ any: texts, all: texts, none: texts, min_affinity: number, window: isWindow }),
    ),
  }),
};

const MARKS: Record<string, Kind> = {
  field: 'attribute',
  did: 'did',
  metric: 'metric',
  sequence: 'sequence',
  segment: 'segment',
  list: 'list',
  near: 'near',
  bucket: 'bucket',
  age_bands: 'facets',
  demographics: 'facets',
  locations: 'facets',
  interests: 'facets',
};

/** Names that make an object a condition. */
export const NODE_NAMES: ReadonlySet<string> = new Set([
  ...['all', 'any', 'not', 'count'],
  ...Object.keys(MARKS),
]);

/** What kind of condition an object is: `raw` if no editor could show all of it. */
export const kindOf = (value: Json): Kind => {
  if (!isObject(value)) return 'raw';
  const kinds = new Set(Object.keys(value).flatMap((name) => MARKS[name] ?? []));
  const kind = kinds.size === 1 ? [...kinds][0] : undefined;
  return kind !== undefined && kind !== 'raw' && SHAPES[kind](value) ? kind : 'raw';
};
