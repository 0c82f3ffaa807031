// Several values: chosen from those the field really holds, or typed.
import { MultiSelect, TagsInput } from '@mantine/core';
import type { Json } from '../tree/types';
import classes from './Fields.module.css';
import { numberOf } from './NumberField';
import { type Field, type Lookup, merged, useSuggestions } from './suggestions';
import { isClosed, withCount } from './TextValueField';

type Props = {
  label: string;
  field: Field;
  lookup: Lookup;
  value: Json;
  onChange: (value: (string | number)[] | undefined) => void;
  describedBy?: string;
};

const NUMBERS = ['integer', 'number', 'decimal', 'money'] as const;
type NumberType = (typeof NUMBERS)[number];
const isNumber = (type: Field['type']): type is NumberType => NUMBERS.includes(type as NumberType);

/** Typed texts as the values a rule has; what is no number is left out. */
export const valuesOf = (texts: string[], type: Field['type']): (string | number)[] =>
  isNumber(type) ? texts.flatMap((text) => numberOf(text, type) ?? []) : texts;

export function ValuesField({ label, field, lookup, value, onChange, describedBy }: Props) {
  const { values, counts, search, setSearch, wake } = useSuggestions(field, lookup);
  const said = value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
  const texts = said.map(String);
  const write = (next: string[]) => onChange(next.length ? valuesOf(next, field.type) : undefined);
  const shared = {
    size: 'xs',
    className: classes.values,
    'aria-label': label,
    'aria-describedby': describedBy,
    onFocus: wake,
    renderOption: withCount(counts),
    maxDropdownHeight: 300,
    comboboxProps: { width: 260, position: 'bottom-start' },
    searchValue: search,
    onSearchChange: setSearch,
    value: texts,
    onChange: write,
  } as const;
  if (isClosed(field))
    return (
      <MultiSelect
        {...shared}
        searchable
        hidePickedOptions
        placeholder={texts.length ? undefined : 'choose…'}
        data={merged(values, texts)}
        nothingFoundMessage="No such value"
      />
    );
  return (
    <TagsInput
      {...shared}
      acceptValueOnBlur
      splitChars={[',', ';']}
      placeholder={texts.length ? undefined : 'type or choose…'}
      data={values}
    />
  );
}
