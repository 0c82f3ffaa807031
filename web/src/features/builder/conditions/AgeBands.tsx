// Age bands as chips to press, and bands of one's own.
import { Chip, Group, TextInput } from '@mantine/core';
import { useState } from 'react';
import { asList } from '../tree/events';
import { BANDS, bandWords, isBand, sortedBands } from './facets';

type Props = {
  value: string | string[] | undefined;
  onChange: (bands: string[]) => void;
};

export function AgeBands({ value, onChange }: Props) {
  const [own, setOwn] = useState('');
  const chosen = asList(value);
  const wrong = own.trim() !== '' && !isBand(own.trim());
  const add = () => {
    if (own.trim() === '' || wrong) return;
    onChange(sortedBands([...chosen, own.trim()]));
    setOwn('');
  };
  return (
    <Group gap={4}>
      <Chip.Group multiple value={chosen} onChange={(next) => onChange(sortedBands(next))}>
        {sortedBands([...BANDS, ...chosen]).map((band) => (
          <Chip
            key={band}
            value={band}
            size="xs"
            color="gray"
            variant="outline"
            aria-label={`Age ${bandWords(band)}`}
          >
            {band}
          </Chip>
        ))}
      </Chip.Group>
      <TextInput
        size="xs"
        w={96}
        aria-label="Another age band, such as 30-39 or 70+"
        placeholder="30-39"
        value={own}
        error={wrong}
        onChange={(event) => setOwn(event.currentTarget.value)}
        onBlur={add}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return;
          event.preventDefault();
          add();
        }}
      />
    </Group>
  );
}
