// A latitude or a longitude; what lies beyond the globe is said at once.
import { Text } from '@mantine/core';
import { useId } from 'react';
import { NumberField } from './NumberField';

type Props = {
  label: string;
  most: number;
  value: number | string;
  onChange: (value: number | string) => void;
};

export function DegreesField({ label, most, value, onChange }: Props) {
  const id = useId();
  const wrong = value !== '' && Math.abs(Number(value)) > most;
  return (
    <>
      <NumberField
        label={label}
        type="number"
        unit="°"
        value={value}
        describedBy={wrong ? id : undefined}
        onChange={(next) => onChange(next ?? '')}
      />
      {wrong && (
        <Text id={id} size="xs" c="var(--mu-bad)">
          {label} goes from −{most} to {most}
        </Text>
      )}
    </>
  );
}
