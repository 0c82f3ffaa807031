// A choice among many names (fields, events, segments), found by typing.
import { Select } from '@mantine/core';
import classes from './Fields.module.css';

export type Named = { value: string; label: string };
export type Names = (Named | { group: string; items: Named[] })[];

type Props = {
  label: string;
  value: string;
  names: Names;
  onChange: (value: string) => void;
  placeholder?: string;
  describedBy?: string;
  onSearch?: (search: string) => void;
};

const all = (names: Names): Named[] => names.flatMap((one) => ('items' in one ? one.items : [one]));

export function NameSelect({
  label,
  value,
  names,
  onChange,
  placeholder,
  describedBy,
  onSearch,
}: Props) {
  const known = value === '' || all(names).some((one) => one.value === value);
  return (
    <Select
      size="xs"
      className={classes.fit}
      aria-label={label}
      aria-describedby={describedBy}
      searchable
      allowDeselect={false}
      withCheckIcon={false}
      openOnFocus={false}
      placeholder={placeholder ?? 'choose…'}
      nothingFoundMessage="Nothing is called like that"
      maxDropdownHeight={300}
      comboboxProps={{ width: 260, position: 'bottom-start' }}
      value={value === '' ? null : value}
      onChange={(next) => next !== null && next !== value && onChange(next)}
      onSearchChange={onSearch}
      data={known ? names : [{ value, label: `${value} (unknown)` }, ...names]}
    />
  );
}
