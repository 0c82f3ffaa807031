// Which day, beside which, of which orders; and whether the numbers follow the desk.
import { ActionIcon, Button, Group, Select, Text, TextInput, Tooltip } from '@mantine/core';
import {
  IconChevronLeft,
  IconChevronRight,
  IconPlayerPause,
  IconPlayerPlay,
} from '@tabler/icons-react';
import { moment } from '@/lib/format';
import classes from './Analytics.module.css';
import { type Asked, type Compare, shiftDay, type Today } from './logic';
import type { Live } from './useLive';

const BESIDE = [
  { value: 'weekday', label: 'Same weekday' },
  { value: 'yesterday', label: 'The day before' },
  { value: 'none', label: 'No comparison' },
];
const CHANNELS: Record<string, string> = { web: 'Web', app: 'App', store: 'Store', phone: 'Phone' };

type Props = {
  asked: Asked;
  today: Today | undefined;
  live: Live;
  onAsk: (change: Partial<Asked>) => void;
  onPause: () => void;
};

export function Filters({ asked, today, live, onAsk, onPause }: Props) {
  const choices = today?.choices;
  return (
    <Group
      gap="sm"
      align="flex-end"
      role="search"
      aria-label="Filter the numbers"
      className={classes.filters}
    >
      <DayField asked={asked} today={today} onAsk={onAsk} />
      <Select
        label="Compare with"
        data={BESIDE}
        value={asked.compare}
        allowDeselect={false}
        onChange={(compare) => onAsk({ compare: (compare ?? undefined) as Compare | undefined })}
        className={classes.choice}
      />
      <Select
        label="Channel"
        placeholder="Every channel"
        data={(choices?.channels ?? []).map((value) => ({
          value,
          label: CHANNELS[value] ?? value,
        }))}
        value={asked.channel ?? null}
        onChange={(channel) => onAsk({ channel: channel ?? undefined })}
        clearable
        className={classes.choice}
      />
      <Select
        label="Status"
        placeholder="Every status"
        data={(choices?.statuses ?? []).map(({ status, label }) => ({ value: status, label }))}
        value={asked.status ?? null}
        onChange={(status) => onAsk({ status: status ?? undefined })}
        clearable
        className={classes.choice}
      />
      <LiveSwitch today={today} live={live} onPause={onPause} />
    </Group>
  );
}

function DayField({ asked, today, onAsk }: Pick<Props, 'asked' | 'today' | 'onAsk'>) {
  const day = asked.day ?? today?.day ?? '';
  // The present day is none of the address: tomorrow the page shows tomorrow.
  const go = (to: string) => onAsk({ day: to });
  const atPresent = asked.day === undefined || today?.is_today === true;
  return (
    <Group gap={4} align="flex-end" wrap="nowrap">
      <Tooltip label="The day before">
        <ActionIcon
          size={36}
          aria-label="The day before"
          disabled={day === ''}
          className={classes.step}
          onClick={() => go(shiftDay(day, -1))}
        >
          <IconChevronLeft size={18} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <TextInput
        type="date"
        label="Day"
        value={day}
        onChange={(event) => {
          const chosen = event.currentTarget.value;
          if (chosen >= '1970-01-01' && chosen <= '2199-12-31') go(chosen);
        }}
        w={150}
      />
      <Tooltip label="The day after">
        <ActionIcon
          size={36}
          aria-label="The day after"
          disabled={atPresent || day === ''}
          className={classes.step}
          onClick={() => go(shiftDay(day, 1))}
        >
          <IconChevronRight size={18} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <Button
        variant="default"
        disabled={asked.day === undefined}
        onClick={() => onAsk({ day: undefined })}
      >
        Today
      </Button>
    </Group>
  );
}

const SAID: Record<Live, string> = {
  stream: 'Live',
  poll: 'Every 30 seconds',
  paused: 'Paused',
};

function LiveSwitch({ today, live, onPause }: Pick<Props, 'today' | 'live' | 'onPause'>) {
  const paused = live === 'paused';
  const label = paused ? 'Follow the desk again' : 'Pause: keep these numbers';
  return (
    <Group gap="xs" wrap="nowrap" className={classes.live}>
      <Text size="sm" c="dimmed" ta="right" component="div">
        <span className={classes.lamp} data-live={live} aria-hidden /> <span>{SAID[live]}</span>
        <Text size="xs" c="dimmed" className="mu-numbers">
          {today ? `as of ${moment(today.as_of, today.time_zone)}` : ' '}
        </Text>
      </Text>
      <Tooltip label={label}>
        <ActionIcon
          variant="default"
          size={36}
          aria-label={label}
          aria-pressed={paused}
          onClick={onPause}
        >
          {paused ? (
            <IconPlayerPlay size={18} aria-hidden />
          ) : (
            <IconPlayerPause size={18} aria-hidden />
          )}
        </ActionIcon>
      </Tooltip>
    </Group>
  );
}
