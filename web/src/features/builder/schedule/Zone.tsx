// One of the world's time zones, by name.
import { Select } from '@mantine/core';
import { useMemo } from 'react';

const SHOWN = 60;

type Props = { value: string; onChange: (zone: string) => void; disabled?: boolean };

export function Zone({ value, onChange, disabled }: Props) {
  const zones = useMemo(() => {
    const known = Intl.supportedValuesOf('timeZone');
    return [...new Set([value, 'UTC', ...known])];
  }, [value]);
  return (
    <Select
      label="Time zone"
      w={220}
      searchable
      allowDeselect={false}
      limit={SHOWN}
      data={zones}
      value={value}
      onChange={(zone) => zone && onChange(zone)}
      disabled={disabled}
    />
  );
}
