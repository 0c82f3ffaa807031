// What an entry of the log changed, field by field.

export type Change = { path: string; before: string | null; after: string | null };

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const shown = (value: unknown): string | null => {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' ? value : JSON.stringify(value, null, 1);
};

/** The fields that differ, by path; objects are gone into, lists are compared as a whole. */
export const changes = (before: unknown, after: unknown, path = ''): Change[] => {
  if (isRecord(before) || isRecord(after)) {
    const old = isRecord(before) ? before : {};
    const now = isRecord(after) ? after : {};
    const names = [...new Set([...Object.keys(old), ...Object.keys(now)])].sort();
    const inside = names.flatMap((name) =>
      changes(old[name], now[name], path ? `${path}.${name}` : name),
    );
    if (inside.length > 0 || (isRecord(before) && isRecord(after))) return inside;
  }
  const was = shown(before);
  const is = shown(after);
  return was === is ? [] : [{ path: path || 'value', before: was, after: is }];
};
