// From what the server says by path to the rows of the builder.
import type { Schemas } from '@/api/client';

type ConditionCount = Schemas['ConditionCount'];
type Fault = Schemas['Fault'];
export type Figure = { true: number; share: number };

/** The path that is known at or around one: its own, or the nearest one outside it. */
const knownAt = (paths: Map<string, string>, path: string): string | null => {
  for (let left = path; left !== ''; ) {
    if (paths.has(left)) return left;
    left = left.slice(0, Math.max(0, left.lastIndexOf('.'), left.lastIndexOf('[')));
  }
  return null;
};

/** The node that a path of the server speaks of. */
export const nodeAt = (paths: Map<string, string>, path: string): string | null => {
  const known = knownAt(paths, path);
  return known === null ? null : (paths.get(known) ?? null);
};

/** Whether a path leads inside the "not" of its own node. */
const isInsideNot = (paths: Map<string, string>, path: string): boolean => {
  const known = knownAt(paths, path);
  if (!known?.endsWith('.not')) return false;
  return paths.get(known) === paths.get(known.slice(0, -'.not'.length));
};

/**
 * How many each condition matches by itself, by node. Negated rows count those for whom it is
 * false; of a condition that the server counts in parts (facets) there is no figure.
 */
export const figuresOf = (
  paths: Map<string, string>,
  conditions: ConditionCount[],
  universe: number,
): Map<string, Figure> => {
  const figures = new Map<string, Figure>();
  const counted = new Map<string, string>();
  for (const { path, sentence, true: yes, false: no } of conditions) {
    const id = nodeAt(paths, path);
    if (id === null) continue;
    const before = counted.get(id);
    counted.set(id, before ?? sentence);
    // The same condition may be counted twice; another one is another part.
    if (before === sentence) continue;
    if (before !== undefined) {
      figures.delete(id);
      continue;
    }
    const size = isInsideNot(paths, path) ? no : yes;
    figures.set(id, { true: size, share: universe ? size / universe : 0 });
  }
  return figures;
};

/** Faults and warnings by node; what speaks of the whole rule stands under ''. */
export const faultsOf = (
  paths: Map<string, string>,
  faults: readonly Fault[],
): Map<string, Fault[]> => {
  const found = new Map<string, Fault[]>();
  for (const fault of faults) {
    const id = nodeAt(paths, fault.path ?? '$') ?? '';
    found.set(id, [...(found.get(id) ?? []), fault]);
  }
  return found;
};
