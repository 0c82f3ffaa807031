// The day hour by hour, beside the other one; marked hours open their orders.
import { Button, Skeleton } from '@mantine/core';
import { IconListSearch } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useMemo, useState } from 'react';
import type { Range } from '@/ui/chart';
import type { ViewProps } from './DayView';
import { hourSeries, hoursQuery, type Part } from './logic';
import { Widget } from './Widget';

const LineChart = lazy(() => import('@/ui/chart').then((it) => ({ default: it.LineChart })));
const HEIGHT = 280;

export function Hourly({ today, asked }: ViewProps) {
  const [marked, setMarked] = useState<Range | null>(null);
  const { measure } = asked;
  const series = useMemo(() => hourSeries(today, measure), [today, measure]);
  const figure = today.figures.find(({ key }) => key === measure);
  const parts: Part[] = figure
    ? [{ key: 'day', label: 'The day', detail: '', query: figure.query, rule: figure.rule }]
    : [];
  const query = marked && hoursQuery(today, measure, marked.from, marked.to);
  return (
    <Widget
      name="hourly"
      title={measure === 'orders' ? 'Orders by hour' : 'Revenue by hour'}
      description={`Hours of ${today.time_zone}. Mark some to open their orders.`}
      parts={parts}
      asked={asked}
      controls={
        query && (
          <Button
            size="xs"
            variant="light"
            color="gray"
            leftSection={<IconListSearch size={16} aria-hidden />}
            renderRoot={(props) => <Link to="/orders" search={{ q: query }} {...props} />}
          >
            Open {marked.from === marked.to ? marked.from : `${marked.from} to ${marked.to}`}
          </Button>
        )
      }
    >
      <Suspense fallback={<Skeleton height={HEIGHT} />}>
        <LineChart
          title={measure === 'orders' ? 'Orders by hour' : 'Revenue by hour'}
          hideTitle
          series={series}
          xKind="category"
          height={HEIGHT}
          currency={measure === 'revenue' ? today.currency : undefined}
          onSelect={setMarked}
        />
      </Suspense>
    </Widget>
  );
}
