// A day, or a moment of it; what names an offset is text.
import { ActionIcon, TextInput, Tooltip } from '@mantine/core';
import { IconCalendar, IconClock } from '@tabler/icons-react';
import type { Json } from '../tree/types';
import { formOf } from './moments';

type Props = {
  label: string;
  value: Json;
  /** Whether a time of day may be given. */
  timed: boolean;
  onChange: (value: string | undefined) => void;
  describedBy?: string;
};

const TYPES = { day: 'date', moment: 'datetime-local', text: 'text' } as const;

export function MomentField({ label, value, timed, onChange, describedBy }: Props) {
  const form = formOf(value);
  const text = typeof value === 'string' ? value : '';
  const isDay = form === 'day';
  return (
    <TextInput
      size="xs"
      w={isDay ? 150 : 216}
      maw="100%"
      type={TYPES[form]}
      aria-label={label}
      aria-describedby={describedBy}
      value={text}
      onChange={(event) => onChange(event.currentTarget.value || undefined)}
      rightSection={
        timed && form !== 'text' && text ? (
          <Tooltip label={isDay ? 'Give a time of day, too' : 'The whole day'}>
            <ActionIcon
              size={24}
              aria-label={isDay ? `${label}: give a time of day` : `${label}: the whole day`}
              onClick={() => onChange(isDay ? `${text}T00:00` : text.slice(0, 10))}
            >
              {isDay ? <IconClock size={14} aria-hidden /> : <IconCalendar size={14} aria-hidden />}
            </ActionIcon>
          </Tooltip>
        ) : undefined
      }
    />
  );
}
