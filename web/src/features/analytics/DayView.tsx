// The numbers and charts of a day; or which day has some, if this one has none.
import { Button, SegmentedControl, SimpleGrid, Stack } from '@mantine/core';
import { IconCalendarOff } from '@tabler/icons-react';
import { EmptyNote } from '@/ui/EmptyNote';
import { Buyers } from './Buyers';
import { Figures } from './Figures';
import { Hourly } from './Hourly';
import { type Asked, dayTitle, isQuiet, type Measure, type Today } from './logic';
import { Products } from './Products';
import { Statuses } from './Statuses';
import { Trend } from './Trend';

export type ViewProps = {
  today: Today;
  asked: Asked;
  onAsk: (change: Partial<Asked>) => void;
};

export function DayView(props: ViewProps) {
  const { today, asked, onAsk } = props;
  return (
    <Stack gap="lg">
      <Figures today={today} />
      {isQuiet(today) ? (
        <Quiet {...props} />
      ) : (
        <>
          <SegmentedControl
            aria-label="Charts show"
            value={asked.measure}
            onChange={(measure) => onAsk({ measure: measure as Measure })}
            data={[
              { value: 'orders', label: 'Orders' },
              { value: 'revenue', label: 'Revenue' },
            ]}
            w="fit-content"
          />
          <Hourly {...props} />
          <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
            <Statuses {...props} />
            <Buyers {...props} />
          </SimpleGrid>
          <Products {...props} />
        </>
      )}
      <Trend {...props} />
    </Stack>
  );
}

function Quiet({ today, asked, onAsk }: ViewProps) {
  const { latest_day: latest } = today;
  const narrowed = asked.channel !== undefined || asked.status !== undefined;
  return (
    <EmptyNote
      icon={<IconCalendarOff size={32} stroke={1.5} aria-hidden />}
      title={narrowed ? 'No such orders on this day' : 'No orders on this day'}
      action={
        latest === null ? (
          narrowed && (
            <Button
              variant="default"
              onClick={() => onAsk({ channel: undefined, status: undefined })}
            >
              Clear the filters
            </Button>
          )
        ) : (
          <Button variant="default" onClick={() => onAsk({ day: latest })}>
            Show {dayTitle(latest)}
          </Button>
        )
      }
    >
      {latest === null
        ? narrowed
          ? 'No order at all passes the filters.'
          : 'The desk has no orders yet.'
        : `The last ones were placed on ${dayTitle(latest)}.`}
    </EmptyNote>
  );
}
