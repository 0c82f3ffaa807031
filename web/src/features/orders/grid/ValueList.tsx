// The values that a field has among the orders shown, with how many have each.
import { Checkbox, Group, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { told } from '@/api/errors';
import { count } from '@/lib/format';
import { useDesk } from '../desk';
import { enumLabel, fieldOf, inWords } from '../fields';
import { withCondition } from '../query';
import { valuesQuery } from '../server';
import type { Query } from '../types';

type Props = {
  field: string;
  query: Query;
  values: string[];
  onChange: (values: string[]) => void;
};

export function ValueList({ field, query, values, onChange }: Props) {
  const desk = useDesk();
  const [typed, setTyped] = useState('');
  const [prefix] = useDebouncedValue(typed, 250);
  // What the field itself is filtered by is no reason to offer less of it.
  const others = withCondition(query, field, null);
  const asked = useQuery({
    ...valuesQuery(field, prefix, others),
    placeholderData: keepPreviousData,
  });
  const known = fieldOf(desk, field);
  const label = (value: string) =>
    known?.type === 'enum' ? enumLabel(known, value, desk) : known ? value : inWords(value);
  const found = (asked.data?.items ?? []).filter(({ value }) => value !== null && value !== '');
  const missing = values.filter((value) => !found.some((one) => String(one.value) === value));
  const toggle = (value: string) =>
    onChange(values.includes(value) ? values.filter((one) => one !== value) : [...values, value]);
  const row = (value: string, orders: number | null) => (
    <Group key={value} justify="space-between" wrap="nowrap" gap="xs">
      <Checkbox
        size="xs"
        label={label(value)}
        checked={values.includes(value)}
        onChange={() => toggle(value)}
      />
      <Text size="xs" c="dimmed" className="mu-numbers">
        {count(orders)}
      </Text>
    </Group>
  );
  return (
    <Stack gap={6}>
      <TextInput
        size="xs"
        aria-label="Find a value"
        placeholder="Find a value"
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || typed.trim() === '') return;
          event.preventDefault();
          toggle(typed.trim());
          setTyped('');
        }}
      />
      <Stack gap={6} mah={220} style={{ overflowY: 'auto' }} role="group" aria-label="Values">
        {missing.map((value) => row(value, null))}
        {found.map(({ value, count: orders }) => row(String(value), orders))}
        {asked.isError && <Text size="xs">{told(asked.error).sentence}</Text>}
        {asked.data?.more && (
          <Text size="xs" c="dimmed">
            There are more: type how they begin.
          </Text>
        )}
      </Stack>
    </Stack>
  );
}
