// The seldom options of a metric: which events count, what nothing counts as, ends of a range.
import { nameOf } from '../tree/names';
import type { LeafOf } from '../tree/types';
import { More, Option } from './More';
import { isNumber } from './operand';
import { useSet } from './set';
import type { Field } from './suggestions';
import { WhereEditor } from './WhereEditor';
import { WordSelect } from './WordSelect';

const EMPTY = [
  { value: '', label: 'as the number itself says' },
  { value: 'zero', label: '0' },
  { value: 'unknown', label: 'unknown: no match' },
];
const BOUNDS: Record<string, string> = {
  '[]': 'both ends included',
  '[)': 'without the upper end',
  '(]': 'without the lower end',
  '()': 'without both ends',
};

type Props = { leaf: LeafOf<'metric'>; field: Field; on: string[] | null };

export function MetricMore({ leaf, field, on }: Props) {
  const set = useSet(leaf);
  const { empty, bounds, where, op } = leaf.value;
  return (
    <More
      of={nameOf(leaf)}
      said={[
        empty && `nothing counts as ${empty === 'zero' ? '0' : 'unknown'}`,
        bounds && bounds !== '[]' && BOUNDS[bounds],
      ]}
    >
      <Option title="Without any event, the number is">
        <WordSelect
          label="Without any event, the number is"
          value={empty ?? ''}
          words={isNumber(field.type) ? EMPTY : EMPTY.filter(({ value }) => value !== 'zero')}
          onChange={(next) => set({ empty: next || undefined })}
        />
      </Option>
      {op === 'between' && (
        <Option title="Between">
          <WordSelect
            label="Ends of the range"
            value={bounds ?? '[]'}
            words={Object.entries(BOUNDS).map(([value, label]) => ({ value, label }))}
            onChange={(next) => set({ bounds: next === '[]' ? undefined : next })}
          />
        </Option>
      )}
      {on && where === undefined && (
        <Option title="Count only events">
          <WhereEditor
            events={on}
            where={undefined}
            onChange={(next, part) => set({ where: next }, part)}
          />
        </Option>
      )}
    </More>
  );
}
