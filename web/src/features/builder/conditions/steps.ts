// The steps of a sequence: the first has nothing before it to be measured from.
import type { Values } from '../tree/types';

export type Step = Values['sequence']['sequence'][number];
export const MOST_STEPS = 10;

const asFirst = ({ did, where }: Step): Step => (where === undefined ? { did } : { did, where });

/** Swap what happens in two steps; the waiting times stay where they are. */
export const withStepMoved = (steps: Step[], at: number, by: number): Step[] => {
  const [one, other] = [steps[at], steps[at + by]];
  if (!one || !other) return steps;
  const swapped = (timing: Step, what: Step): Step => {
    const { did: _, where: __, ...rest } = timing;
    return { ...asFirst(what), ...rest };
  };
  return steps.map((step, place) => {
    if (place === at) return swapped(one, other);
    return place === at + by ? swapped(other, one) : step;
  });
};

export const withoutStep = (steps: Step[], at: number): Step[] =>
  steps
    .filter((_, place) => place !== at)
    .map((step, place) => (place === 0 ? asFirst(step) : step));
