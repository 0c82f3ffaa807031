// How a segment changed since the version before, in words.
import { count, signed } from '@/lib/format';

export type ChangeWords = {
  direction: 'up' | 'down' | 'same';
  net: number;
  /** All of it in one line. */
  words: string;
  /** The figure alone. */
  figure: string;
  /** Who came and went, without the figure. */
  moves: string | null;
};

const still = (words: string): ChangeWords => ({
  direction: 'same',
  net: 0,
  words,
  figure: words,
  moves: null,
});

/** Null where nothing is known yet; the first version has nothing to differ from. */
export const changeOf = (
  entered: number | null,
  left: number | null,
  versions: number,
): ChangeWords | null => {
  if (entered === null || left === null) return null;
  if (versions < 2) return still('First version');
  const net = entered - left;
  if (entered === 0 && left === 0) return still('No change');
  const moves = `${count(entered)} entered, ${count(left)} left`;
  return {
    direction: net > 0 ? 'up' : net < 0 ? 'down' : 'same',
    net,
    words: `${signed(net)} (${moves})`,
    figure: signed(net),
    moves,
  };
};
