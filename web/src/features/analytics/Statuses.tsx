// In which status the day's orders are by now.
import { Skeleton } from '@mantine/core';
import { lazy, Suspense, useMemo } from 'react';
import type { ViewProps } from './DayView';
import { statusParts } from './logic';
import { Widget } from './Widget';

const BarChart = lazy(() => import('@/ui/chart').then((it) => ({ default: it.BarChart })));
const HEIGHT = 320;

export function Statuses({ today, asked }: ViewProps) {
  const money = asked.measure === 'revenue';
  const categories = useMemo(() => today.statuses.map(({ label }) => label), [today]);
  const series = useMemo(
    () => [
      {
        name: money ? 'Amount' : 'Orders',
        values: today.statuses.map(({ orders, amount }) => (money ? Number(amount) : orders)),
      },
    ],
    [today, money],
  );
  return (
    <Widget
      name="statuses"
      title="Where they stand"
      description="The day’s sales by the status they have now."
      parts={statusParts(today)}
      asked={asked}
    >
      <Suspense fallback={<Skeleton height={HEIGHT} />}>
        <BarChart
          title={money ? 'Amount by status' : 'Orders by status'}
          hideTitle
          horizontal
          categories={categories}
          series={series}
          height={HEIGHT}
          currency={money ? today.currency : undefined}
        />
      </Suspense>
    </Widget>
  );
}
