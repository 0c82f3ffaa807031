// What somebody did or did not: `[Impressions] where [Campaign] is [x] [fewer than] [3] [times] [in the last 30 days]`.
import { useCanvas } from '../tree/context';
import { asList, eventFields } from '../tree/events';
import type { Leaf, LeafOf } from '../tree/types';
import { CountField } from './CountField';
import { DidMore } from './DidMore';
import { DurationField } from './DurationField';
import { EventsField } from './EventsField';
import classes from './Fields.module.css';
import { endsOf, HOWS, type How, howOf, isPattern, timesOf, withHow } from './occurrence';
import { useSet } from './set';
import { WhereEditor } from './WhereEditor';
import { WindowPicker } from './WindowPicker';
import { WordSelect } from './WordSelect';

export function DidEditor({ leaf: given }: { leaf: Leaf }) {
  const leaf = given as LeafOf<'did'>;
  const { act, dated } = useCanvas();
  const set = useSet(leaf);
  const did = leaf.value;
  const how = howOf(did);
  return (
    <>
      <EventsField value={did.did} onChange={(next) => set({ did: next })} />
      <WhereEditor
        events={asList(did.did)}
        where={did.where}
        onChange={(where, part) => set({ where }, part)}
      />
      <span data-value className={classes.flow}>
        <WordSelect
          label="How often"
          value={how}
          words={HOWS}
          onChange={(next) =>
            act({ type: 'set', id: leaf.id, value: withHow(did, next as How), part: 'how' })
          }
        />
        {!isPattern(how) && how !== 'never' && <Times leaf={leaf} />}
        {how === 'regular' && <Regular leaf={leaf} />}
      </span>
      {how !== 'regular' && (
        <WindowPicker
          value={did.window}
          none={dated ? "within the audience's dates" : 'at any time'}
          onChange={(window) => set({ window })}
        />
      )}
      {how === 'stopped' && (
        <Before
          words="active before, within"
          label="Active before, within"
          start="P90D"
          value={did.stopped?.active}
          onChange={(active) => set({ stopped: active && { active } })}
        />
      )}
      {how === 'restarted' && (
        <Before
          words="after a pause of"
          label="Pause"
          start="P60D"
          value={did.restarted?.gap}
          onChange={(gap) => set({ restarted: gap && { gap } })}
        />
      )}
      <DidMore leaf={leaf} />
    </>
  );
}

function Times({ leaf }: { leaf: LeafOf<'did'> }) {
  const { vocabulary } = useCanvas();
  const set = useSet(leaf);
  const times = timesOf(leaf.value);
  const [low, high] = endsOf(times);
  const { distinct } = leaf.value;
  const fields = eventFields(vocabulary, asList(leaf.value.did)).filter(
    ({ type }) => type !== 'geo' && type !== 'list',
  );
  const units = [
    { value: '', label: 'times' },
    { value: 'day', label: 'different days' },
    { value: 'week', label: 'different weeks' },
    { value: 'month', label: 'different months' },
    ...fields.map(({ name, label }) => ({ value: name, label: `different values of ${label}` })),
  ];
  return (
    <>
      <CountField
        label={times.op === 'between' ? 'Times from' : 'Times'}
        value={low}
        onChange={(n) =>
          set({
            times: times.op === 'between' ? { op: 'between', n: [n, high] } : { ...times, n },
          })
        }
      />
      {times.op === 'between' && (
        <>
          <span className={classes.says}>and</span>
          <CountField
            label="Times to"
            value={high}
            onChange={(n) => set({ times: { op: 'between', n: [low, n] } })}
          />
        </>
      )}
      <WordSelect
        label="What is counted"
        value={distinct ?? ''}
        words={units}
        onChange={(next) => set({ distinct: next || undefined })}
      />
    </>
  );
}

function Regular({ leaf }: { leaf: LeafOf<'did'> }) {
  const set = useSet(leaf);
  const regular = leaf.value.regular ?? { each: 'P7D', hit: 3, of: 4 };
  const write = (said: object) => set({ regular: { ...regular, ...said } });
  return (
    <>
      <span className={classes.says}>in at least</span>
      <CountField
        label="Periods with the event"
        min={1}
        value={regular.hit}
        onChange={(hit) => write({ hit, of: Math.max(hit, regular.of) })}
      />
      <span className={classes.says}>of the last</span>
      <CountField
        label="Periods looked at"
        min={1}
        value={regular.of}
        onChange={(of) => write({ of, hit: Math.min(of, regular.hit) })}
      />
      <span className={classes.says}>periods of</span>
      <DurationField
        label="Length of a period"
        value={regular.each}
        onChange={(each) => write({ each })}
      />
    </>
  );
}

type BeforeProps = {
  words: string;
  label: string;
  start: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
};

/** A length that may be left open. */
function Before({ words, label, start, value, onChange }: BeforeProps) {
  return (
    <span className={classes.flow}>
      <WordSelect
        label={`${label}: given or not`}
        value={value === undefined ? 'open' : 'given'}
        words={[
          { value: 'given', label: words },
          {
            value: 'open',
            label: words.startsWith('active') ? 'active any time before' : 'after a pause as long',
          },
        ]}
        onChange={(next) => onChange(next === 'given' ? start : undefined)}
      />
      {value !== undefined && <DurationField label={label} value={value} onChange={onChange} />}
    </span>
  );
}
