// Keep at most so many: those with the most, or the least, of something.
import { CountField } from '../conditions/CountField';
import classes from '../conditions/Fields.module.css';
import { NameSelect } from '../conditions/NameSelect';
import { WordSelect } from '../conditions/WordSelect';
import type { SetAround } from './AudienceOptions';
import { useCanvas } from './context';
import type { Around } from './types';

type Props = { limit: Around['limit']; set: SetAround };

const UNORDERED = ['list', 'geo', 'boolean'];

export function LimitOption({ limit, set }: Props) {
  const { vocabulary } = useCanvas();
  const metrics = vocabulary.metrics.map(({ name, label }) => ({ value: name, label }));
  const attributes = vocabulary.attributes
    .filter(({ type }) => !UNORDERED.includes(type))
    .map(({ name, label }) => ({ value: name, label }));
  const first = metrics[0]?.value ?? attributes[0]?.value ?? '';
  const write = (said: object, part: string) =>
    limit && set({ limit: { ...limit, ...said } }, `limit ${part}`);
  return (
    <div className={classes.line}>
      <WordSelect
        label="How many to keep"
        value={limit ? 'most' : 'all'}
        words={[
          { value: 'all', label: 'Keep everyone who matches' },
          { value: 'most', label: 'Keep at most' },
        ]}
        onChange={(next) =>
          set({ limit: next === 'all' ? null : { n: 1000, rank_by: first } }, 'limit')
        }
      />
      {limit && (
        <>
          <CountField
            label="Keep at most"
            min={1}
            value={limit.n}
            onChange={(n) => write({ n }, 'n')}
          />
          <span className={classes.says}>those with the</span>
          <WordSelect
            label="Which end first"
            value={limit.dir ?? 'desc'}
            words={[
              { value: 'desc', label: 'largest' },
              { value: 'asc', label: 'smallest' },
            ]}
            onChange={(dir) => write({ dir }, 'dir')}
          />
          <NameSelect
            label="Ranked by"
            value={limit.rank_by}
            names={[
              { group: 'Numbers from events', items: metrics },
              { group: 'Profile', items: attributes },
            ]}
            onChange={(rank_by) => write({ rank_by }, 'rank')}
          />
        </>
      )}
    </div>
  );
}
