// A number made here: `[sum of] [Cost] of [Impressions] where … [in the previous month]`.
import { useCanvas } from '../tree/context';
import { asList, eventFields, labelsOf } from '../tree/events';
import { kept } from '../tree/json';
import type { LeafOf } from '../tree/types';
import { EventsField } from './EventsField';
import classes from './Fields.module.css';
import { type AdHoc, AGGREGATES, type Aggregate, fieldsFor, takesField } from './measure';
import { NumberField } from './NumberField';
import { useSet } from './set';
import { WhereEditor } from './WhereEditor';
import { WindowPicker } from './WindowPicker';
import { WordSelect } from './WordSelect';

const WORDS = Object.entries(AGGREGATES).map(([value, label]) => ({ value, label }));

export function AdHocFields({ leaf }: { leaf: LeafOf<'metric'> }) {
  const { vocabulary, dated } = useCanvas();
  const set = useSet(leaf);
  const metric = leaf.value.metric as AdHoc;
  const events = asList(metric.on);
  const all = eventFields(vocabulary, events);
  const labels = labelsOf(all);
  const fields = fieldsFor(metric.agg, all);
  const write = (said: Partial<AdHoc>, part: string) =>
    set({ metric: kept({ ...metric, ...said }) }, part);
  const choose = (agg: Aggregate) => {
    const fitting = fieldsFor(agg, all);
    const of = fitting.some(({ name }) => name === metric.of) ? metric.of : fitting[0]?.name;
    write(
      {
        agg,
        of: takesField(agg) ? of : undefined,
        quantile: agg === 'percentile' ? (metric.quantile ?? metric.q ?? 0.5) : undefined,
        q: undefined,
      },
      'agg',
    );
  };
  return (
    <>
      <WordSelect
        label="Kind of number"
        value={metric.agg}
        words={WORDS}
        onChange={(next) => choose(next as Aggregate)}
      />
      {takesField(metric.agg) && (
        <WordSelect
          label="Of which field"
          value={metric.of ?? ''}
          words={fields.map(({ name, label }) => ({
            value: name,
            label: labels.get(name) ?? label,
          }))}
          onChange={(of) => write({ of }, 'of')}
        />
      )}
      {metric.agg === 'percentile' && (
        <>
          <span className={classes.says}>at the share</span>
          <NumberField
            label="Share of the percentile, 0 to 1"
            type="number"
            value={metric.quantile ?? metric.q}
            onChange={(quantile) => write({ quantile, q: undefined }, 'quantile')}
          />
        </>
      )}
      <span className={classes.says}>of</span>
      <EventsField value={metric.on} onChange={(on) => write({ on }, 'on')} />
      <WhereEditor
        events={events}
        where={metric.where}
        onChange={(where, part) => write({ where: where as AdHoc['where'] }, part)}
      />
      <WindowPicker
        value={metric.window ?? leaf.value.window}
        none={dated ? "within the audience's dates" : 'at any time'}
        onChange={(window) =>
          set({ metric: kept({ ...metric, window }), window: undefined }, 'window')
        }
      />
    </>
  );
}
