// One condition: a comparison that the field's type knows, and its value.
import { Button, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useDesk } from '../desk';
import { fieldLabel, fieldOf, OPS, opWords, sent } from '../fields';
import type { Condition, FieldType, Op, Query, Scalar } from '../types';
import { ValueList } from './ValueList';

type Props = {
  field: string;
  query: Query;
  condition: Condition | null;
  onApply: (condition: Condition | null) => void;
};

/** The types of what can be filtered by though it is no column. */
const TYPES: Record<string, FieldType> = { customer_tier: 'enum', first_order: 'boolean' };
const NO_VALUE: Op[] = ['empty', 'not_empty', 'today'];
const LISTS: Op[] = ['in', 'not_in'];

const asTexts = (value: Condition['value']): string[] =>
  value === null || value === undefined ? [] : (Array.isArray(value) ? value : [value]).map(String);

export function FilterEditor({ field, query, condition, onApply }: Props) {
  const desk = useDesk();
  const known = fieldOf(desk, field);
  const type = known?.type ?? TYPES[field] ?? 'text';
  const ops = OPS[type];
  const [op, setOp] = useState<Op>(condition?.op ?? (ops[0] as Op));
  const [values, setValues] = useState<string[]>(asTexts(condition?.value));
  const label = fieldLabel(desk, field);

  const scalar = (text: string): Scalar => {
    if (op === 'last_days') return Number(text);
    if (type === 'boolean') return text !== 'false';
    // Days stay days: the server knows where they begin.
    if (type === 'instant' || !known) return text;
    return sent(known, text, desk) ?? '';
  };
  const made = (): Condition | null => {
    if (NO_VALUE.includes(op)) return { field, op };
    if (type === 'boolean') return { field, op, value: values[0] !== 'false' };
    const given = values.filter((text) => text.trim() !== '').map(scalar);
    if (given.length < (op === 'between' ? 2 : 1)) return null;
    return { field, op, value: op === 'between' || LISTS.includes(op) ? given : given[0] };
  };
  const next = made();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (next) onApply(next);
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Text fw={600} size="sm">
          {label}
        </Text>
        <NativeSelect
          aria-label={`How to compare ${label}`}
          value={op}
          onChange={(event) => setOp(event.currentTarget.value as Op)}
          data={ops.map((one) => ({ value: one, label: opWords(one, type) }))}
          data-autofocus={LISTS.includes(op) || NO_VALUE.includes(op) || undefined}
        />
        <Values
          field={field}
          op={op}
          type={type}
          query={query}
          values={values}
          onChange={setValues}
        />
        <Group justify="space-between">
          <Button
            size="xs"
            variant="subtle"
            color="gray"
            disabled={condition === null}
            onClick={() => onApply(null)}
          >
            Clear
          </Button>
          <Button size="xs" type="submit" disabled={next === null}>
            Apply
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

type ValuesProps = {
  field: string;
  op: Op;
  type: FieldType;
  query: Query;
  values: string[];
  onChange: (values: string[]) => void;
};

function Values({ field, op, type, query, values, onChange }: ValuesProps) {
  if (NO_VALUE.includes(op)) return null;
  if (LISTS.includes(op))
    return <ValueList field={field} query={query} values={values} onChange={onChange} />;
  if (type === 'boolean')
    return (
      <NativeSelect
        aria-label="Its value"
        value={values[0] ?? 'true'}
        onChange={(event) => onChange([event.currentTarget.value])}
        data={[
          { value: 'true', label: 'yes' },
          { value: 'false', label: 'no' },
        ]}
      />
    );
  const inputType = op === 'last_days' ? 'number' : type === 'instant' ? 'date' : 'text';
  const one = (place: number, label: string) => (
    <TextInput
      type={inputType}
      min={op === 'last_days' ? 1 : undefined}
      inputMode={type === 'integer' || type === 'money' ? 'decimal' : undefined}
      aria-label={label}
      value={values[place] ?? ''}
      onChange={(event) => {
        const next = [...values];
        next[place] = event.currentTarget.value;
        onChange(Array.from(next, (text) => text ?? ''));
      }}
      data-autofocus={place === 0 || undefined}
      flex={1}
    />
  );
  if (op !== 'between') return one(0, op === 'last_days' ? 'How many days' : 'Its value');
  return (
    <Group gap="xs" wrap="nowrap">
      {one(0, 'From')}
      <Text size="sm">and</Text>
      {one(1, 'To')}
    </Group>
  );
}
