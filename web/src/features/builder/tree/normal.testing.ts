// For tests: one form for all spellings of a rule, written without the tree it is to check.
import { isObject } from './json';
import type { Json } from './types';

const PAGE = ['name', 'rule_name', 'title', 'description', 'tags', 'schedule', 'v', 'as_of'];

const sorted = (value: Json): Json => {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name === 'operator' && !('op' in value) ? 'op' : name, sorted(value[name])]),
  );
};

const text = (value: Json): string => JSON.stringify(sorted(value));

const inOrder = (parts: Json[]): Json[] =>
  [...parts].sort((one, other) => (text(one) < text(other) ? -1 : 1));

/** All of the parts, flat; one of one is itself; the order does not matter. */
const joined = (kind: 'all' | 'any', parts: Json[]): Json => {
  const flat = parts.flatMap((part) =>
    isObject(part) && Object.keys(part).length === 1 && Array.isArray(part[kind])
      ? (part[kind] as Json[])
      : [part],
  );
  return flat.length === 1 ? flat[0] : { [kind]: inOrder(flat) };
};

export const normalNode = (node: Json): Json => {
  if (Array.isArray(node)) return joined('all', node.map(normalNode));
  if (!isObject(node)) return node;
  const names = Object.keys(node);
  if (names.length === 1 && Array.isArray(node.all)) return normalNode(node.all);
  if (names.length === 1 && Array.isArray(node.any)) return joined('any', node.any.map(normalNode));
  if (names.length === 1 && 'not' in node) {
    const child = normalNode(node.not);
    return isObject(child) && Object.keys(child).length === 1 && 'not' in child
      ? child.not
      : { not: child };
  }
  if ('count' in node && Array.isArray(node.of))
    return { ...node, of: inOrder(node.of.map(normalNode)) };
  return sorted(node);
};

/** A rule in its one form: the same text means the same. */
export const normal = (json: Json): Json => {
  if (Array.isArray(json)) return { where: normalNode(json) };
  if (!isObject(json)) return { where: json };
  const around = ['where', 'conditions', 'universe', 'limit', 'exclude', 'depends_on'];
  const isWhole = !('did' in json) && around.some((name) => name in json);
  if (!isWhole) return { where: normalNode(json) };
  const parts = Object.entries(json).filter(
    ([name, said]) =>
      !PAGE.includes(name) && said !== null && !(Array.isArray(said) && !said.length),
  );
  return sorted(
    Object.fromEntries(
      parts.map(([name, said]) => {
        if (name === 'where' || name === 'conditions') return ['where', normalNode(said)];
        if (name === 'exclude' && Array.isArray(said)) return [name, inOrder(said)];
        if (name === 'universe' && typeof said !== 'string') return [name, normalNode(said)];
        return [name, said];
      }),
    ),
  );
};
