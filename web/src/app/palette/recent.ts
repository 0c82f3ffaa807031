// The pages one was on last, kept in this browser by workspace, for the palette.

export type Recent = { path: string; title: string };

const MOST = 8;
const STORED = 'muster:recent:';
/** Only pages about one thing; the places themselves are always listed. */
const WORTH = /^\/(segments\/\d+|rules\/edit\/\d+|runs\/\d+)$/;
const SUFFIX = ' · Muster';

/** Recent pages with one more: the newest first, each once. */
export const withRecent = (before: Recent[], path: string, title: string): Recent[] => {
  if (!WORTH.test(path)) return before;
  const named = { path, title: title.replace(SUFFIX, '') };
  return [named, ...before.filter((one) => one.path !== path)].slice(0, MOST);
};

export const readRecent = (workspace: string): Recent[] => {
  try {
    const found: unknown = JSON.parse(window.localStorage.getItem(STORED + workspace) ?? '[]');
    return Array.isArray(found) ? (found as Recent[]).filter((one) => WORTH.test(one?.path)) : [];
  } catch {
    return []; // not ours
  }
};

export const remember = (workspace: string, path: string, title: string): void => {
  const next = withRecent(readRecent(workspace), path, title);
  window.localStorage.setItem(STORED + workspace, JSON.stringify(next));
};
