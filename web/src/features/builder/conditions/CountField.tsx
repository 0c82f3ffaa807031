// A whole number, not negative: times, how many of, top n.
import { TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';

type Props = {
  label: string;
  value: number;
  onChange: (value: number) => void;
  min?: number;
  describedBy?: string;
};

export function CountField({ label, value, onChange, min = 0, describedBy }: Props) {
  const [text, setText] = useState(String(value));
  useEffect(
    () => setText((now) => (Number(now) === value && now !== '' ? now : String(value))),
    [value],
  );
  const write = (next: string) => {
    const digits = next.replace(/\D/g, '').slice(0, 9);
    setText(digits);
    if (digits !== '' && Number(digits) >= min) onChange(Number(digits));
  };
  return (
    <TextInput
      size="xs"
      w={`calc(${Math.max(3, text.length + 2)}ch + 12px)`}
      aria-label={label}
      aria-describedby={describedBy}
      inputMode="numeric"
      autoComplete="off"
      value={text}
      onChange={(event) => write(event.currentTarget.value)}
      onBlur={() => setText(String(value))}
      onKeyDown={(event) => {
        const step = event.altKey ? 0 : ({ ArrowUp: 1, ArrowDown: -1 }[event.key] ?? 0);
        if (!step) return;
        event.preventDefault();
        onChange(Math.max(min, value + step));
      }}
    />
  );
}
