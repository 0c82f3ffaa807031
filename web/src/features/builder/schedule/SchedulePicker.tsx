// When the rule refreshes by itself, in words; its zone; and the next five times.
import { Group, List, NumberInput, Select, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconCalendarClock } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { told } from '@/api/errors';
import { moment } from '@/lib/format';
import { firesQuery } from '../queries';
import {
  asKind,
  clock,
  fromCron,
  KINDS,
  type Kind,
  readClock,
  spoken,
  toCron,
  WEEKDAYS,
  type Words,
} from './words';

const PAUSE_MILLISECONDS = 300;

type Props = {
  cron: string | null;
  onCron: (cron: string | null) => void;
  timeZone: string;
  error?: string;
  disabled?: boolean;
};

export function SchedulePicker({ cron, onCron, timeZone, error, disabled }: Props) {
  // "Custom" is a choice of its own: the same cron may also have words.
  const [custom, setCustom] = useState(false);
  const read = fromCron(cron);
  const words: Words = custom && cron !== null ? { kind: 'custom', cron } : read;
  const change = (next: Words) => onCron(toCron(next));
  const choose = (kind: Kind) => {
    setCustom(kind === 'custom');
    change(asKind(words, kind));
  };
  return (
    <Stack gap="sm">
      <Group align="flex-end" gap="sm">
        <Select
          label="Refreshes"
          w={190}
          allowDeselect={false}
          data={KINDS}
          value={words.kind}
          onChange={(kind) => kind && choose(kind as Kind)}
          error={words.kind === 'custom' ? undefined : error}
          disabled={disabled}
        />
        <WhenFields words={words} onChange={change} error={error} disabled={disabled} />
      </Group>
      {cron !== null && <NextFires cron={cron} timeZone={timeZone} words={words} />}
    </Stack>
  );
}

type Fields = {
  words: Words;
  onChange: (words: Words) => void;
  error?: string;
  disabled?: boolean;
};

function WhenFields({ words, onChange, error, disabled }: Fields) {
  if (words.kind === 'none') return null;
  if (words.kind === 'custom')
    return (
      <TextInput
        label="Cron"
        description="Minute, hour, day of the month, month, day of the week"
        value={words.cron}
        onChange={(event) => onChange({ kind: 'custom', cron: event.currentTarget.value })}
        error={error}
        disabled={disabled}
        spellCheck={false}
        w={280}
      />
    );
  if (words.kind === 'hourly')
    return (
      <NumberInput
        label="At minute"
        w={110}
        min={0}
        max={59}
        value={words.minute}
        onChange={(minute) => onChange({ ...words, minute: Number(minute) || 0 })}
        disabled={disabled}
      />
    );
  return (
    <>
      {words.kind === 'weekly' && (
        <Select
          label="On"
          w={150}
          allowDeselect={false}
          data={WEEKDAYS.map((label, value) => ({ value: String(value), label }))}
          value={String(words.weekday)}
          onChange={(weekday) => onChange({ ...words, weekday: Number(weekday) })}
          disabled={disabled}
        />
      )}
      {words.kind === 'monthly' && (
        <NumberInput
          label="On day"
          w={100}
          min={1}
          max={31}
          value={words.day}
          onChange={(day) =>
            onChange({ ...words, day: Math.min(31, Math.max(1, Number(day) || 1)) })
          }
          disabled={disabled}
        />
      )}
      <TextInput
        type="time"
        label="At"
        w={120}
        value={clock(words.hour, words.minute)}
        onChange={(event) => {
          const time = readClock(event.currentTarget.value);
          if (time) onChange({ ...words, ...time });
        }}
        disabled={disabled}
      />
    </>
  );
}

function NextFires({ cron, timeZone, words }: { cron: string; timeZone: string; words: Words }) {
  const [asked] = useDebouncedValue(cron, PAUSE_MILLISECONDS);
  const fires = useQuery(firesQuery(asked, timeZone));
  return (
    <Group align="flex-start" gap="sm" wrap="nowrap">
      <IconCalendarClock size={18} aria-hidden style={{ flexShrink: 0, marginTop: 2 }} />
      <Stack gap={4}>
        <Text size="sm">
          {spoken(words)}, {timeZone} time
        </Text>
        {fires.isError && <Text size="sm">{told(fires.error).sentence}</Text>}
        {fires.data && (
          <List
            size="sm"
            c="dimmed"
            listStyleType="none"
            aria-label="The next five times"
            className="mu-numbers"
          >
            {fires.data.next_fires.map((at) => (
              <List.Item key={at}>{moment(at, timeZone)}</List.Item>
            ))}
          </List>
        )}
      </Stack>
    </Group>
  );
}
