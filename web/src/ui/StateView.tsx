// The states of everything that is loaded: a skeleton after a moment, an error that can be tried
// again, nothing, or the data; data that is being refreshed stays on the screen.
import { Button, Skeleton, Stack, VisuallyHidden } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { ApiError, told } from '@/api/errors';
import { ErrorNote } from './ErrorNote';

const PATIENCE_MILLISECONDS = 150;

/** Whether a moment has passed, so that quick answers show no skeleton. */
const useLate = (): boolean => {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), PATIENCE_MILLISECONDS);
    return () => clearTimeout(timer);
  }, []);
  return late;
};

function Waiting({ children }: { children: ReactNode }) {
  const late = useLate();
  return (
    <div role="status" aria-label="Loading" aria-busy>
      {late && children}
    </div>
  );
}

/** Grey lines in the place of a text or a list. */
export function SkeletonLines({ lines = 3, height = 18 }: { lines?: number; height?: number }) {
  return (
    <Stack gap="sm">
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
        <Skeleton key={line} height={height} width={line === lines - 1 ? '60%' : '100%'} />
      ))}
    </Stack>
  );
}

type Props<T> = {
  query: UseQueryResult<T>;
  /** The title of a page as long as what it is about is not known. */
  heading?: string;
  /** The shape of what comes. */
  skeleton?: ReactNode;
  isEmpty?: (data: T) => boolean;
  empty?: ReactNode;
  children: (data: T) => ReactNode;
};

export function StateView<T>({ query, heading, skeleton, isEmpty, empty, children }: Props<T>) {
  if (query.data !== undefined) return isEmpty?.(query.data) ? empty : children(query.data as T);
  const title = heading && <VisuallyHidden component="h1">{heading}</VisuallyHidden>;
  if (query.isError) {
    const { sentence, hint } = told(query.error);
    const code = query.error instanceof ApiError ? query.error.code : undefined;
    const requestId = query.error instanceof ApiError ? query.error.requestId : null;
    return (
      <>
        {title}
        <ErrorNote
          sentence={sentence}
          hint={hint}
          code={[code, requestId && `request ${requestId}`].filter(Boolean).join(' · ')}
          action={
            <Button variant="default" size="xs" onClick={() => query.refetch()}>
              Try again
            </Button>
          }
        />
      </>
    );
  }
  return (
    <>
      {title}
      <Waiting>{skeleton ?? <SkeletonLines />}</Waiting>
    </>
  );
}
