// The waterfall as rows: what stays after each step, what it takes away, and what goes with it.
import type { Live } from '../queries';

type Step = NonNullable<Live['waterfall']>[number];

export type StepRow = {
  path: string;
  kind: Step['kind'];
  words: string;
  size: number;
  lost: number;
  unknown: number;
  /** Of everybody, for the bars. */
  stays: number;
  goes: number;
  /** How many more it would be without this condition; null: not known. */
  without: number | null;
  /** Who fails only this one; null: not asked. */
  nearly: number | null;
};

const WORDS: Record<Step['kind'], string> = {
  everyone: 'Everyone',
  universe: 'In the universe',
  condition: 'A condition',
  limit: 'Within the limit',
  exclusion: 'Not excluded',
};

/** Rows of a waterfall, with the effects and near-misses of the same conditions. */
export const stepRows = (answer: Live): StepRow[] => {
  const steps = answer.waterfall ?? [];
  const everyone = steps[0]?.size ?? 0;
  const share = (value: number): number => (everyone ? value / everyone : 0);
  const effects = new Map(answer.marginal?.map((effect) => [effect.path, effect.difference]));
  const missed = new Map(
    answer.near_misses?.conditions.map((one) => [one.path, one.false + one.unknown]),
  );
  return steps.map(({ path, kind, sentence, size, lost, unknown }) => ({
    path,
    kind,
    words: sentence ? sentence.charAt(0).toUpperCase() + sentence.slice(1) : WORDS[kind],
    size,
    lost,
    unknown,
    stays: share(size),
    goes: share(lost),
    without: effects.get(path) ?? null,
    nearly: kind === 'condition' ? (missed.get(path) ?? null) : null,
  }));
};
