// The search of a list: `/` goes there, what is typed is used after a moment, Escape empties it.
import { CloseButton, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useState } from 'react';

const PAUSE_MILLISECONDS = 250;

type Props = { label: string; value: string; onChange: (value: string) => void };

export function SearchField({ label, value, onChange }: Props) {
  const [text, setText] = useState(value);
  const tell = useDebouncedCallback(onChange, PAUSE_MILLISECONDS);
  useEffect(() => setText(value), [value]);
  const write = (next: string) => {
    setText(next);
    tell(next);
  };
  return (
    <TextInput
      type="search"
      aria-label={label}
      placeholder={label}
      data-search
      value={text}
      onChange={(event) => write(event.currentTarget.value)}
      onKeyDown={(event) => event.key === 'Escape' && write('')}
      leftSection={<IconSearch size={16} aria-hidden />}
      rightSection={
        text && <CloseButton size="sm" aria-label="Clear the search" onClick={() => write('')} />
      }
      w={{ base: '100%', xs: 260 }}
    />
  );
}
