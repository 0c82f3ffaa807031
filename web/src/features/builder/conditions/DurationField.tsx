// A length of time: a number and its unit, or ISO 8601 where it has several.
import { Group, TextInput } from '@mantine/core';
import { CountField } from './CountField';
import { ALL, isoOf, simple, UNITS, type Unit } from './durations';
import { WordSelect } from './WordSelect';

type Props = {
  label: string;
  value: string;
  onChange: (value: string) => void;
  units?: Unit[];
  describedBy?: string;
};

export function DurationField({ label, value, onChange, units = ALL, describedBy }: Props) {
  const found = simple(value);
  if (!found)
    return (
      <TextInput
        size="xs"
        w={110}
        aria-label={`${label}, e.g. P30D`}
        aria-describedby={describedBy}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    );
  const { n, unit } = found;
  const shown = units.includes(unit) ? units : [unit, ...units];
  return (
    <Group gap={4} wrap="nowrap">
      <CountField
        label={label}
        value={n}
        min={1}
        describedBy={describedBy}
        onChange={(next) => onChange(isoOf(next, unit))}
      />
      <WordSelect
        label={`${label}: unit`}
        value={unit}
        words={shown.map((one) => ({ value: one, label: n === 1 ? UNITS[one] : `${UNITS[one]}s` }))}
        onChange={(next) => onChange(isoOf(n, next as Unit))}
      />
    </Group>
  );
}
