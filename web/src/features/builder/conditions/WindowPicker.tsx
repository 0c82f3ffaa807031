// When: a button that says the window in words, and the choices behind it.
import { Button, Group, Popover, Radio, Stack, Switch } from '@mantine/core';
import { IconCalendarTime } from '@tabler/icons-react';
import type { WindowValue } from '../tree/types';
import { DurationField } from './DurationField';
import { ALL, CALENDAR, durationWords } from './durations';
import { MomentField } from './MomentField';
import { WordSelect } from './WordSelect';
import { type Form, formOfWindow, PERIODS, periodOf, startOfForm, windowWords } from './windows';

type Props = {
  label?: string;
  value: WindowValue | undefined;
  onChange: (value: WindowValue | undefined) => void;
  /** What it means to have no window; without it there must be one. */
  none?: string;
  /** What stands on the button then, if not that. */
  short?: string;
};

const QUICK = ['P7D', 'P30D', 'P90D', 'P6M', 'P1Y'];
const FORMS: [Form, string][] = [
  ['last', 'In the last…'],
  ['ago', 'Between… and… ago'],
  ['calendar', 'A calendar period'],
  ['dates', 'Fixed dates'],
  ['all', 'Over all time'],
];

const today = (): string => new Date().toISOString().slice(0, 10);

export function WindowPicker({ label = 'When', value, onChange, none, short }: Props) {
  const isNone = value === undefined && short !== undefined;
  const form = formOfWindow(value);
  return (
    <Popover position="bottom-start" trapFocus returnFocus withinPortal shadow="md">
      <Popover.Target>
        <Button
          size="xs"
          variant={isNone ? 'subtle' : 'default'}
          color={isNone ? 'gray' : undefined}
          c={isNone ? 'dimmed' : undefined}
          px={8}
          fw={400}
          maw="100%"
          leftSection={<IconCalendarTime size={14} aria-hidden />}
          aria-label={`${label}: ${windowWords(value, none)}`}
        >
          {isNone ? short : windowWords(value, none)}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={label} data-canvas-part maw="min(26rem, 94vw)">
        <Stack gap="sm">
          <Group gap={6} role="group" aria-label="Quick choices">
            {QUICK.map((last) => (
              <Button
                key={last}
                size="compact-sm"
                variant="default"
                aria-pressed={form === 'last' && (value as { last: string }).last === last}
                onClick={() => onChange({ last })}
              >
                {durationWords(last)}
              </Button>
            ))}
          </Group>
          <Radio.Group
            aria-label="Kind of window"
            value={form}
            onChange={(next) => onChange(startOfForm(next as Form, today()))}
          >
            <Stack gap={10}>
              {FORMS.map(([one, title]) => (
                <Radio key={one} size="xs" value={one} label={title} />
              ))}
              {none !== undefined && <Radio size="xs" value="none" label={`Not said: ${none}`} />}
            </Stack>
          </Radio.Group>
          <Details value={value} onChange={onChange} />
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

type Anchored = { anchor?: 'rolling' | 'calendar_day' };

function WholeDays({ value, onChange }: { value: Anchored; onChange: (next: Anchored) => void }) {
  return (
    <Switch
      size="xs"
      label="Whole calendar days, without today"
      checked={value.anchor === 'calendar_day'}
      onChange={(event) => {
        const { anchor: _, ...rest } = value;
        onChange(event.currentTarget.checked ? { ...rest, anchor: 'calendar_day' } : rest);
      }}
    />
  );
}

function Details({ value, onChange }: Pick<Props, 'value' | 'onChange'>) {
  if (value === undefined || value === 'all_time') return null;
  const set = onChange as (value: unknown) => void;
  if ('last' in value)
    return (
      <Stack gap="xs">
        <Group gap={6} fz="sm">
          In the last
          <DurationField
            label="Length"
            value={value.last}
            units={value.anchor === 'calendar_day' ? CALENDAR : ALL}
            onChange={(last) => set({ ...value, last })}
          />
        </Group>
        <WholeDays value={value} onChange={set} />
      </Stack>
    );
  if ('ago' in value) {
    const [oldest = '', newest = ''] = value.ago;
    return (
      <Stack gap="xs">
        <Group gap={6} fz="sm">
          Between
          <DurationField
            label="Longest ago"
            value={oldest}
            onChange={(next) => set({ ...value, ago: [next, newest] })}
          />
          and
          <DurationField
            label="Shortest ago"
            value={newest}
            onChange={(next) => set({ ...value, ago: [oldest, next] })}
          />
          ago
        </Group>
        <WholeDays value={value} onChange={set} />
      </Stack>
    );
  }
  if ('calendar' in value)
    return (
      <WordSelect
        label="Calendar period"
        value={periodOf(value.calendar)}
        words={Object.entries(PERIODS).map(([name, words]) => ({ value: name, label: words }))}
        onChange={(calendar) => set({ calendar })}
      />
    );
  const { from, to } = value as { from?: string; to?: string };
  const write = (ends: { from?: string; to?: string }) =>
    set(Object.fromEntries(Object.entries(ends).filter(([, end]) => end !== undefined)));
  return (
    <Stack gap="xs">
      <Group gap={6} fz="sm">
        From
        <MomentField
          label="From"
          value={from}
          timed
          onChange={(next) => write({ from: next, to })}
        />
      </Group>
      <Group gap={6} fz="sm">
        Until before
        <MomentField
          label="Until before"
          value={to}
          timed
          onChange={(next) => write({ from, to: next })}
        />
      </Group>
    </Stack>
  );
}
