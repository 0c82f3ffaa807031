// How a segment changed since the version before, in words.
import { count, signed } from '@/lib/format';

export type ChangeWords = { direction: 'up' | 'down' | 'same'; net: number; words: string };

/** Null where nothing is known yet; the first version has nothing to differ from. */
export const changeOf = (
  entered: number | null,
  left: number | null,
  versions: number,
): ChangeWords | null => {
  if (entered === null || left === null) return null;
  if (versions < 2) return { direction: 'same', net: 0, words: 'First version' };
  const net = entered - left;
  if (entered === 0 && left === 0) return { direction: 'same', net, words: 'No change' };
  return {
    direction: net > 0 ? 'up' : net < 0 ? 'down' : 'same',
    net,
    words: `${signed(net)} (${count(entered)} entered, ${count(left)} left)`,
  };
};
