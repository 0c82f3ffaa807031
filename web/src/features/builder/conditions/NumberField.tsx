// A number or an amount, typed as text so that no digit is lost.
import { TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { Json } from '../tree/types';

type Props = {
  label: string;
  value: Json;
  /** What to write: exact types as text, others as JSON numbers. */
  type: 'integer' | 'number' | 'decimal' | 'money';
  currency?: string | null;
  unit?: string;
  onChange: (value: number | string | undefined) => void;
  describedBy?: string;
  placeholder?: string;
};

const PATTERNS = { integer: /^-?\d+$/, other: /^-?(\d+\.?\d*|\.\d+)$/ };

/** What a typed text says: undefined for none, null while it is no number yet. */
export const numberOf = (text: string, type: Props['type']): number | string | undefined | null => {
  const plain = text.trim().replace(/[,\s]/g, '').replace('−', '-');
  if (plain === '') return undefined;
  if (!(type === 'integer' ? PATTERNS.integer : PATTERNS.other).test(plain)) return null;
  const number = Number(plain);
  if (type === 'decimal' || type === 'money') return plain.replace(/\.$/, '');
  return Number.isSafeInteger(number) || type === 'number' ? number : plain;
};

const shown = (value: Json): string => (value === undefined || value === null ? '' : String(value));

export function NumberField(props: Props) {
  const { label, value, type, currency, unit, onChange, describedBy, placeholder } = props;
  const [text, setText] = useState(shown(value));
  useEffect(() => {
    setText((now) => (shown(numberOf(now, type) ?? '') === shown(value) ? now : shown(value)));
  }, [value, type]);
  const read = numberOf(text, type);
  const write = (next: string) => {
    setText(next);
    const number = numberOf(next, type);
    if (number !== null) onChange(number);
  };
  return (
    <TextInput
      size="xs"
      w={`calc(${Math.max(4, text.length + 1)}ch + ${currency ? 58 : 24}px)`}
      maw="100%"
      aria-label={label}
      aria-describedby={describedBy}
      inputMode={type === 'integer' ? 'numeric' : 'decimal'}
      autoComplete="off"
      placeholder={placeholder ?? '…'}
      leftSection={currency ? <span style={{ fontSize: 11 }}>{currency}</span> : undefined}
      leftSectionWidth={currency ? 36 : undefined}
      rightSection={unit ? <span style={{ fontSize: 11 }}>{unit}</span> : undefined}
      value={text}
      error={read === null}
      onChange={(event) => write(event.currentTarget.value)}
    />
  );
}
