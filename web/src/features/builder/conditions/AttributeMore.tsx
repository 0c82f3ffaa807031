// The seldom options of a test on a field.
import { Switch } from '@mantine/core';
import { useCanvas } from '../tree/context';
import type { LeafOf } from '../tree/types';
import { fieldNames } from './fields';
import { More, Option } from './More';
import { NameSelect } from './NameSelect';
import { isNumber, isText, type Takes } from './operand';
import { useSet } from './set';
import type { Field } from './suggestions';
import { WordSelect } from './WordSelect';

const BOUNDS: Record<string, string> = {
  '[]': 'both ends included',
  '[)': 'without the upper end',
  '(]': 'without the lower end',
  '()': 'without both ends',
};
const FOLDS: Record<string, string> = {
  none: 'case and accents matter',
  case: 'whatever the case',
  case_accent: 'whatever case and accents',
};
const QUANTS: Record<string, string> = {
  any: 'at least one of the values',
  all: 'every one of the values',
  none: 'not one of the values',
};
const words = (choices: Record<string, string>) =>
  Object.entries(choices).map(([value, label]) => ({ value, label }));

type Props = { leaf: LeafOf<'attribute'>; field: Field; takes: Takes };

export function AttributeMore({ leaf, field, takes }: Props) {
  const set = useSet(leaf);
  const { op = '', bounds, nulls, fold, quant } = leaf.value;
  const isWhole = op.startsWith('has_') || ['exists', 'missing'].includes(op);
  const asksNulls = !['exists', 'missing'].includes(op);
  const folds = isText(field.type) && asksNulls;
  const ranges = takes === 'range' && isNumber(field.type);
  if (!asksNulls) return null;
  return (
    <More
      of={field.label}
      said={[
        nulls === 'include' && 'or no value',
        fold && FOLDS[fold],
        quant && quant !== 'any' && QUANTS[quant],
        bounds && bounds !== '[]' && BOUNDS[bounds],
      ]}
    >
      <Switch
        size="xs"
        label="Who has no value matches, too"
        checked={nulls === 'include'}
        onChange={(event) => set({ nulls: event.currentTarget.checked ? 'include' : undefined })}
      />
      {ranges && (
        <Option title="Between">
          <WordSelect
            label="Ends of the range"
            value={bounds ?? '[]'}
            words={words(BOUNDS)}
            onChange={(next) => set({ bounds: next === '[]' ? undefined : next })}
          />
        </Option>
      )}
      {folds && (
        <Option title="Compare">
          <WordSelect
            label="Case and accents"
            value={fold ?? ''}
            words={[{ value: '', label: 'as the field says' }, ...words(FOLDS)]}
            onChange={(next) => set({ fold: next || undefined })}
          />
        </Option>
      )}
      {field.type === 'list' && !isWhole && (
        <Option title="It must hold for">
          <WordSelect
            label="How many of the values"
            value={quant ?? 'any'}
            words={words(QUANTS)}
            onChange={(next) => set({ quant: next === 'any' ? undefined : next })}
          />
        </Option>
      )}
      {takes === 'one' && field.type !== 'list' && <OtherField leaf={leaf} />}
    </More>
  );
}

function OtherField({ leaf }: { leaf: LeafOf<'attribute'> }) {
  const { vocabulary, scope } = useCanvas();
  const set = useSet(leaf);
  const { value_field: other } = leaf.value;
  return (
    <Option title="Compare with">
      <WordSelect
        label="Compare with"
        value={other === undefined ? 'value' : 'field'}
        words={[
          { value: 'value', label: 'a value' },
          { value: 'field', label: 'another field' },
        ]}
        onChange={(next) =>
          set(next === 'field' ? { value: undefined, value_field: '' } : { value_field: undefined })
        }
      />
      {other !== undefined && (
        <NameSelect
          label="Other field"
          value={other}
          names={fieldNames(vocabulary, scope)}
          onChange={(next) => set({ value_field: next })}
        />
      )}
    </Option>
  );
}
