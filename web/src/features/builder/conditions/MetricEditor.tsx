// A number about each person, named in the data model or made of events here, and a test on it.

import { startOfMetric } from '../tree/choices';
import { useCanvas } from '../tree/context';
import { faultsId } from '../tree/Faults';
import type { Leaf, LeafOf } from '../tree/types';
import { AdHocFields } from './AdHocFields';
import classes from './Fields.module.css';
import { MetricMore } from './MetricMore';
import {
  comparedField,
  comparisonOf,
  comparisons,
  type MetricTest,
  measured,
  withComparison,
} from './measure';
import { NameSelect } from './NameSelect';
import { takesOf } from './operand';
import { useSet } from './set';
import { ValueInput } from './ValueInput';
import { WhereEditor } from './WhereEditor';
import { WindowPicker } from './WindowPicker';
import { WordSelect } from './WordSelect';

const UNKNOWN = {
  name: '',
  label: 'Value',
  type: 'number',
  currency: null,
  values: [],
  top_values: [],
  fold: 'none',
} as const;

export function MetricEditor({ leaf: given }: { leaf: Leaf }) {
  const leaf = given as LeafOf<'metric'>;
  const { vocabulary, operators, act, faults } = useCanvas();
  const set = useSet(leaf);
  const test = leaf.value;
  const found = measured(test, vocabulary);
  const field = found?.field ?? { ...UNKNOWN, values: [], top_values: [] };
  const compared = comparedField(test, field);
  const isNamed = typeof test.metric === 'string';
  const describedBy = faults.has(leaf.id) ? faultsId(leaf.id) : undefined;
  const names = vocabulary.metrics.map(({ name, label }) => ({ value: name, label }));

  const choose = (name: string) => {
    const metric = vocabulary.metrics.find((one) => one.name === name);
    const fits = metric?.type === field.type;
    const value: MetricTest = fits
      ? { ...test, metric: name }
      : startOfMetric(name, metric?.type ?? null);
    act({ type: 'set', id: leaf.id, value, part: 'metric' });
  };
  return (
    <>
      {isNamed ? (
        <NameSelect
          label="Metric"
          value={test.metric as string}
          names={names}
          describedBy={describedBy}
          onChange={choose}
        />
      ) : (
        <AdHocFields leaf={leaf} />
      )}
      {isNamed && test.where !== undefined && found?.metric && (
        <WhereEditor
          events={found.metric.on}
          where={test.where}
          onChange={(where, part) => set({ where }, part)}
        />
      )}
      <WordSelect
        label={`${field.label}: comparison`}
        value={comparisonOf(test)}
        words={comparisons(operators, field, comparisonOf(test))}
        onChange={(next) =>
          act({
            type: 'set',
            id: leaf.id,
            value: withComparison(test, next, operators),
            part: 'op',
          })
        }
      />
      <span data-value className={classes.flow}>
        <ValueInput
          field={compared}
          takes={takesOf(operators, test.op ?? '<=')}
          op={test.op ?? '<='}
          value={test.value}
          lookup={test.rank && test.rank !== 'value' ? null : (found?.lookup ?? null)}
          describedBy={describedBy}
          onChange={(value, part) => set({ value }, part)}
        />
      </span>
      {isNamed && (
        <WindowPicker
          value={test.window}
          none="as the number itself says"
          short="when…"
          onChange={(window) => set({ window })}
        />
      )}
      <MetricMore leaf={leaf} field={field} on={found?.metric?.on ?? null} />
    </>
  );
}
