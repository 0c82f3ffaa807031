// Suggestions of a field's real values, once somebody is about to choose one.
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Schemas } from '@/api/client';
import { valuesQuery } from './queries';

export type Field = Pick<
  Schemas['FieldBody'],
  'name' | 'label' | 'type' | 'currency' | 'values' | 'top_values' | 'fold'
>;
/** Where a field's values are looked up; null: nowhere. */
export type Lookup = { field: string; source?: string } | null;

const PAUSE_MILLISECONDS = 200;

export type Suggestions = {
  values: string[];
  counts: ReadonlyMap<string, number>;
  search: string;
  setSearch: (search: string) => void;
  /** Begin to ask; until then nothing is. */
  wake: () => void;
  /** Nothing is suggested because the field is personal. */
  personal: boolean;
};

/** Those the server found, then what the model lists and what is chosen, each once. */
export const merged = (...lists: string[][]): string[] => [...new Set(lists.flat())];

export const useSuggestions = (field: Field, lookup: Lookup): Suggestions => {
  const [search, setSearch] = useState('');
  const [awake, setAwake] = useState(false);
  const [sought] = useDebouncedValue(search, PAUSE_MILLISECONDS);
  const found = useQuery({
    ...valuesQuery(lookup ?? { field: '' }, sought),
    enabled: awake && lookup !== null,
  });
  const items = found.data?.items ?? [];
  return {
    values: merged(
      items.map((item) => String(item.value)),
      field.values,
      field.top_values,
    ),
    counts: new Map(items.map((item) => [String(item.value), item.count])),
    search,
    setSearch,
    wake: () => setAwake(true),
    personal: found.data?.personal ?? false,
  };
};
