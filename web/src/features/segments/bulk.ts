// The same to several: one after the other, with how far it is and what failed, by name.
import { told } from '@/api/errors';

export type Failure = { name: string; sentence: string };
export type Progress = { done: number; of: number };
export type Outcome<Item> = { done: Item[]; failures: Failure[] };

/** Do something to each; one that fails does not stop the others. */
export const runEach = async <Item>(
  items: Item[],
  act: (item: Item) => Promise<unknown>,
  nameOf: (item: Item) => string,
  onProgress: (progress: Progress) => void,
): Promise<Outcome<Item>> => {
  const outcome: Outcome<Item> = { done: [], failures: [] };
  onProgress({ done: 0, of: items.length });
  for (const [place, item] of items.entries()) {
    try {
      await act(item);
      outcome.done.push(item);
    } catch (error) {
      outcome.failures.push({ name: nameOf(item), sentence: told(error).sentence });
    }
    onProgress({ done: place + 1, of: items.length });
  }
  return outcome;
};
