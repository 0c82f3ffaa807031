// The grid, loaded with the first page that shows one.
import { Skeleton, Stack } from '@mantine/core';
import { lazy, Suspense } from 'react';
import type { GridProps } from './Grid';

const Lazy = lazy(() => import('./Grid').then((part) => ({ default: part.Grid })));

export function Grid<Row>(props: GridProps<Row>) {
  return (
    <Suspense fallback={<GridSkeleton />}>
      {/* What is loaded later has lost its rows' type. */}
      <Lazy {...(props as unknown as GridProps<unknown>)} />
    </Suspense>
  );
}

function GridSkeleton() {
  return (
    <Stack gap={6} role="status" aria-label="Loading" aria-busy>
      {Array.from({ length: 12 }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
        <Skeleton key={line} height={34} />
      ))}
    </Stack>
  );
}
