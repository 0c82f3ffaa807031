// A test on one field: `[Age] [between] [25] and [44]`.

import { startOf } from '../tree/choices';
import { useCanvas } from '../tree/context';
import { faultsId } from '../tree/Faults';
import { kept } from '../tree/json';
import type { Leaf, LeafOf } from '../tree/types';
import { AttributeMore } from './AttributeMore';
import classes from './Fields.module.css';
import { fieldNames, findField } from './fields';
import { NameSelect } from './NameSelect';
import { operatorWords, shownOperator, type Test, takesOf, withOperator } from './operand';
import { useSet } from './set';
import type { Field } from './suggestions';
import { ValueInput } from './ValueInput';
import { WindowPicker } from './WindowPicker';
import { WordSelect } from './WordSelect';

const unknown = (name: string): Field => ({
  name,
  label: name,
  type: 'string',
  currency: null,
  values: [],
  top_values: [],
  fold: 'none',
});

export function AttributeEditor({ leaf: given }: { leaf: Leaf }) {
  const leaf = given as LeafOf<'attribute'>;
  const { vocabulary, operators, scope, act, faults } = useCanvas();
  const set = useSet(leaf);
  const test = leaf.value;
  const found = findField(test.field, vocabulary, scope);
  const field = found?.field ?? unknown(test.field);
  const op = test.op ?? '';
  const takes = takesOf(operators, op);
  const describedBy = faults.has(leaf.id) ? faultsId(leaf.id) : undefined;

  const choose = (name: string) => {
    const next = findField(name, vocabulary, scope);
    if (!next) return;
    const fits = next.field.type === field.type;
    const value: Test = fits
      ? kept({
          ...test,
          field: name,
          value: takes === 'duration' || takes === 'none' ? test.value : undefined,
        })
      : startOf({ ...next.field, name } as Parameters<typeof startOf>[0]);
    act({
      type: 'set',
      id: leaf.id,
      value: next.metric ? value : kept({ ...value, window: undefined }),
      part: 'field',
    });
  };
  return (
    <>
      <NameSelect
        label="Field"
        value={found ? field.name : test.field}
        names={fieldNames(vocabulary, scope)}
        describedBy={describedBy}
        onChange={choose}
      />
      <WordSelect
        label={`${field.label}: comparison`}
        value={
          operatorWords(operators, field.type).some(({ value }) => value === op)
            ? op
            : shownOperator(op)
        }
        words={operatorWords(operators, field.type)}
        onChange={(next) =>
          act({ type: 'set', id: leaf.id, value: withOperator(test, next, operators), part: 'op' })
        }
      />
      <span data-value className={classes.flow}>
        {test.value_field === undefined ? (
          <ValueInput
            field={field}
            takes={takes}
            op={op}
            value={test.value}
            lookup={found?.lookup ?? null}
            describedBy={describedBy}
            onChange={(value, part) => set({ value }, part)}
          />
        ) : (
          <NameSelect
            label={`${field.label}: other field`}
            value={test.value_field}
            names={fieldNames(vocabulary, scope)}
            onChange={(value_field) => set({ value_field })}
          />
        )}
      </span>
      {found?.metric && (
        <WindowPicker
          value={test.window}
          none="as the number itself says"
          short="when…"
          onChange={(window) => set({ window })}
        />
      )}
      {!found?.metric && <AttributeMore leaf={leaf} field={field} takes={takes} />}
    </>
  );
}
