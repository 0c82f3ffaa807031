// How many of a group's conditions must match: all, any, none, or a number.
import { Group as Line, Text } from '@mantine/core';
import { CountField } from '../conditions/CountField';
import { WordSelect } from '../conditions/WordSelect';
import classes from './Canvas.module.css';
import { useCanvas } from './context';
import type { CountOperator, Group, Match } from './types';

type Choice = { label: string; match: (n: number) => Match; negated: boolean };

const counted =
  (op: CountOperator) =>
  (n: number): Match => ({ op, n });
const CHOICES: Record<string, Choice> = {
  all: { label: 'All', match: () => 'all', negated: false },
  any: { label: 'Any', match: () => 'any', negated: false },
  none: { label: 'None', match: () => 'any', negated: true },
  'not all': { label: 'Not all', match: () => 'all', negated: true },
  '>=': { label: 'At least', match: counted('>='), negated: false },
  '=': { label: 'Exactly', match: counted('='), negated: false },
  '<=': { label: 'At most', match: counted('<='), negated: false },
  '>': { label: 'More than', match: counted('>'), negated: false },
  '<': { label: 'Fewer than', match: counted('<'), negated: false },
};

const WORDS = Object.entries(CHOICES).map(([value, { label }]) => ({ value, label }));

/** Which of the choices a group is; a negated count has none, and says "not" beside it. */
export const choiceOf = ({ match, negated }: Pick<Group, 'match' | 'negated'>): string => {
  if (typeof match === 'object') return match.op;
  if (negated) return match === 'any' ? 'none' : 'not all';
  return match;
};

export function MatchFields({ group, block }: { group: Group; block?: boolean }) {
  const { act } = useCanvas();
  const { id, match, negated } = group;
  const n = typeof match === 'object' ? match.n : Math.min(2, group.children.length || 2);
  const isCounted = typeof match === 'object';
  const set = (choice: Choice) =>
    act({
      type: 'match',
      id,
      match: choice.match(n),
      negated: typeof choice.match(n) === 'object' && isCounted ? negated : choice.negated,
    });
  return (
    <Line gap={6} className={classes.match}>
      {isCounted && negated && <Text size="sm">Not:</Text>}
      <WordSelect
        label="How many of these conditions must match"
        match={id}
        value={choiceOf(group)}
        words={WORDS}
        onChange={(next) => {
          const choice = CHOICES[next];
          if (choice) set(choice);
        }}
      />
      {isCounted && (
        <CountField
          label="How many"
          value={match.n}
          onChange={(next) => act({ type: 'match', id, match: { ...match, n: next }, negated })}
        />
      )}
      <Text size="sm">{block ? 'of these:' : 'of these conditions:'}</Text>
    </Line>
  );
}
