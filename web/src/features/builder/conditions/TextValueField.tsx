// One text value, with suggestions of what the field really holds.
import { Autocomplete, Select } from '@mantine/core';
import { count } from '@/lib/format';
import type { Json } from '../tree/types';
import classes from './Fields.module.css';
import { type Field, type Lookup, merged, useSuggestions } from './suggestions';

type Props = {
  label: string;
  field: Field;
  lookup: Lookup;
  value: Json;
  onChange: (value: string | undefined) => void;
  describedBy?: string;
};

export const withCount = (counts: ReadonlyMap<string, number>) => {
  const option = ({ option: { value } }: { option: { value: string } }) => (
    <span className={classes.option}>
      <span>{value}</span>
      {(counts.get(value) ?? 0) > 0 && <small>{count(counts.get(value))}</small>}
    </span>
  );
  return option;
};

/** Whether the model lists all values a field may have. */
export const isClosed = (field: Field): boolean => field.type === 'enum' && field.values.length > 0;

export function TextValueField({ label, field, lookup, value, onChange, describedBy }: Props) {
  const { values, counts, setSearch, wake, personal } = useSuggestions(field, lookup);
  const text = value === undefined || value === null ? '' : String(value);
  const shared = {
    size: 'xs',
    className: classes.fit,
    'aria-label': label,
    'aria-describedby': describedBy,
    onFocus: wake,
    renderOption: withCount(counts),
    maxDropdownHeight: 300,
    comboboxProps: { width: 260, position: 'bottom-start' },
  } as const;
  if (isClosed(field))
    return (
      <Select
        {...shared}
        searchable
        withCheckIcon={false}
        placeholder="choose…"
        value={text === '' ? null : text}
        data={text === '' ? values : merged(values, [text])}
        onChange={(next) => onChange(next ?? undefined)}
      />
    );
  return (
    <Autocomplete
      {...shared}
      placeholder={personal ? 'type a value' : 'type or choose…'}
      value={text}
      data={values}
      filter={({ options }) => options}
      onChange={(next) => {
        setSearch(next);
        onChange(next === '' ? undefined : next);
      }}
    />
  );
}
