// When a step comes after the one before: within so long, and not before so long.
import { DurationField } from './DurationField';
import { ELAPSED, isoOf, simple } from './durations';
import classes from './Fields.module.css';
import type { Step } from './steps';
import { WordSelect } from './WordSelect';

type Props = {
  step: Step;
  at: number;
  onChange: (said: Partial<Step>, part: string) => void;
};

const WAITS = [
  { value: 'any', label: 'any time after' },
  { value: 'within', label: 'within the next' },
  { value: 'after', label: 'not for the next' },
  { value: 'both', label: 'after between' },
];

const waitOf = ({ within, not_before: after }: Step): string => {
  if (within !== undefined) return after === undefined ? 'within' : 'both';
  return after === undefined ? 'any' : 'after';
};

/** Half of a length, as the earliest time when there was only a latest one. */
const half = (iso: string): string => {
  const found = simple(iso);
  return found && found.n > 1 ? isoOf(Math.floor(found.n / 2), found.unit) : 'PT1H';
};

export function StepTiming({ step, at, onChange }: Props) {
  const { within = 'P7D', not_before: after = half(within) } = step;
  const wait = waitOf(step);
  const choose = (next: string) =>
    onChange(
      {
        within: next === 'within' || next === 'both' ? within : undefined,
        not_before: next === 'after' || next === 'both' ? after : undefined,
      },
      'wait',
    );
  return (
    <span className={classes.flow}>
      <WordSelect label={`Step ${at + 1}: when`} value={wait} words={WAITS} onChange={choose} />
      {(wait === 'after' || wait === 'both') && (
        <DurationField
          label={`Step ${at + 1}: not before`}
          units={ELAPSED}
          value={after}
          onChange={(next) => onChange({ not_before: next }, 'not_before')}
        />
      )}
      {wait === 'both' && <span className={classes.says}>and</span>}
      {(wait === 'within' || wait === 'both') && (
        <DurationField
          label={`Step ${at + 1}: within`}
          units={ELAPSED}
          value={within}
          onChange={(next) => onChange({ within: next }, 'within')}
        />
      )}
    </span>
  );
}
