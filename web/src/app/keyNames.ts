// How keys are written for people, and how the help orders them.
import type { Key } from '@/lib/keys';

const ARROWS: Record<string, string> = {
  ArrowUp: 'Up',
  ArrowDown: 'Down',
  ArrowLeft: 'Left',
  ArrowRight: 'Right',
  Escape: 'Esc',
  ' ': 'Space',
};

export const onMac = (): boolean => /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? '');

/** "mod+k" -> ["Ctrl", "K"], on a Mac ["Cmd", "K"]. */
export const spelled = (keys: string, mac = onMac()): string[] =>
  keys.split('+').map((part) => {
    if (part === 'mod') return mac ? 'Cmd' : 'Ctrl';
    if (part === 'alt') return mac ? 'Option' : 'Alt';
    if (part === 'shift') return 'Shift';
    return ARROWS[part] ?? (keys.includes('+') ? part.toUpperCase() : part);
  });

/** Keys by area: the page's own first, then those that work everywhere; each key once. */
export const byArea = (keys: readonly Key[]): [string, Key[]][] => {
  const areas = new Map<string, Map<string, Key>>();
  for (const key of keys) {
    const inside = areas.get(key.area) ?? new Map<string, Key>();
    inside.set(key.keys, key);
    areas.set(key.area, inside);
  }
  const last = ['Everywhere', 'Places'];
  return [...areas]
    .sort(([a], [b]) => last.indexOf(a) - last.indexOf(b))
    .map(([area, inside]) => [area, [...inside.values()]]);
};
