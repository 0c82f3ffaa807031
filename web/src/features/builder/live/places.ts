// Where the server's paths stand in the tree of rows, and back.
import type { Audience, Group } from '../tree/types';

type Paths = ReadonlyMap<string, string>;

/** Ids of all rows of an audience; conditions on events inside a row are not rows. */
export const rowIds = ({ include, exclude, around }: Audience): Set<string> => {
  const found = new Set<string>();
  const collect = (group: Group): void => {
    found.add(group.id);
    for (const child of group.children)
      if (child.kind === 'group') collect(child);
      else found.add(child.id);
  };
  collect(include);
  collect(exclude);
  if (typeof around.universe === 'object' && around.universe) collect(around.universe);
  return found;
};

/** The path of what holds a part: `$.a[0].b` -> `$.a[0]` -> `$.a` -> `$`. */
const outer = (path: string): string => path.replace(/(\.[^.[\]]+|\[[^\]]*\])$/, '');

/** The row at a path, or the innermost around it; undefined: none is known. */
export const rowAt = (
  paths: Paths,
  path: string,
  rows: ReadonlySet<string>,
): string | undefined => {
  for (let at = path; ; at = outer(at)) {
    const id = paths.get(at);
    if (id !== undefined && rows.has(id)) return id;
    if (outer(at) === at) return undefined;
  }
};

/** The one condition that a row is; undefined where it is none, or several (facets). */
export const conditionOf = (
  conditions: readonly { path: string }[],
  paths: Paths,
  rows: ReadonlySet<string>,
  row: string,
): string | undefined => {
  const found = conditions.filter(({ path }) => rowAt(paths, path, rows) === row);
  return found.length === 1 ? found[0]?.path : undefined;
};
