// Locations: named places, and values of the attributes that say where people live.
import { TagsInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useCanvas } from '../tree/context';
import { asList } from '../tree/events';
import classes from './Fields.module.css';
import { valuesQuery } from './queries';
import { merged } from './suggestions';
import { withCount } from './TextValueField';

type Props = { value: string | string[] | undefined; onChange: (value: string[]) => void };

const PAUSE_MILLISECONDS = 200;

export function LocationsField({ value, onChange }: Props) {
  const { vocabulary } = useCanvas();
  const [search, setSearch] = useState('');
  const [awake, setAwake] = useState(false);
  const [sought] = useDebouncedValue(search, PAUSE_MILLISECONDS);
  const [broad = '', narrow = broad] = vocabulary.facets.locations;
  const first = useQuery({
    ...valuesQuery({ field: broad }, sought),
    enabled: awake && broad !== '',
  });
  const second = useQuery({
    ...valuesQuery({ field: narrow }, sought),
    enabled: awake && narrow !== broad,
  });
  const items = [...(first.data?.items ?? []), ...(second.data?.items ?? [])];
  const chosen = asList(value);
  return (
    <TagsInput
      size="xs"
      className={classes.values}
      aria-label="Locations"
      placeholder={chosen.length ? undefined : 'state, city or place…'}
      value={chosen}
      onChange={onChange}
      data={merged(
        vocabulary.places.map(({ name }) => name),
        items.map((item) => String(item.value)),
      )}
      renderOption={withCount(new Map(items.map((item) => [String(item.value), item.count])))}
      searchValue={search}
      onSearchChange={setSearch}
      onFocus={() => setAwake(true)}
      acceptValueOnBlur
      maxDropdownHeight={300}
      comboboxProps={{ width: 260, position: 'bottom-start' }}
    />
  );
}
