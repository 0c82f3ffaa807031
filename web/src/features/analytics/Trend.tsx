// Day by day over a range that is chosen by fields; marked days open their orders.
import { Button, Group, SegmentedControl, Skeleton, TextInput } from '@mantine/core';
import { IconListSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useMemo, useState } from 'react';
import { day as dayWords } from '@/lib/format';
import type { Range } from '@/ui/chart';
import { StateView } from '@/ui/StateView';
import type { ViewProps } from './DayView';
import {
  between,
  type Days,
  dayOf,
  daySeries,
  lengthOf,
  type Measure,
  type Query,
  rangeOf,
  SPANS,
  shiftDay,
} from './logic';
import { daysQuery } from './queries';
import { Widget } from './Widget';

const LineChart = lazy(() => import('@/ui/chart').then((it) => ({ default: it.LineChart })));
const HEIGHT = 300;

export function Trend({ today, asked, onAsk }: ViewProps) {
  const range = rangeOf(asked, today.day);
  const days = useQuery(daysQuery(range, asked));
  const [marked, setMarked] = useState<Range | null>(null);
  const first = days.data?.days[0];
  const over = (from: string, to: string): Query | null =>
    first ? between(first.query, from, shiftDay(to, 1)) : null;
  const whole = over(range.from, range.to);
  const some = marked && over(dayOf(marked.from), dayOf(marked.to));
  return (
    <Widget
      name="days"
      title={asked.measure === 'orders' ? 'Orders by day' : 'Revenue by day'}
      description={`${dayWords(range.from, 'UTC')} to ${dayWords(range.to, 'UTC')}, ${lengthOf(range)} days of ${today.time_zone}${today.is_today && range.to === today.day ? '; the last is not over' : ''}.`}
      parts={
        whole === null
          ? []
          : [{ key: 'range', label: 'The range', detail: '', query: whole, rule: null }]
      }
      asked={asked}
      range={range}
      controls={
        some && (
          <Button
            size="xs"
            variant="light"
            color="gray"
            leftSection={<IconListSearch size={16} aria-hidden />}
            renderRoot={(props) => <Link to="/orders" search={{ q: some }} {...props} />}
          >
            Open the marked days
          </Button>
        )
      }
    >
      <RangeOfDays range={range} onAsk={onAsk} />
      <StateView query={days} skeleton={<Skeleton height={HEIGHT} />}>
        {(found) => (
          <Drawn
            days={found}
            measure={asked.measure}
            busy={days.isPlaceholderData}
            onMark={setMarked}
          />
        )}
      </StateView>
    </Widget>
  );
}

type RangeProps = { range: { from: string; to: string }; onAsk: ViewProps['onAsk'] };

function RangeOfDays({ range, onAsk }: RangeProps) {
  const length = lengthOf(range);
  const span = SPANS.find((days) => days === length);
  return (
    <Group gap="sm" align="flex-end">
      <TextInput
        type="date"
        size="xs"
        label="From"
        value={range.from}
        max={range.to}
        onChange={(event) =>
          event.currentTarget.value && onAsk({ from: event.currentTarget.value })
        }
      />
      <TextInput
        type="date"
        size="xs"
        label="To"
        value={range.to}
        min={range.from}
        onChange={(event) => event.currentTarget.value && onAsk({ to: event.currentTarget.value })}
      />
      <SegmentedControl
        size="xs"
        aria-label="Days back"
        value={span === undefined ? '' : String(span)}
        onChange={(days) => onAsk({ from: shiftDay(range.to, 1 - Number(days)) })}
        data={SPANS.map((days) => ({ value: String(days), label: `${days} days` }))}
      />
    </Group>
  );
}

type DrawnProps = {
  days: Days;
  measure: Measure;
  busy: boolean;
  onMark: (range: Range | null) => void;
};

function Drawn({ days, measure, busy, onMark }: DrawnProps) {
  const series = useMemo(() => daySeries(days, measure), [days, measure]);
  return (
    <div aria-busy={busy}>
      <Suspense fallback={<Skeleton height={HEIGHT} />}>
        <LineChart
          title={measure === 'orders' ? 'Orders by day' : 'Revenue by day'}
          hideTitle
          series={series}
          height={HEIGHT}
          currency={measure === 'revenue' ? days.currency : undefined}
          onSelect={onMark}
        />
      </Suspense>
    </div>
  );
}
